import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import { oidcProvider } from '../../src/client/api/oidc.ts';
import type { Api } from '../../src/client/api/ports.ts';
import { apiOf } from '../client/fakes.ts';
import { useLedger } from '../support/postgres.ts';
import { requiredAccess } from './people.ts';

const EMAILS: Record<string, { email: string; email_verified: boolean }> = {
  ada: { email: 'Ada@Example.test', email_verified: true },
  stranger: { email: 'stranger@example.test', email_verified: true },
  unverified: { email: 'ada@example.test', email_verified: false },
};

let ledger: Ledger;
let server: Server;
let api: Api;
let base: string;
useLedger((made) => {
  ledger = made.ledger;
});

beforeAll(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => void server.once('listening', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await ledger.people.putPerson(
    { personId: 'ada.berg', name: 'Ada', email: 'ada@example.test', roles: ['reviewer'], groups: [] },
    'test',
  );
  // The API's address is only known once it listens, and the provider must know it: the client is registered late.
  const access = requiredAccess(ledger);
  api = apiOf({
    access: { ...access, oidc: { begin: () => real().begin(), end: (...given) => real().end(...given) } },
  });
  base = await api.listen({ host: '127.0.0.1', port: 0 });
  const options = { issuer, clientId: 'countersign', clientSecret: 'secret', publicUrl: base };
  const provider_ = oidcProvider(options);
  const real = () => provider_;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'countersign', client_secret: 'secret', redirect_uris: [`${base}/v1/login/oidc/callback`] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...EMAILS[id] }) }),
    pkce: { required: () => true },
  });
  const handle = provider.callback();
  server.on('request', (request, response) => void handle(request, response));
}, 60_000);

afterAll(async () => {
  await api.close();
  server.close();
  server.closeAllConnections();
});

/** A browser as far as redirects and cookies go, logging in at the provider's own pages as `login`. */
async function browse(login: string, change: (url: URL) => void = () => undefined) {
  const jars = new Map<string, Map<string, string>>();
  const visit = async (url: string, init: RequestInit = {}) => {
    const { origin } = new URL(url);
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', ...value] = (line.split(';')[0] ?? '').split('=');
      if (value.join('=') === '') jar.delete(name);
      else jar.set(name, value.join('='));
    }
    return answer;
  };
  let answer = await visit(`${base}/v1/login/oidc`);
  for (let step = 0; step < 20; step++) {
    const location = answer.headers.get('location');
    if (location !== null) {
      const next = new URL(location, answer.url);
      if (next.pathname === '/') break;
      if (next.origin === base) change(next);
      answer = await visit(next.href);
    } else if (answer.url.includes('/interaction/')) {
      const page = await answer.text();
      const action = /action="([^"]+)"/.exec(page)?.[1];
      const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1];
      if (action === undefined || prompt === undefined) throw new Error(`no form: ${page.slice(0, 200)}`);
      const body = new URLSearchParams({ prompt, login, password: 'x' });
      answer = await visit(new URL(action, answer.url).href, { method: 'POST', body });
    } else break;
  }
  return { answer, visit };
}

test('whoever the issuer knows by a verified address of the directory is logged in', async () => {
  const { answer, visit } = await browse('ada');
  expect(answer.status).toBe(302);
  const me = await visit(`${base}/v1/me`);
  expect(await me.json()).toMatchObject({ person: { personId: 'ada.berg', roles: ['reviewer'] } });
  expect(await ledger.people.accessEntries(1)).toMatchObject([{ kind: 'logged-in', detail: 'OpenID Connect' }]);
});

test.each([
  ['nobody of the directory', 'stranger', 403, 'no-such-person'],
  ['an address that the issuer has not verified', 'unverified', 403, 'email-not-verified'],
])('%s is refused', async (_, login, status, code) => {
  const { answer } = await browse(login);
  expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
});

test.each<[string, (url: URL) => void]>([
  ['another state', (url) => url.searchParams.set('state', 'forged')],
  ['another code', (url) => url.searchParams.set('code', 'forged')],
  ['an error of the issuer', (url) => url.searchParams.set('error', 'access_denied')],
])('a return with %s is refused', async (_, change) => {
  const { answer } = await browse('ada', change);
  expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'login-failed' }]);
});

test('a return that was not begun here is refused', async () => {
  const answer = await fetch(`${base}/v1/login/oidc/callback?code=x&state=y`);
  expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'login-failed' }]);
});
