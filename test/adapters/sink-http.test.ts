import { describe, expect, it } from 'vitest';
import type { SinkCapability } from '../../src/activities/ports.ts';
import { createHttpSink, createSinks } from '../../src/adapters/sink-http.ts';
import { LocalServer, useLocalServer, type Reaction } from './local-server.ts';

let server: LocalServer;
let url: string;
useLocalServer((made, at) => {
  [server, url] = [made, at];
});

const key = 'case/invoice-intake/INV-1/1/post';
const call = { key, collection: 'postings', request: { amount: 33690, payee: 'Secret Ltd' } };
const sink = (capability: SinkCapability = 'neither', timeoutMs = 2000) =>
  createHttpSink({ url: `${url}/accounts/`, capability, timeoutMs });
const created: Reaction = { status: 201, json: { id: 'p-7' } };

describe('apply', () => {
  it('posts the request with our key as its reference, and gives what the sink calls it', async () => {
    server.answers(created);
    expect(await sink().apply(call)).toEqual({ kind: 'applied', reference: 'p-7' });
    expect(server.seen).toMatchObject([
      { method: 'POST', url: '/accounts/postings', body: { amount: 33690, payee: 'Secret Ltd', reference: key } },
    ]);
  });

  it.each([
    ['idempotency-key', key],
    ['look-up', undefined],
    ['neither', undefined],
  ] as const)('to a sink that can %s sends the header %s', async (capability, header) => {
    server.answers(created);
    await sink(capability).apply(call);
    expect(server.seen[0]?.headers['idempotency-key']).toBe(header);
  });

  it('encodes what a header cannot carry, in the body it stays as it is', async () => {
    server.answers(created);
    await sink('idempotency-key').apply({ ...call, key: 'case/x/Größe 7/1/post' });
    expect(server.seen[0]?.headers['idempotency-key']).toBe('case/x/Gr%C3%B6%C3%9Fe%207/1/post');
    expect(server.seen[0]?.body['reference']).toBe('case/x/Größe 7/1/post');
  });

  it.each([
    [
      422,
      { title: 'Period closed', detail: 'October is closed.', permanent: true },
      'Period closed: October is closed.',
    ],
    [409, { title: 'Supplier blocked' }, 'Supplier blocked'],
    [400, { detail: 'x'.repeat(500) }, 'x'.repeat(200)],
    [404, undefined, 'the business system answered 404'],
    [403, { title: 7 }, 'the business system answered 403'],
  ])('takes %s for a refusal', async (status, json, reason) => {
    server.answers({ status, ...(json ? { json } : { text: 'no' }) });
    expect(await sink().apply(call)).toEqual({ kind: 'refused', reason });
    expect(server.seen).toHaveLength(1);
  });

  it('takes 409 for "still being worked on" where keys are honoured, unless the sink says that it is final', async () => {
    server.answers({ status: 409, json: { title: 'In progress' } }, { status: 409, json: { permanent: true } });
    await expect(sink('idempotency-key').apply(call)).rejects.toMatchObject({ type: 'SinkUnavailable' });
    expect(await sink('idempotency-key').apply(call)).toMatchObject({ kind: 'refused' });
  });

  it.each<[string, Reaction]>([
    ['408', { status: 408 }],
    ['425', { status: 425 }],
    ['429', { status: 429 }],
    ['500', { status: 500, json: { permanent: true } }],
    ['503', { status: 503 }],
    ['a 4xx that says it will pass', { status: 422, json: { permanent: false } }],
    ['a redirect, which would turn the write into a read', { status: 302, headers: { location: '/other' } }],
    ['success without an id', { status: 200, json: { ok: true } }],
    ['success that is no JSON', { status: 200, text: '<h1>Welcome</h1>' }],
    ['a reset connection', { reset: true }],
  ])('throws SinkUnavailable on %s, asks once and repeats no content', async (_what, reaction) => {
    server.answers(reaction);
    const error = await sink()
      .apply(call)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      type: 'SinkUnavailable',
      nonRetryable: false,
      message: expect.stringMatching(/^POST 127\.0\.0\.1:\d+\/accounts\/postings: /),
    });
    expect(server.seen).toHaveLength(1);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/Secret|INV-1/);
  });

  it('waits as long as the sink says', async () => {
    server.answers({ status: 503, headers: { 'retry-after': '3' } });
    await expect(sink().apply(call)).rejects.toMatchObject({ nextRetryDelay: 3000 });
  });

  it.each([{ hang: true as const }, { hang: true as const, afterHeaders: true }])(
    'bounds the wait: %o',
    async (hang) => {
      server.answers(hang);
      await expect(sink('neither', 100).apply(call)).rejects.toMatchObject({
        type: 'SinkUnavailable',
        message: expect.stringContaining('no answer within 100 ms'),
      });
    },
  );

  it('says when the request certainly never left', async () => {
    const gone = new LocalServer();
    const nowhere = createHttpSink({ url: await gone.start(), capability: 'look-up' });
    await gone.stop();
    expect(await nowhere.apply(call)).toEqual({
      kind: 'not-sent',
      reason: expect.stringMatching(/^POST 127\.0\.0\.1:\d+\/postings: ECONNREFUSED$/),
    });
    await expect(nowhere.lookUp(call)).rejects.toMatchObject({ type: 'SinkUnavailable' });
  });
});

describe('reverse', () => {
  it('posts a reversal of the entry under a key of its own', async () => {
    server.answers({ status: 201, json: { id: 12 } });
    const reply = await sink('idempotency-key').reverse({
      ...call,
      reference: 'p/7',
      request: { reason: 'withdrawn' },
    });
    expect(reply).toEqual({ kind: 'applied', reference: '12' });
    expect(server.seen).toMatchObject([
      {
        method: 'POST',
        url: '/accounts/postings/p%2F7/reversal',
        headers: { 'idempotency-key': `${key}/undo` },
        body: { reason: 'withdrawn', reference: `${key}/undo` },
      },
    ]);
  });
});

describe('lookUp', () => {
  it.each([
    ['a list', [{ id: 'p-7' }, { id: 'p-8' }], 'p-7'],
    ['items', { items: [{ id: 7 }] }, '7'],
    ['entries', { entries: [{ id: 'p-7', kind: 'entry' }] }, 'p-7'],
    [
      'one reversed and one that stands',
      [
        { id: 'p-6', reversed: true },
        { id: 'p-7', reversed: false },
      ],
      'p-7',
    ],
    ['only a reversed one, which was applied all the same', [{ id: 'p-6', reversed: true }], 'p-6'],
    ['nothing', [], undefined],
  ])('finds what was applied under the key in %s', async (_what, json, expected) => {
    server.answers({ status: 200, json });
    expect(await sink('look-up').lookUp(call)).toBe(expected);
    expect(server.seen).toMatchObject([
      { method: 'GET', url: `/accounts/postings?reference=${encodeURIComponent(key)}` },
    ]);
  });

  it.each<[string, Reaction]>([
    ['404: a wrong address is not an empty list', { status: 404, json: { title: 'Not Found' } }],
    ['a body that is no list', { status: 200, json: { total: 0 } }],
    ['a page', { status: 200, text: '<h1>Log in</h1>' }],
  ])('never takes for "not applied" %s', async (_what, reaction) => {
    server.answers(reaction);
    await expect(sink('look-up').lookUp(call)).rejects.toMatchObject({ type: 'SinkUnavailable' });
  });
});

describe('createSinks', () => {
  it('names the sinks there are', () => {
    const sinks = createSinks({ accounts: { url, capability: 'look-up' } });
    expect(sinks.sink('accounts').capability).toBe('look-up');
    expect(() => sinks.sink('help-desk')).toThrow(
      'sink help-desk: not configured on this worker; configured: accounts',
    );
  });
});
