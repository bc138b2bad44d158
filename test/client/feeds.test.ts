import { afterEach, describe, expect, test } from 'vitest';
import type { Api, ApiPorts } from '../../src/client/api/ports.ts';
import { failure } from '../../src/failures.ts';
import { apiOf, PACKS, type Given } from './fakes.ts';

const HOUR = 3_600_000;
const [first, second] = PACKS;
if (!first || !second) throw new TypeError('two packs are needed');
const limit = { feed: 'suppliers', title: 'the supplier register' };
const packs: ApiPorts['packs'] = [
  { ...first, feeds: [{ ...limit, maxAgeMs: 48 * HOUR }] },
  {
    ...second,
    feeds: [
      { ...limit, maxAgeMs: 72 * HOUR },
      { feed: 'examples', title: 'examples', maxAgeMs: HOUR },
    ],
  },
];

let api: Api | undefined;
afterEach(async () => await api?.close());

function apiWith(given: Given): Api {
  api = apiOf({ packs, ...given });
  return api;
}

test('GET /v1/feeds tells of each feed how old it is, and for which pack too old', async () => {
  const asOf = new Date(Date.now() - 61 * HOUR);
  const rows = [
    { feed: 'suppliers', asOf, loadedAt: asOf, items: 22 },
    { feed: 'old-one', asOf, loadedAt: asOf, items: 1 },
  ];
  const { feeds } = (await apiWith({ reads: { feeds: async () => rows } }).inject('/v1/feeds')).json<{
    feeds: { ageMs: number }[];
  }>();
  expect(feeds).toMatchObject([
    { name: 'examples', asOf: null, ageMs: null, items: 0, stale: true, packs: [{ id: 'ticket-triage', stale: true }] },
    { name: 'old-one', items: 1, stale: false, packs: [] },
    {
      ...{ name: 'suppliers', asOf: asOf.toISOString(), items: 22, stale: true },
      packs: [
        { id: 'invoice-intake', owner: 'petra.vogel', maxAgeMs: 48 * HOUR, stale: true },
        { id: 'ticket-triage', maxAgeMs: 72 * HOUR, stale: false },
      ],
    },
  ]);
  expect(feeds[2]?.ageMs).toBeGreaterThanOrEqual(61 * HOUR);
});

describe('PUT /v1/feeds/{name}', () => {
  const item = { key: 'DE1', text: 'ACME', data: { blocked: true } };
  const put = async (given: Given, name: string, payload: object) =>
    await apiWith(given).inject({ method: 'PUT', url: `/v1/feeds/${name}`, payload });

  test('replaces the feed, as of the moment that is stated', async () => {
    const loads: unknown[] = [];
    const feedLoader = { load: async (...args: unknown[]) => void loads.push(args) };
    const body = { asOf: '2026-03-01T06:00:00+01:00', items: [item, { key: 'DE2' }] };
    const answer = await put({ feedLoader }, 'suppliers', body);
    expect(answer.json()).toEqual({ name: 'suppliers', items: 2, asOf: '2026-03-01T05:00:00.000Z' });
    expect(loads).toEqual([
      ['suppliers', [item, { key: 'DE2', text: '', data: {} }], new Date('2026-03-01T05:00:00.000Z')],
    ]);
  });

  const asOf = '2026-03-01T06:00:00Z';
  const refused: [why: string, name: string, payload: object, status: number, says: string][] = [
    ['a feed that no pack reads', 'supliers', { asOf, items: [item] }, 404, 'the packs read examples, suppliers'],
    ['a feed without items', 'suppliers', { asOf, items: [] }, 422, 'items'],
    ['a key that comes twice', 'suppliers', { asOf, items: [item, item] }, 422, 'items.1.key'],
    ['no moment', 'suppliers', { items: [item] }, 422, 'asOf'],
    ['a moment without its zone', 'suppliers', { asOf: '2026-03-01T06:00:00', items: [item] }, 422, 'asOf'],
  ];
  test.each(refused)('refuses %s, and loads nothing', async (_, name, payload, status, says) => {
    const answer = await put({}, name, payload);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
    expect(answer.json<{ detail: string }>().detail).toContain(says);
  });

  test('passes on what the ledger refuses', async () => {
    const feedLoader = { load: () => Promise.reject(failure('InvalidInput', 'asOf: must be a moment that ...')) };
    expect((await put({ feedLoader }, 'suppliers', { asOf, items: [item] })).statusCode).toBe(422);
  });
});
