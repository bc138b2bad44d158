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
