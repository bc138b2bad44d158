import { expect } from 'vitest';
import { createSigner } from '../../src/adapters/signing.ts';
import { reversalOf, withdrawalOf } from '../../src/domain/attestation.ts';
import { provideInformationSignal, submitInformation, withdrawSignal } from '../../src/messages.ts';
import { keyPair } from '../support/signing-key.ts';
import type { Attempt } from './attempts-by-http.ts';
import {
  CASE,
  TICKET,
  trusted,
  bearer,
  post,
  verdict,
  handle,
  signal,
  update,
  signed,
  forged,
} from './attempts-world.ts';

/** What a submitter would answer to a reviewer. */
const informed = (answerId: string, by = 'carla') => ({ answerId, requestId: 'q-none', by, text: 'It is all right' });

/** By messages straight to the workflow. */
export const PAST_THE_API: Attempt[] = [
  ['by a plain signal', () => signal(verdict({ by: 'ada' }))],
  ['by a plain update', () => update(verdict({ by: 'ada' }))],
  ['by a signal in the name of nobody known', () => signal(verdict({ by: 'mallory' }))],
  ['by a signal with an empty attestation', () => signal({ ...verdict({ by: 'ada' }), attestation: {} })],
  ['by a signal with an attestation that is null', () => signal({ ...verdict({ by: 'ada' }), attestation: null })],
  [
    'by a signal signed for another verdict',
    () => signal({ ...verdict({ by: 'ada' }), attestation: signed(verdict({ by: 'ada' }), 'ada') }),
  ],
  [
    'by a signal signed for another case',
    () => {
      const said = verdict({ by: 'ada' });
      return signal({ ...said, attestation: signed(said, 'ada', TICKET) });
    },
  ],
  [
    'by an update signed for another case',
    () => {
      const said = verdict({ by: 'ada' });
      return update({ ...said, attestation: signed(said, 'ada', TICKET) });
    },
  ],
  [
    'by a signal signed by another key',
    () => {
      const said = verdict({ by: 'ada' });
      return signal({ ...said, attestation: signed(said, 'ada', CASE, createSigner(keyPair().privatePem)) });
    },
  ],
  [
    'by a signal signed by another key under the name of ours',
    () => {
      const said = verdict({ by: 'ada' });
      const other = signed(said, 'ada', CASE, createSigner(keyPair().privatePem));
      return signal({ ...said, attestation: { ...other, keyId: trusted.keyId } });
    },
  ],
  [
    'by a signal whose signature was altered',
    () =>
      signal(
        forged((one) => ({
          ...one,
          signature: `${one.signature.startsWith('A') ? 'B' : 'A'}${one.signature.slice(1)}`,
        })),
      ),
  ],
  ['by a signal whose time was altered', () => signal(forged((one) => ({ ...one, at: '2030-01-01T00:00:00.000Z' })))],
  ['by a signal whose way was altered', () => signal(forged((one) => ({ ...one, via: 'link' })))],
  ['by a signal whose person was altered', () => signal(forged((one) => ({ ...one, personId: 'ada' }), 'tess'))],
  ['by a signal that claims development', () => signal(forged((one) => ({ ...one, via: 'local' })))],
  ['by a signal that was signed for who is away', () => signal(forged((one) => one, 'away'))],
  ['by a signal that was signed for who was disabled', () => signal(forged((one) => one, 'gone'))],
  ['by a signal that was signed for a reviewer of another group', () => signal(forged((one) => one, 'tess'))],
  [
    'by an answer in the name of who submitted it, as a plain signal',
    () => handle().signal(provideInformationSignal, informed('spoofed-1')),
  ],
  [
    'by an answer that was signed as a verdict',
    () => {
      const said = informed('spoofed-2');
      return handle().signal(provideInformationSignal, {
        ...said,
        attestation: signed(verdict({ by: 'carla' }), 'carla'),
      });
    },
  ],
  [
    'by an answer of somebody who has no role, signed for him',
    () => {
      const said = informed('spoofed-3', 'none');
      const message = { ...said, attestation: signed(said, 'none') };
      return handle().executeUpdate(submitInformation, { args: [message] });
    },
  ],
  [
    'by a withdrawal of the case as a plain signal',
    () => handle().signal(withdrawSignal, { by: 'petra', reason: 'spoofed' }),
  ],
  [
    'by a withdrawal that was signed as a reversal',
    () => {
      const asked = { by: 'petra', reason: 'swapped' };
      return handle().signal(withdrawSignal, {
        ...asked,
        attestation: signed(reversalOf(asked.by, asked.reason), 'petra'),
      });
    },
  ],
  [
    'by a withdrawal that was signed for a reviewer',
    () => {
      const asked = { by: 'ada', reason: 'no lead' };
      return handle().signal(withdrawSignal, {
        ...asked,
        attestation: signed(withdrawalOf(asked.by, asked.reason), 'ada'),
      });
    },
  ],
  [
    'by a withdrawal by a submitter of other cases',
    () =>
      post('/v1/withdrawals', { caseId: CASE, reason: 'not mine' }, bearer('sam')).then(async (answer) => {
        expect(answer.status).toBe(404);
        const asked = { by: 'sam', reason: 'not mine' };
        return await handle().signal(withdrawSignal, {
          ...asked,
          attestation: signed(withdrawalOf(asked.by, asked.reason), 'sam'),
        });
      }),
  ],
];
