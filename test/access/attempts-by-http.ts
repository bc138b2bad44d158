import { createSigner } from '../../src/adapters/signing.ts';
import { keyPair } from '../support/signing-key.ts';
import {
  CASE,
  TICKET,
  fixture,
  ticketSeen,
  keys,
  bearer,
  post,
  verdict,
  toCase,
  byKey,
  session,
  signal,
  signed,
} from './attempts-world.ts';

export type Attempt = [what: string, attempt: () => Promise<unknown>];

/** Through the API. */
export const BY_HTTP: Attempt[] = [
  // Nobody, or nobody any more.
  ['without a key', () => post('/v1/verdicts', toCase({ by: 'ada' }))],
  ['with a key that is none', () => post('/v1/verdicts', toCase(), { authorization: 'Bearer cs_none' })],
  ['with a key as Basic', () => post('/v1/verdicts', toCase(), { authorization: `Basic ${keys['ada']}` })],
  ['with a key in the address', () => post(`/v1/verdicts?key=${keys['ada']}`, toCase())],
  [
    'with a key that was cut',
    () => post('/v1/verdicts', toCase(), { authorization: `Bearer ${keys['ada']?.slice(0, -1)}` }),
  ],
  [
    'with a revoked key',
    async () => {
      const { keyId, secret } = await fixture.ledger.credentials.makeKey(
        'ada',
        { label: 'x', expiresAt: null },
        'test',
      );
      await fixture.ledger.credentials.revokeKey(keyId, 'test');
      return await post('/v1/verdicts', toCase(), { authorization: `Bearer ${secret}` });
    },
  ],
  [
    'with an expired key',
    async () => {
      const key = { label: 'x', expiresAt: new Date(Date.now() - 1_000) };
      const { secret } = await fixture.ledger.credentials.makeKey('ada', key, 'test');
      return await post('/v1/verdicts', toCase(), { authorization: `Bearer ${secret}` });
    },
  ],
  [
    'with the digest of a key, as the database holds it',
    async () => {
      const row = await fixture.ledger.db
        .selectFrom('api_keys')
        .select('secret_hash')
        .where('person_id', '=', 'ada')
        .executeTakeFirstOrThrow();
      return await post('/v1/verdicts', toCase(), { authorization: `Bearer ${row.secret_hash}` });
    },
  ],
  ['by somebody who was disabled', () => byKey('gone')],
  ['by somebody who is away', () => byKey('away')],
  // The wrong somebody.
  ...['none', 'sam', 'erp', 'petra', 'anton', 'olga'].map((who): Attempt => [
    `by ${who}, who is no reviewer`,
    () => byKey(who),
  ]),
  ['by a reviewer of another group', () => byKey('tess')],
  ['by a reviewer of another pack', () => byKey('tina')],
  ['by a lead of another process', () => byKey('tom')],
  ['by a reviewer who is asked only after the escalation', () => byKey('later')],
  // Four eyes.
  ['by who submitted it', () => byKey('carla')],
  ['by who submitted it, naming herself', () => byKey('carla', { by: 'carla' })],
  ['by who submitted it, in capitals', () => byKey('carla', { by: 'CARLA' })],
  ['by who submitted it, with a blank', () => byKey('carla', { by: ' carla ' })],
  ['by who submitted it, as somebody else', () => byKey('carla', { by: 'ada' })],
  [
    'by who submitted it, through a session',
    async () => {
      const { cookie, csrf } = await session('carla');
      return await post('/v1/verdicts', toCase(), { cookie, 'x-csrf-token': csrf });
    },
  ],
  [
    'by who submitted it, with a new key of hers',
    async () => {
      const { secret } = await fixture.ledger.credentials.makeKey(
        'carla',
        { label: 'second', expiresAt: null },
        'test',
      );
      return await post('/v1/verdicts', toCase(), { authorization: `Bearer ${secret}` });
    },
  ],
  [
    'by who submitted it, signed and sent past the API',
    () => {
      const said = verdict({ by: 'carla' });
      return signal({ ...said, attestation: signed(said, 'carla') });
    },
  ],
  ['by who submitted it, as a signal in another name', () => signal(verdict({ by: 'ada' }))],
  // Somebody else's name.
  ['in the name of a colleague', () => byKey('ben', { by: 'ada' })],
  ["in nobody's name", () => byKey('ada', { by: '' })],
  ['with a name that is a list', () => byKey('ada', { by: ['ada'] })],
  [
    "with a signature of the sender's own",
    () =>
      byKey('tess', {
        by: 'ada',
        attestation: signed(verdict({ by: 'ada' }), 'ada', CASE, createSigner(keyPair().privatePem)),
      }),
  ],
  // Sessions.
  ['with a session that is none', () => post('/v1/verdicts', toCase(), { cookie: 'countersign=none' })],
  [
    'with a session without its token',
    async () => post('/v1/verdicts', toCase(), { cookie: (await session('ada')).cookie }),
  ],
  [
    'with a session and an empty token',
    async () => post('/v1/verdicts', toCase(), { cookie: (await session('ada')).cookie, 'x-csrf-token': '' }),
  ],
  [
    'with a session and the token of another',
    async () => {
      const [own, other] = [await session('ada'), await session('ben')];
      return await post('/v1/verdicts', toCase(), { cookie: own.cookie, 'x-csrf-token': other.csrf });
    },
  ],
  [
    'with a session and its own secret as the token',
    async () => {
      const { cookie, token } = await session('ada');
      return await post('/v1/verdicts', toCase(), { cookie, 'x-csrf-token': token });
    },
  ],
  [
    'with a session that was ended',
    async () => {
      const { cookie, csrf, token } = await session('ada');
      await fixture.ledger.credentials.endSession(token);
      return await post('/v1/verdicts', toCase(), { cookie, 'x-csrf-token': csrf });
    },
  ],
  [
    'with a session of somebody who was disabled',
    async () => {
      const { cookie, csrf } = await session('gone');
      return await post('/v1/verdicts', toCase(), { cookie, 'x-csrf-token': csrf });
    },
  ],
  [
    'with the digest of a session, as the database holds it',
    async () => {
      await session('ada');
      const row = await fixture.ledger.db
        .selectFrom('sessions')
        .selectAll()
        .where('person_id', '=', 'ada')
        .executeTakeFirstOrThrow();
      return await post('/v1/verdicts', toCase(), {
        cookie: `countersign=${row.token_hash}`,
        'x-csrf-token': row.csrf,
      });
    },
  ],
  [
    'by a form of another site',
    async () =>
      post('/v1/verdicts', JSON.stringify(toCase()), {
        cookie: (await session('ada')).cookie,
        'content-type': 'text/plain',
        origin: 'https://evil.example',
      }),
  ],
  [
    'by a page of another site that knows the token',
    async () => {
      const { cookie, csrf } = await session('ada');
      return await post('/v1/verdicts', toCase(), { cookie, 'x-csrf-token': csrf, origin: 'https://evil.example' });
    },
  ],
  [
    'by a page without an origin',
    async () => {
      const { cookie, csrf } = await session('ada');
      return await post('/v1/verdicts', toCase(), { cookie, 'x-csrf-token': csrf, origin: 'null' });
    },
  ],
  // Other cases, other questions.
  ['with the digest of another case', () => byKey('ada', { seen: ticketSeen })],
  ['with a digest that is made up', () => byKey('ada', { seen: '000000000000' })],
  [
    'through a case of a pack that is theirs, with dots',
    () => byKey('tina', { caseId: `case/ticket-triage/../invoice-intake/A-1` }),
  ],
  [
    'through a case of a pack that is theirs, encoded',
    () => byKey('tina', { caseId: 'case/ticket-triage%2F..%2Finvoice-intake/A-1' }),
  ],
  ['through the case in another spelling', () => byKey('tina', { caseId: 'CASE/invoice-intake/A-1' })],
  [
    'of a ticket of a pack that is theirs, by a reviewer of another group',
    () => post('/v1/verdicts', { caseId: TICKET, ...verdict({ seen: ticketSeen }) }, bearer('ada')),
  ],
];
