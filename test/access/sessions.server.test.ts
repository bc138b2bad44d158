import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import type { Api } from '../../src/client/api/ports.ts';
import { apiOf } from '../client/fakes.ts';
import { useLedger } from '../support/postgres.ts';
import { bearer, oneOfEach, requiredAccess, type Keys } from './people.ts';

let ledger: Ledger;
let keys: Keys;
let now = new Date();
let api: Api | undefined;
useLedger(
  (made) => {
    ledger = made.ledger;
  },
  { clock: () => now },
);
beforeAll(async () => {
  keys = await oneOfEach(ledger);
});
afterEach(async () => {
  await api?.close();
  now = new Date();
});

const HOUR_MS = 3_600_000;
const later = (ms: number) => {
  now = new Date(now.getTime() + ms);
};

function local(): Api {
  api = apiOf({
    access: { ...requiredAccess(ledger), mode: 'local' },
    reads: { listCases: async () => ({ cases: [] }) },
  });
  return api;
}

function required(more = {}): Api {
  api = apiOf({ access: requiredAccess(ledger, more), reads: { listCases: async () => ({ cases: [] }) } });
  return api;
}

async function loggedIn(on: Api, personId = 'operator.one') {
  const answer = await on.inject({ method: 'POST', url: '/v1/login/demo', payload: { personId } });
  expect(answer.statusCode).toBe(204);
  const [cookie] = answer.cookies;
  if (!cookie) throw new Error('no cookie was set');
  const cookies = { [cookie.name]: cookie.value };
  const me = await on.inject({ url: '/v1/me', cookies });
  return { cookie, cookies, csrf: me.json<{ csrf: string }>().csrf };
}

const person = { name: 'New', roles: ['reviewer'] };
const putPerson = { method: 'PUT', url: '/v1/people/new.one', payload: person } as const;

describe('the demo login', () => {
  test('lists people and opens a session whose cookie no script reads', async () => {
    const on = local();
    const ways = await on.inject('/v1/login');
    expect(ways.json()).toMatchObject({
      oidc: false,
      demo: expect.arrayContaining([expect.objectContaining({ personId: 'lead.one' })]),
    });
    const { cookie, cookies } = await loggedIn(on, 'lead.one');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    const me = await on.inject({ url: '/v1/me', cookies });
    expect(me.json()).toMatchObject({ person: { personId: 'lead.one', roles: ['lead'] } });
  });

  test('says in whose place one answers', async () => {
    const on = local();
    const until = new Date(Date.now() + 60_000);
    const absence = { from: new Date(Date.now() - 60_000), until, substitute: 'lead.one' };
    await ledger.people.putAbsence('reviewer.one', absence, 'test');
    const me = async (personId: string): Promise<object> =>
      (await on.inject({ url: '/v1/me', cookies: (await loggedIn(on, personId)).cookies })).json();
    expect(await me('lead.one')).toMatchObject({
      standsInFor: [{ personId: 'reviewer.one', name: 'reviewer', until: until.toISOString() }],
    });
    expect(await me('owner.one')).not.toHaveProperty('standsInFor');
    await ledger.people.putAbsence('reviewer.one', null, 'test');
    const auditor = ledger.people.putAbsence('reviewer.one', { ...absence, substitute: 'auditor.one' }, 'test');
    await expect(auditor).rejects.toThrow('substitute: auditor.one may not decide; name a reviewer or a lead');
  });

  test('nobody puts themselves in the place of somebody whose absence they state', async () => {
    const on = required();
    const [from, until] = [new Date(Date.now() - 60_000).toISOString(), new Date(Date.now() + 60_000).toISOString()];
    const state = async (by: 'lead' | 'operator' | 'reviewer', of: string, substitute: string | null) =>
      await on.inject({
        ...{ method: 'PUT', url: `/v1/people/${of}/absence`, headers: bearer(keys[by]) },
        payload: { from, until, substitute },
      });
    const own = await state('lead', 'reviewer.one', 'lead.one');
    expect([own.statusCode, own.json()]).toMatchObject([
      403,
      { code: 'not-entitled', detail: expect.stringContaining('substitute: lead.one') as string },
    ]);
    expect((await ledger.people.person('reviewer.one'))?.absence).toBeUndefined();
    expect((await ledger.people.accessEntries(1))[0]).toMatchObject({
      ...{ kind: 'refused', personId: 'lead.one', subject: 'absence of reviewer.one' },
    });
    expect((await state('reviewer', 'reviewer.one', 'lead.one')).statusCode).toBe(204);
    await ledger.people.putAbsence('reviewer.one', null, 'test');
    expect((await state('operator', 'reviewer.one', 'lead.one')).statusCode).toBe(204);
    await ledger.people.putAbsence('reviewer.one', null, 'test');
  });

  test('does not exist where access is required, and lists nobody', async () => {
    const on = required();
    const answer = await on.inject({ method: 'POST', url: '/v1/login/demo', payload: { personId: 'lead.one' } });
    expect(answer.statusCode).toBe(404);
    expect((await on.inject('/v1/login')).json()).toEqual({ oidc: false });
  });

  test.each(['nobody', 'lead.gone'])('%s cannot log in', async (personId) => {
    await ledger.people.putPerson(
      { personId: 'lead.gone', name: 'G', roles: ['lead'], groups: [], disabled: true },
      'test',
    );
    const answer = await local().inject({ method: 'POST', url: '/v1/login/demo', payload: { personId } });
    expect(answer.statusCode).toBe(404);
  });
});

describe('a session', () => {
  test('changes something only with its own token against cross-site requests', async () => {
    const on = local();
    const { cookies, csrf } = await loggedIn(on);
    const other = await loggedIn(on);
    const put = (headers: Record<string, string>) => on.inject({ ...putPerson, cookies, headers });
    for (const headers of [
      {},
      { 'x-csrf-token': '' },
      { 'x-csrf-token': `${csrf}x` },
      { 'x-csrf-token': other.csrf },
    ]) {
      const answer = await put(headers);
      expect([answer.statusCode, answer.json()]).toMatchObject([403, { code: 'no-csrf-token' }]);
    }
    expect((await put({ 'x-csrf-token': csrf })).statusCode).toBe(204);
  });

  test('is not changed by a page of another site even with the token', async () => {
    const on = local();
    const { cookies, csrf } = await loggedIn(on);
    for (const headers of [{ origin: 'https://evil.example' }, { host: 'evil.example' }, { origin: 'null' }]) {
      const answer = await on.inject({ ...putPerson, cookies, headers: { 'x-csrf-token': csrf, ...headers } });
      expect(answer.statusCode).toBe(403);
    }
  });

  test.each([
    ['idle for two hours', async () => later(2 * HOUR_MS + 1_000)],
    [
      'its person is disabled',
      async () => {
        await ledger.people.putPerson(
          { personId: 'operator.two', name: 'O', roles: ['operator'], groups: [], disabled: true },
          'test',
        );
      },
    ],
  ])('ends when %s', async (_, change) => {
    await ledger.people.putPerson({ personId: 'operator.two', name: 'O', roles: ['operator'], groups: [] }, 'test');
    const on = local();
    const { cookies } = await loggedIn(on, 'operator.two');
    expect((await on.inject({ url: '/v1/me', cookies, headers: { 'sec-fetch-site': 'same-origin' } })).statusCode).toBe(
      200,
    );
    await change();
    const answer = await on.inject({ url: '/v1/me', cookies, headers: { 'sec-fetch-site': 'same-origin' } });
    expect(answer.statusCode).toBe(401);
  });

  test('ends after twelve hours however busy it is', async () => {
    const on = local();
    const { cookies } = await loggedIn(on);
    const ask = async () =>
      (await on.inject({ url: '/v1/me', cookies, headers: { 'sec-fetch-site': 'same-origin' } })).statusCode;
    for (let hour = 1; hour < 12; hour++) {
      later(HOUR_MS);
      expect(await ask()).toBe(200);
    }
    later(HOUR_MS);
    expect(await ask()).toBe(401);
  });

  test('ends with logging out', async () => {
    const on = local();
    const { cookies, csrf } = await loggedIn(on);
    const out = await on.inject({ method: 'POST', url: '/v1/logout', cookies, headers: { 'x-csrf-token': csrf } });
    expect(out.statusCode).toBe(204);
    const after = await on.inject({ url: '/v1/me', cookies, headers: { 'sec-fetch-site': 'same-origin' } });
    expect(after.statusCode).toBe(401);
  });

  test('is only a digest in the database', async () => {
    const { cookie } = await loggedIn(local());
    const { rows } = await ledger.db
      .selectFrom('sessions')
      .selectAll()
      .execute()
      .then((all) => ({ rows: JSON.stringify(all) }));
    expect(rows).not.toContain(cookie.value);
    const held = JSON.stringify(await ledger.db.selectFrom('api_keys').selectAll().execute());
    for (const key of Object.values(keys)) expect(held).not.toContain(key);
  });

  test('behind HTTPS its cookie is bound to host and transport', async () => {
    api = apiOf({ access: { ...requiredAccess(ledger), mode: 'local', publicUrl: 'https://desk.example' } });
    const answer = await api.inject({ method: 'POST', url: '/v1/login/demo', payload: { personId: 'lead.one' } });
    expect(answer.cookies[0]).toMatchObject({ name: '__Host-countersign', secure: true, path: '/' });
  });
});

describe('development on one machine', () => {
  test('programs are believed, browsers log in', async () => {
    const on = local();
    expect((await on.inject('/v1/cases')).statusCode).toBe(200);
    expect((await on.inject('/v1/me')).json()).toEqual({ person: null });
    const browser = await on.inject({ url: '/v1/cases', headers: { 'sec-fetch-site': 'same-origin' } });
    expect(browser.statusCode).toBe(401);
  });
});

describe('an API key', () => {
  test.each([
    ['unknown', async () => 'cs_unknown'],
    ['of another form', async () => 'x y'],
    [
      'expired',
      async () => {
        const expiresAt = new Date(now.getTime() + 1_000);
        const { secret } = await ledger.credentials.makeKey('lead.one', { label: 'short', expiresAt }, 'test');
        later(2_000);
        return secret;
      },
    ],
    [
      'revoked',
      async () => {
        const { secret, keyId } = await ledger.credentials.makeKey(
          'lead.one',
          { label: 'gone', expiresAt: null },
          'test',
        );
        expect(await ledger.credentials.revokeKey(keyId, 'test')).toBe(true);
        expect(await ledger.credentials.revokeKey(keyId, 'test')).toBe(false);
        return secret;
      },
    ],
  ])('%s is 401', async (_, key) => {
    const answer = await required().inject({ url: '/v1/me', headers: bearer(await key()) });
    expect([answer.statusCode, answer.json()]).toMatchObject([401, { code: 'not-authenticated' }]);
  });

  test('is tried twenty times from one address, then who shows a wrong one waits: nobody else does', async () => {
    const on = required();
    const attempt = async (key: string) => (await on.inject({ url: '/v1/me', headers: bearer(key) })).statusCode;
    for (let count = 0; count < 20; count++) expect(await attempt(`cs_guess${count}`)).toBe(401);
    expect(await attempt('cs_guess')).toBe(429);
    // Behind a proxy, and in an office, everybody comes from one address; 256 random bits are not guessed.
    expect(await attempt(keys.lead)).toBe(200);
    const { cookies } = await loggedIn(local());
    const browser = { url: '/v1/me', cookies, headers: { 'sec-fetch-site': 'same-origin' } };
    expect((await on.inject(browser)).statusCode).toBe(200);
  });

  test('of somebody disabled is revoked for good: who comes back gets a new one', async () => {
    const on = required();
    const back = { personId: 'lead.back', name: 'L', roles: ['lead'], groups: [] } as const;
    await ledger.people.putPerson(back, 'test');
    const { secret } = await ledger.credentials.makeKey('lead.back', { label: 'old', expiresAt: null }, 'test');
    const ask = async () => (await on.inject({ url: '/v1/me', headers: bearer(secret) })).statusCode;
    expect(await ask()).toBe(200);
    await ledger.people.putPerson({ ...back, disabled: true }, 'test');
    expect(await ask()).toBe(401);
    await ledger.people.putPerson(back, 'test');
    expect(await ask()).toBe(401);
    const [key] = (await ledger.credentials.keys()).filter(({ personId }) => personId === 'lead.back');
    expect(key?.revokedAt).toBeInstanceOf(Date);
  });

  test('is not what a page lacks that is not logged in yet: asking without one is never held against an address', async () => {
    const on = required();
    for (let count = 0; count < 25; count++) expect((await on.inject('/v1/me')).statusCode).toBe(401);
    expect((await on.inject({ url: '/v1/me', headers: bearer(keys.lead) })).statusCode).toBe(200);
  });

  test('of a production API works from its own host only', async () => {
    const on = required({ publicUrl: 'https://desk.example' });
    const from = async (host: string) =>
      (await on.inject({ url: '/v1/me', headers: { ...bearer(keys.lead), host } })).statusCode;
    expect([await from('desk.example'), await from('evil.example')]).toEqual([200, 403]);
  });
});

test('the directory refuses what is no person, naming the field', async () => {
  const put = async (personId: string, more: object) => {
    const answer = await required().inject({
      method: 'PUT',
      url: `/v1/people/${encodeURIComponent(personId)}`,
      headers: bearer(keys.operator),
      payload: { ...person, ...more },
    });
    return [answer.statusCode, answer.json<{ detail: string }>().detail];
  };
  expect(await put('Ada Berg', {})).toEqual([422, expect.stringMatching(/^personId: /)]);
  expect(await put('x.one', { email: 'nowhere' })).toEqual([422, expect.stringMatching(/^email: /)]);
  expect(await put('x.one', { email: 'LEAD@example.test' })).toEqual([
    422,
    expect.stringMatching(/^email: lead\.one has/),
  ]);
  expect(await put('x.one', { roles: ['king'] })).toEqual([422, expect.stringMatching(/roles/)]);
});

test('the access log can be added to and not changed', async () => {
  await expect(ledger.db.deleteFrom('access_entries').execute()).rejects.toThrow(/permission denied/);
});
