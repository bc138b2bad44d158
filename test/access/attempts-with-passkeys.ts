import { SoftPasskey, type Stated } from '../support/soft-passkey.ts';
import type { Attempt } from './attempts-by-http.ts';
import {
  CASE,
  TICKET,
  bearer,
  fixture,
  passkey,
  post,
  question,
  session,
  signal,
  signed,
  toCase,
  verdict,
  type Said,
} from './attempts-world.ts';

/** Ben has a passkey: in a browser nothing is decided in his name without it. */
const benSays = (more: Said = {}): Said => verdict({ by: 'ben', ...more });
const proofOf = (said: Said, change: Partial<Stated> = {}, key = passkey, on = question, caseId = CASE) =>
  key.prove(caseId, said, on, change);

async function inBrowser(said: Said, proof?: unknown, of = 'ben'): Promise<Response> {
  const { cookie, csrf } = await session(of);
  const body = { ...toCase(said), ...(proof === undefined ? {} : { passkey: proof }) };
  return await post('/v1/verdicts', body, { cookie, 'x-csrf-token': csrf });
}

/** A verdict that Ben's passkey signed, but for what `change` makes of it. */
async function forged(change: Partial<Stated>): Promise<Response> {
  const said = benSays();
  return await inBrowser(said, proofOf(said, change));
}

export const WITH_PASSKEYS: Attempt[] = [
  ['with a stolen session of who has a passkey', () => inBrowser(benSays())],
  ['with his passkey on another verdict of his', () => inBrowser(benSays(), proofOf(benSays()))],
  [
    'with his passkey on another case',
    () => {
      const said = benSays();
      return inBrowser(said, proofOf(said, {}, passkey, question, TICKET));
    },
  ],
  [
    'with his passkey on another question',
    () => {
      const said = benSays();
      return inBrowser(said, proofOf(said, {}, passkey, { ...question, taskNo: 2 }));
    },
  ],
  [
    'with his passkey on another digest',
    () => {
      const said = benSays();
      return inBrowser(said, proofOf(said, {}, passkey, { ...question, digest: 'e'.repeat(64) }));
    },
  ],
  [
    'with another reason than his passkey signed',
    () => {
      const said = benSays();
      return inBrowser({ ...said, reason: 'another' }, proofOf(said));
    },
  ],
  ['with what his passkey signed at another site', () => forged({ origin: 'https://evil.example' })],
  ['with what his passkey signed for another host', () => forged({ rpId: 'evil.example' })],
  ['with his passkey, nobody being there', () => forged({ flags: 0x04 })],
  ['with his passkey, by whoever has it in hand', () => forged({ flags: 0x01 })],
  ['with a copy of his passkey, whose counter lags', () => forged({ signCount: 1 })],
  [
    'with a passkey that nobody has registered',
    () => {
      const said = benSays();
      return inBrowser(said, proofOf(said, {}, new SoftPasskey('ben')));
    },
  ],
  [
    'with a passkey of her own, under the id of his',
    () => {
      const said = benSays();
      return inBrowser(said, { ...proofOf(said, {}, new SoftPasskey('ben')), credentialId: passkey.credentialId });
    },
  ],
  [
    'with his passkey in her name',
    () => {
      const said = verdict({ by: 'ada' });
      return inBrowser(said, proofOf(said), 'ada');
    },
  ],
  ['with a passkey that is text', () => inBrowser(benSays(), 'signed')],
  [
    'by registering a passkey for him with his stolen session',
    async () => {
      const { cookie, csrf } = await session('ben');
      const page = { cookie, 'x-csrf-token': csrf, origin: fixture.stack.apiUrl.replace('127.0.0.1', 'localhost') };
      const { create } = (await (await post('/v1/passkeys/challenges', { for: 'add' }, page)).json()) as {
        create: { challenge: string };
      };
      const own = new SoftPasskey('ben', { origin: page.origin });
      const created = own.create(create.challenge);
      const answer = await post('/v1/passkeys', { label: 'mine', created }, page);
      const said = benSays();
      const decided = await inBrowser(said, proofOf(said, {}, own));
      return answer.ok ? answer : decided;
    },
  ],
  [
    'by registering a passkey with an API key',
    () => post('/v1/passkeys/challenges', { for: 'add' }, { ...bearer('ada'), origin: fixture.stack.apiUrl }),
  ],
  [
    'by removing his passkey first',
    async () => {
      const { cookie, csrf } = await session('ben');
      const proof = new SoftPasskey('ben').assert('AAAA');
      const { credentialId } = passkey;
      await post('/v1/passkeys/removals', { credentialId, proof }, { cookie, 'x-csrf-token': csrf });
      return await inBrowser(benSays());
    },
  ],
  [
    'past the API, signed for his session, without his passkey',
    () => {
      const said = benSays();
      return signal({ ...said, attestation: signed(said, 'ben') });
    },
  ],
  [
    'past the API, signed for his session, with what his passkey signed before',
    () => {
      const said = benSays();
      return signal({ ...said, attestation: signed(said, 'ben'), passkey: proofOf(benSays()) });
    },
  ],
];
