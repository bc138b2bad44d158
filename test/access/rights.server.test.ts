import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import type { Api } from '../../src/client/api/ports.ts';
import { ROLES, type Role } from '../../src/domain/access.ts';
import { apiOf, fileInReview } from '../client/fakes.ts';
import { testSigner } from '../support/signing-key.ts';
import { useLedger } from '../support/postgres.ts';
import { bearer, oneOfEach, requiredAccess, type Keys } from './people.ts';

let ledger: Ledger;
let keys: Keys;
let api: Api;
useLedger((made) => {
  ledger = made.ledger;
});

beforeAll(async () => {
  keys = await oneOfEach(ledger);
  const file = fileInReview();
  // What a route does once it is let in is tested elsewhere; here it only has to be let in, or not.
  api = apiOf({
    access: requiredAccess(ledger),
    signer: testSigner,
    reads: {
      caseFile: async () => file,
      listCases: async () => ({ cases: [] }),
      casesOfDocument: async () => [],
      informationRequests: async () => [],
      informationRequest: async () => undefined,
      counts: async () => [],
      feeds: async () => [],
      models: async () => [],
      budgets: async () => [],
    },
  });
});
afterAll(async () => await api.close());

const ALL = ROLES;
const STAFF: readonly Role[] = ['reviewer', 'lead', 'owner', 'auditor', 'operator'];
const DECIDERS: readonly Role[] = ['reviewer', 'lead'];
type Right = [
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  url: string,
  roles: readonly Role[],
  body?: unknown,
];
const CASE = '/v1/cases/case/invoice-intake/INV-1';
const WITH_DOCUMENTS: readonly Role[] = ['submitter', 'service', 'reviewer', 'lead', 'owner', 'auditor'];
const BODY = { caseId: 'case/invoice-intake/INV-1', reason: 'why' };

/** The review desk: staff looks, those who decide do the rest. */
const DESK: Right[] = [
  ['GET', '/v1/desk/queue', '/v1/desk/queue', STAFF],
  ['GET', '/v1/desk/counts', '/v1/desk/counts', STAFF],
  ['GET', '/v1/desk/search', '/v1/desk/search', STAFF],
  ['GET', '/v1/desk/tasks/{caseId}', '/v1/desk/tasks/case/invoice-intake/INV-1', ALL],
  ['GET', '/v1/desk/views', '/v1/desk/views', STAFF],
  ['PUT', '/v1/desk/views/{name}', '/v1/desk/views/mine', STAFF, {}],
  ['DELETE', '/v1/desk/views/{name}', '/v1/desk/views/mine', STAFF],
  ['GET', '/v1/desk/alike', '/v1/desk/alike', DECIDERS],
  ['POST', '/v1/desk/bulks', '/v1/desk/bulks', DECIDERS, {}],
  ['GET', '/v1/desk/bulks/{bulkId}', '/v1/desk/bulks/none', DECIDERS],
  ['POST', '/v1/desk/bulks/{bulkId}/challenges', '/v1/desk/bulks/none/challenges', DECIDERS, {}],
  ['POST', '/v1/desk/bulks/{bulkId}/verdicts', '/v1/desk/bulks/none/verdicts', DECIDERS, {}],
  ['POST', '/v1/desk/bulks/{bulkId}/withdrawals', '/v1/desk/bulks/none/withdrawals', DECIDERS, {}],
  ['POST', '/v1/desk/claims', '/v1/desk/claims', DECIDERS, {}],
  ['POST', '/v1/desk/claims/release', '/v1/desk/claims/release', DECIDERS, {}],
  ['POST', '/v1/desk/comments', '/v1/desk/comments', DECIDERS, {}],
  ['POST', '/v1/desk/looks', '/v1/desk/looks', DECIDERS, {}],
  ['POST', '/v1/desk/snoozes', '/v1/desk/snoozes', DECIDERS, {}],
  ['POST', '/v1/desk/snoozes/end', '/v1/desk/snoozes/end', DECIDERS, {}],
];

/** Every route but the open ones, and the roles that are let in: written here anew, not read from the table of rights. */
const RIGHTS: Right[] = [
  ['GET', '/v1/cases', '/v1/cases', ALL],
  ['POST', '/v1/cases', '/v1/cases', ['submitter', 'service'], { packId: 'none', caseKey: 'x', documents: [] }],
  ['GET', '/v1/cases/{caseId}', CASE, ALL],
  ['POST', '/v1/cases/{packId}/{caseKey}', '/v1/cases/invoice-intake/K', ['submitter', 'service'], {}],
  [
    'GET',
    '/v1/documents/{hash}',
    `/v1/documents/${'a'.repeat(64)}`,
    ['submitter', 'service', 'reviewer', 'lead', 'owner', 'auditor'],
  ],
  ['POST', '/v1/tasks/viewed', '/v1/tasks/viewed', ['reviewer', 'lead'], { caseId: BODY.caseId, taskNo: 1 }],
  ['POST', '/v1/verdicts', '/v1/verdicts', ['reviewer', 'lead'], BODY],
  ['POST', '/v1/verdicts/challenges', '/v1/verdicts/challenges', ['reviewer', 'lead'], BODY],
  ['GET', '/v1/information-requests', '/v1/information-requests', WITH_DOCUMENTS],
  ['GET', '/v1/information-requests/{requestId}', '/v1/information-requests/q-1', WITH_DOCUMENTS],
  [
    'POST',
    '/v1/information',
    '/v1/information',
    ['submitter', 'service', 'reviewer', 'lead', 'owner'],
    { requestId: 'q-1', answerId: 'a-1', text: 'x' },
  ],
  ['POST', '/v1/withdrawals', '/v1/withdrawals', ['submitter', 'service', 'lead', 'owner'], BODY],
  ['POST', '/v1/reversals', '/v1/reversals', ['lead', 'owner'], BODY],
  ['GET', '/v1/packs', '/v1/packs', ALL],
  ['GET', '/v1/counts', '/v1/counts', STAFF],
  ['GET', '/v1/reasons', '/v1/reasons', STAFF],
  ['GET', '/v1/feeds', '/v1/feeds', ['lead', 'owner', 'auditor', 'operator', 'service']],
  ['PUT', '/v1/feeds/{name}', '/v1/feeds/suppliers', ['service', 'operator'], {}],
  ['GET', '/v1/models', '/v1/models', ['lead', 'owner', 'auditor', 'operator', 'service']],
  ['GET', '/metrics', '/metrics', ['lead', 'owner', 'auditor', 'operator', 'service']],
  ['GET', '/v1/audit/entries', '/v1/audit/entries', ['auditor', 'owner']],
  ['GET', '/v1/receipts/{caseId}', '/v1/receipts/case/invoice-intake/INV-1', ['auditor', 'owner']],
  ['GET', '/v1/access-entries', '/v1/access-entries', ['auditor', 'owner']],
  ['GET', '/v1/people', '/v1/people', STAFF],
  ['PUT', '/v1/people/{personId}', '/v1/people/new.one', ['operator'], {}],
  ['PUT', '/v1/people/{personId}/absence', '/v1/people/nobody/absence', ALL, {}],
  ['GET', '/v1/keys', '/v1/keys', ['operator']],
  ['POST', '/v1/people/{personId}/keys', '/v1/people/nobody/keys', ['operator'], {}],
  ['DELETE', '/v1/keys/{keyId}', '/v1/keys/none', ['operator']],
  ['GET', '/v1/notices', '/v1/notices', ['lead', 'owner', 'auditor', 'operator', 'service']],
  ['POST', '/v1/notices/retries', '/v1/notices/retries', ['operator'], {}],
  ['GET', '/v1/links', '/v1/links', ['lead', 'owner', 'auditor', 'operator', 'service']],
  ['POST', '/v1/links/revocations', '/v1/links/revocations', ['lead', 'owner', 'operator'], {}],
  ...DESK,
  ['GET', '/v1/passkeys', '/v1/passkeys', ALL],
  ['POST', '/v1/passkeys', '/v1/passkeys', ALL, {}],
  ['POST', '/v1/passkeys/challenges', '/v1/passkeys/challenges', ALL, {}],
  ['POST', '/v1/passkeys/removals', '/v1/passkeys/removals', ALL, {}],
  ['DELETE', '/v1/people/{personId}/passkeys', '/v1/people/nobody/passkeys', ['operator']],
  ['GET', '/v1/me', '/v1/me', ALL],
  ['POST', '/v1/logout', '/v1/logout', ALL],
];
/** Does not end for those who are let in. */
const EVENTS = 'GET /v1/desk/events';
const OPEN = ['/health', '/ready', '/v1', '/v1/login'];

test('every route of the API is in the table of this test', async () => {
  const { paths } = (await api.inject('/openapi.json')).json<{ paths: Record<string, object> }>();
  const there = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const known = [...RIGHTS.map(([method, path]) => `${method} ${path}`), ...OPEN.map((path) => `GET ${path}`), EVENTS];
  expect(there.toSorted()).toEqual(known.toSorted());
});

const cells = RIGHTS.flatMap(([method, path, url, roles, body]) =>
  ROLES.map((role) => ({ method, path, url, body, role, may: roles.includes(role) })),
);

describe('each role on each route', () => {
  test.each(cells)('$role $method $path: $may', async ({ method, url, body, role, may }) => {
    const answer = await api.inject({
      method,
      url,
      headers: bearer(keys[role]),
      ...(body === undefined ? {} : { payload: body as object }),
    });
    expect(answer.statusCode).not.toBe(401);
    const refused = answer.statusCode === 403 && answer.json<{ code: string }>().code === 'not-entitled';
    expect(refused).toBe(!may);
    if (may) return;
    const [entry] = await ledger.people.accessEntries(1);
    expect(entry).toMatchObject({ personId: `${role}.one`, kind: 'refused', subject: `${method} ${url}` });
  });
});

test.each(['submitter', 'service'] as const)('%s does not get the events of the desk', async (role) => {
  const answer = await api.inject({ url: '/v1/desk/events', headers: bearer(keys[role]) });
  expect([answer.statusCode, answer.json()]).toMatchObject([403, { code: 'not-entitled' }]);
});

test.each(RIGHTS)('%s %s without a key is 401, and stands in the access log', async (method, _, url, __, body) => {
  // A new API each time: after twenty attempts from one address it would be 429.
  const other = apiOf({ access: requiredAccess(ledger) });
  const answer = await other.inject({ method, url, ...(body === undefined ? {} : { payload: body as object }) });
  expect([answer.statusCode, answer.json()]).toMatchObject([401, { code: 'not-authenticated' }]);
  const [entry] = await ledger.people.accessEntries(1);
  expect(entry).toMatchObject({ personId: null, kind: 'refused', subject: `${method} ${url}` });
  await other.close();
});

describe('packs', () => {
  const inOther = RIGHTS.filter(
    ([, path]) =>
      [
        '/v1/cases/{caseId}',
        '/v1/cases/{packId}/{caseKey}',
        '/v1/verdicts',
        '/v1/withdrawals',
        '/v1/reversals',
        '/v1/tasks/viewed',
      ].includes(path) || path === '/v1/audit/entries',
  );
  test.each(inOther)(
    '%s %s of a pack that is not theirs is refused to all roles',
    async (method, _, url, roles, body) => {
      for (const role of roles) {
        const personId = `${role}.tickets`;
        await ledger.people.putPerson(
          { personId, name: role, roles: [role], groups: [], packs: ['ticket-triage'] },
          'test',
        );
        const { secret } = await ledger.credentials.makeKey(personId, { label: 'test', expiresAt: null }, 'test');
        const answer = await api.inject({
          method,
          url,
          headers: bearer(secret),
          ...(body === undefined ? {} : { payload: body as object }),
        });
        expect([answer.statusCode, answer.json()], role).toMatchObject([403, { code: 'not-your-pack' }]);
      }
    },
  );
});

test('submitters see their own cases only, and it is not said that others exist', async () => {
  const answer = await api.inject({ url: CASE, headers: bearer(keys.submitter) });
  expect([answer.statusCode, answer.json()]).toMatchObject([404, { code: 'no-such-case' }]);
  const seen = await api.inject({ url: CASE, headers: bearer(keys.reviewer) });
  expect(seen.statusCode).toBe(200);
});
