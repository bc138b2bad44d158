import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import type { Api } from '../../src/client/api/ports.ts';
import { approval, INPUT, MANIFEST, PLAN, task } from '../adapters/ledger/fixtures.ts';
import { apiOf } from '../client/fakes.ts';
import { useLedger } from '../support/postgres.ts';
import { bearer, requiredAccess } from './people.ts';

/** Two packs: four questions wait in `invoices` (one late, one answered within the hour), two in `tickets`. */
const WAITING = { invoices: 4, tickets: 2 } as const;
let ledger: Ledger;
let api: Api;
const keys: Record<'all' | 'tickets' | 'none', string> = { all: '', tickets: '', none: '' };
const ids: Record<keyof typeof WAITING, string[]> = { invoices: [], tickets: [] };
useLedger((made) => {
  ledger = made.ledger;
});

beforeAll(async () => {
  const { desk, reads, reviews } = ledger;
  api = apiOf({ access: requiredAccess(ledger), desk, reads, reviews });
  for (const [packId, count] of Object.entries(WAITING)) {
    const more = packId === 'invoices' ? 1 : 0;
    for (let n = 0; n < count + more; n += 1) await waiting(packId as keyof typeof WAITING, n);
  }
  const answered = ids.invoices.pop() ?? '';
  await ledger.desk.look({ caseId: answered, taskNo: 1 }, 'berta');
  await ledger.reviews.record(approval(answered, 'v1'));
  const packs = { all: {}, tickets: { packs: ['tickets'] }, none: { packs: [] } } as const;
  for (const who of ['all', 'tickets', 'none'] as const) {
    const person = { personId: who, name: who, roles: ['reviewer'] as const, groups: ['clerks'], ...packs[who] };
    await ledger.people.putPerson(person, 'test');
    keys[who] = (await ledger.credentials.makeKey(who, { label: 'test', expiresAt: null }, 'test')).secret;
  }
});
afterAll(async () => await api.close());

async function waiting(packId: keyof typeof WAITING, n: number): Promise<void> {
  const bytes = Buffer.from(`${packId} ${n}`);
  const documents = await ledger.documents.put([{ name: 'a.txt', mediaType: 'text/plain', bytes }]);
  const name = { packId, caseKey: `key-${n}`, revision: 1 };
  const received = await ledger.cases.receive({ name, documents, submittedBy: 's', owner: 'o', channel: 'api' });
  if (received.kind === 'conflict') throw new Error(received.message);
  const { caseId } = received.record;
  const packHash = `hash-${packId}`;
  await ledger.cases.ingested(caseId, INPUT, { ...PLAN, packId, packHash }, { ...MANIFEST, id: packId });
  const dueAt = new Date(Date.now() + (n === 0 && packId === 'invoices' ? -1 : 60) * 60_000);
  await ledger.reviews.open(task(caseId, { packHash, rules: [], dueAt }));
  ids[packId].push(caseId);
}

async function read<T>(who: keyof typeof keys, url: string): Promise<T> {
  const answer = await api.inject({ url, headers: bearer(keys[who]) });
  expect(answer.statusCode).toBe(200);
  return answer.json<T>();
}

describe('numbers', () => {
  test('of what waits are of the packs that somebody has a part in', async () => {
    const groups = (clerks: number) => (clerks === 0 ? {} : { clerks });
    for (const [who, packs, overdue] of [
      ['all', WAITING, 1],
      ['tickets', { tickets: 2 }, 0],
      ['none', {}, 0],
    ] as const) {
      const total = Object.values(packs).reduce((sum: number, count: number) => sum + count, 0);
      expect(await read(who, '/v1/desk/counts')).toMatchObject({
        ...{ total, overdue, packs, groups: groups(total), reasons: total === 0 ? {} : { 'rule-broken': total } },
      });
    }
  });

  test('of the forecast too: its speed, and what comes too late', async () => {
    type Forecast = { forecast: { measured: boolean; perHour: number; missed: number } };
    const all = await read<Forecast>('all', '/v1/desk/counts');
    expect(all.forecast).toMatchObject({ measured: true, perHour: 1, missed: 5 });
    const tickets = await read<Forecast>('tickets', '/v1/desk/counts');
    expect(tickets.forecast).toMatchObject({ measured: false, missed: 0 });
    expect((await read<Forecast>('none', '/v1/desk/counts')).forecast).toMatchObject({ missed: 0 });
  });

  test('of the reasons why people are asked', async () => {
    const packsIn = async (who: keyof typeof keys) =>
      (await read<{ packs: { packId: string }[] }>(who, '/v1/reasons')).packs.map(({ packId }) => packId);
    expect(await packsIn('all')).toEqual(['invoices', 'tickets']);
    expect([await packsIn('tickets'), await packsIn('none')]).toEqual([['tickets'], []]);
  });

  test('of all cases, and of saved views', async () => {
    const packsIn = async (who: keyof typeof keys) => {
      const { counts } = await read<{ counts: { packId: string }[] }>(who, '/v1/counts');
      return [...new Set(counts.map(({ packId }) => packId))];
    };
    expect([await packsIn('all'), await packsIn('tickets')]).toEqual([['invoices', 'tickets'], ['tickets']]);
    await ledger.desk.saveView('everything', {}, 'all');
    const count = async (who: keyof typeof keys) =>
      (await read<{ views: { count: number }[] }>(who, '/v1/desk/views')).views[0]?.count;
    expect([await count('all'), await count('tickets'), await count('none')]).toEqual([6, 2, 0]);
  });
});

describe('questions and cases of other packs', () => {
  test('are in no queue, no search, and in no group of what is alike', async () => {
    const caseIds = async (url: string) => {
      const { items = [], cases = [] } = await read<Partial<Record<'items' | 'cases', { caseId: string }[]>>>(
        'tickets',
        url,
      );
      return [...items, ...cases].map(({ caseId }) => caseId).toSorted();
    };
    expect(await caseIds('/v1/desk/queue')).toEqual(ids.tickets.toSorted());
    expect(await caseIds('/v1/desk/search?text=key')).toEqual(ids.tickets.toSorted());
    const { groups } = await read<{ groups: { packId: string }[] }>('tickets', '/v1/desk/alike');
    expect(groups.map(({ packId }) => packId)).toEqual(['tickets']);
  });

  test('cannot be selected to be decided together, nor looked at in a selection of somebody else', async () => {
    const tasks = ids.invoices.slice(0, 2).map((caseId) => ({ caseId, taskNo: 1, seen: 'abc123' }));
    const like = { packId: 'invoices', codes: ['rule-broken'], alike: null, group: 'clerks' };
    const made = await api.inject({
      ...{ method: 'POST', url: '/v1/desk/bulks', headers: bearer(keys.all), payload: { like } },
    });
    expect(made.statusCode).toBe(201);
    const { bulkId } = made.json<{ bulkId: string }>();
    for (const [method, url, payload] of [
      ['POST', '/v1/desk/bulks', { tasks }],
      ['POST', '/v1/desk/bulks', { like }],
      ['GET', `/v1/desk/bulks/${bulkId}`, undefined],
    ] as const) {
      const body = payload === undefined ? {} : { payload };
      const answer = await api.inject({ method, url, headers: bearer(keys.tickets), ...body });
      expect([answer.statusCode, answer.json()]).toMatchObject([403, { code: 'not-your-pack' }]);
      const [entry] = await ledger.people.accessEntries(1);
      expect(entry).toMatchObject({ personId: 'tickets', kind: 'refused', subject: `${method} ${url}` });
    }
  });
});

describe('what operators see', () => {
  test('of cost and cases is of the packs that somebody has a part in, also as metrics', async () => {
    const lead = await keyOf({ personId: 'lead.tickets', roles: ['lead'], packs: ['tickets'] });
    const metrics = await api.inject({ url: '/metrics', headers: bearer(lead) });
    expect(metrics.body).toContain('tickets');
    expect(metrics.body).not.toContain('invoices');
  });

  test('of notices that reach nobody names no case of another pack', async () => {
    const [invoice = ''] = ids.invoices;
    const [ticket = ''] = ids.tickets;
    const failed = [invoice, ticket].map((caseId, at) => ({
      ...{ messageId: `m-${at}`, channel: 'mail', address: `one-${at}@example.test`, state: 'failed' as const },
      ...{ attempts: 3, error: 'no such mailbox', since: new Date(), nextAt: null, kinds: [], cases: [caseId] },
    }));
    const undeliveredNotices = async () => failed as never;
    const on = apiOf({ access: requiredAccess(ledger), reads: { ...ledger.reads, undeliveredNotices } });
    const told = async (key: string) => (await on.inject({ url: '/v1/notices', headers: bearer(key) })).body;
    const lead = await keyOf({ personId: 'lead.tickets', roles: ['lead'], packs: ['tickets'] });
    expect(await told(lead)).toContain(ticket);
    expect(await told(lead)).not.toContain(invoice);
    expect(await told(lead)).not.toContain('one-0@');
    const all = await keyOf({ personId: 'lead.all', roles: ['lead'] });
    expect(await told(all)).toContain(invoice);
    await on.close();
  });

  test('of refused attempts names no case of another pack', async () => {
    const [invoice = ''] = ids.invoices;
    const [ticket = ''] = ids.tickets;
    const nobody = await keyOf({ personId: 'nobody', roles: ['reviewer'], packs: [] });
    for (const caseId of [invoice, ticket]) await api.inject({ url: `/v1/cases/${caseId}`, headers: bearer(nobody) });
    const told = async (key: string) => (await api.inject({ url: '/v1/access-entries', headers: bearer(key) })).body;
    const own = await told(await keyOf({ personId: 'auditor.tickets', roles: ['auditor'], packs: ['tickets'] }));
    expect(own).toContain(ticket);
    expect(own).not.toContain(invoice);
    expect(await told(await keyOf({ personId: 'auditor.all', roles: ['auditor'] }))).toContain(invoice);
  });

  test('of saved views names no supplier or pack that is not theirs', async () => {
    await ledger.desk.saveView('theirs', { packId: 'invoices', alike: 'SECRET GmbH' }, 'all');
    await ledger.desk.saveView('ours', { packId: 'tickets' }, 'all');
    const names = async (who: keyof typeof keys) =>
      (await read<{ views: { name: string }[] }>(who, '/v1/desk/views')).views.map(({ name }) => name);
    expect(await names('all')).toEqual(expect.arrayContaining(['ours', 'theirs']));
    expect(await names('tickets')).toContain('ours');
    expect(await names('tickets')).not.toContain('theirs');
    const remove = { method: 'DELETE', url: '/v1/desk/views/theirs', headers: bearer(keys.tickets) } as const;
    expect((await api.inject(remove)).statusCode).toBe(404);
    const filter = { packId: 'tickets' };
    const replace = { ...remove, method: 'PUT', payload: { filter } } as const;
    expect((await api.inject(replace)).json()).toMatchObject({ code: 'not-your-pack' });
    expect(await names('all')).toContain('theirs');
  });

  async function keyOf(person: { personId: string; roles: ('lead' | 'auditor' | 'reviewer')[]; packs?: string[] }) {
    await ledger.people.putPerson({ name: person.personId, groups: [], ...person }, 'test');
    return (await ledger.credentials.makeKey(person.personId, { label: 'test', expiresAt: null }, 'test')).secret;
  }
});

test('the events of the desk name only cases of the packs that somebody has a part in', async () => {
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  const ends = new AbortController();
  const answer = await fetch(`${url}/v1/desk/events`, { headers: bearer(keys.tickets), signal: ends.signal });
  const [other = ''] = ids.invoices;
  const [own = ''] = ids.tickets;
  let heard = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    heard += decoder.decode(chunk, { stream: true });
    // Again until it is heard: a listener hears only of what comes after its first look.
    if (heard.includes(own)) break;
    for (const caseId of [other, own])
      await ledger.desk.claim({ caseId, taskNo: 1 }, `someone-${Math.random()}`, 1_000, { reason: 'again' });
  }
  ends.abort();
  expect(heard).not.toContain(other);
});

describe('the events of the desk', () => {
  test('end when who listens is logged out, disabled, or has another part now', { timeout: 30_000 }, async () => {
    const url = await listening();
    const person = { name: 'L', roles: ['reviewer'], groups: [] } as const;
    const ends = {
      'listens.out': (key: string) => ledger.credentials.revokeKey(key, 'test'),
      'listens.gone': () => ledger.people.putPerson({ ...person, personId: 'listens.gone', disabled: true }, 'test'),
    };
    const over = Object.entries(ends).map(async ([personId, end]) => {
      await ledger.people.putPerson({ ...person, personId }, 'test');
      const made = await ledger.credentials.makeKey(personId, { label: 'test', expiresAt: null }, 'test');
      const answer = await fetch(`${url}/v1/desk/events`, { headers: bearer(made.secret) });
      await end(made.keyId);
      return await answer.text();
    });
    for (const heard of await Promise.all(over)) expect(heard).toContain('event: beat');
  });

  test('are followed by one person so often only that the others still can', async () => {
    const url = await listening();
    const ends = new AbortController();
    const follow = async (key: string) =>
      (await fetch(`${url}/v1/desk/events`, { headers: bearer(key), signal: ends.signal })).status;
    const statuses: number[] = [];
    for (let n = 0; n < 21; n += 1) statuses.push(await follow(keys.none));
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(statuses.at(-1)).toBe(429);
    expect(await follow(keys.all)).toBe(200);
    ends.abort();
    await expect.poll(() => follow2(url), { timeout: 5_000 }).toBe(200);
  });

  async function follow2(url: string): Promise<number> {
    const ends = new AbortController();
    const { status } = await fetch(`${url}/v1/desk/events`, { headers: bearer(keys.none), signal: ends.signal });
    ends.abort();
    return status;
  }

  async function listening(): Promise<string> {
    const address = api.server.address();
    if (address === null || typeof address === 'string') return await api.listen({ host: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${address.port}`;
  }
});
