import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { jsonLine, startNodeProcess } from '../../../src/dev/processes.ts';
import { startStandInBusiness } from '../../../src/dev/stand-in-business/server.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { callerOf, POSTINGS } from './caller.ts';

const MAIN = fileURLToPath(new URL('../../../src/dev/stand-in-business/main.ts', import.meta.url));
const refusal = { code: 'period-closed', message: 'The period is closed.' };

async function started(honourIdempotencyKey?: boolean) {
  const stateDir = await temporaryFolder();
  const system = await startStandInBusiness({ stateDir, ...(honourIdempotencyKey && { honourIdempotencyKey }) });
  onTestFinished(() => system.stop());
  return callerOf(system.url);
}

test('without uniqueness the same document is booked as often as it is sent, and counted', async () => {
  const { post, books } = await started();
  const first = await post(POSTINGS, { reference: 'r1', amount: 100 }, 'k1');
  const second = await post(POSTINGS, { reference: 'r1', amount: 100 }, 'k1');
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(first.body).toMatchObject({ id: 'postings-000001', collection: 'postings', reference: 'r1' });
  const { entries, totals } = await books();
  expect(entries.map(({ id, key, body }) => ({ id, key, body }))).toEqual([
    { id: 'postings-000001', key: 'k1', body: { reference: 'r1', amount: 100 } },
    { id: 'postings-000002', key: 'k1', body: { reference: 'r1', amount: 100 } },
  ]);
  expect(totals['postings']).toEqual({ entries: 2, reversals: 0, duplicates: 1, duplicateReversals: 0 });
});

test('with uniqueness a repeated key answers the first result again, even at the same moment', async () => {
  const { post, books } = await started(true);
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(POSTINGS, { reference: 'r1' }, 'k1')));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  const replays = answers.filter(({ status }) => status === 200);
  expect(replays).toHaveLength(19);
  expect(replays.every(({ headers }) => headers.get('idempotency-replayed') === 'true')).toBe(true);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect((await books()).entries).toHaveLength(1);
});

test('uniqueness is switched per collection, and needs a key', async () => {
  const { post, put, get, books } = await started();
  await put('/admin/settings', { collection: 'tickets', honourIdempotencyKey: true });
  expect((await get('/admin/settings')).body.honourIdempotencyKey).toMatchObject({ tickets: true, postings: false });
  for (let time = 0; time < 2; time++) {
    await post('/help-desk/tickets', { title: 'a' }, 'k1');
    await post('/help-desk/tickets', { title: 'no key' });
    await post('/accounts-payable/payment-proposals', { amount: 1 }, 'k1');
  }
  const { totals } = await books();
  expect(totals['tickets']).toMatchObject({ entries: 3, duplicates: 0 });
  expect(totals['payment-proposals']).toMatchObject({ entries: 2, duplicates: 1 });
});

test('a look-up finds an entry by the reference in its body and by its key', async () => {
  const { post, get, bookedUnder } = await started();
  await post(POSTINGS, { reference: 'in/body' }, 'the key');
  await post(POSTINGS, ['any', 'JSON']);
  expect(await bookedUnder('in/body')).toMatchObject([{ id: 'postings-000001', reversed: false }]);
  expect(await bookedUnder('the key')).toMatchObject([{ id: 'postings-000001' }]);
  expect(await bookedUnder('another')).toEqual([]);
  expect(await get(POSTINGS)).toMatchObject({ status: 400, body: { field: 'reference' } });
});

test('a reversal marks its entry, honours keys in the same way, and needs an entry', async () => {
  const { post, put, books, bookedUnder } = await started();
  const { body: posting } = await post(POSTINGS, { reference: 'r1' }, 'k1');
  const reverse = async (id: string) =>
    post(`${POSTINGS}/${id}/reversal`, { reference: 'undo r1', reason: 'wrong supplier' }, 'k2');
  expect((await reverse('postings-999999')).status).toBe(404);
  const first = await reverse(posting.id);
  expect(first).toMatchObject({ status: 201, body: { kind: 'reversal', reverses: posting.id } });
  expect((await reverse(first.body.id)).status).toBe(404);
  expect(await bookedUnder('r1')).toMatchObject([{ reversed: true }]);
  expect(await bookedUnder('undo r1')).toMatchObject([{ kind: 'reversal', body: { reason: 'wrong supplier' } }]);

  expect((await reverse(posting.id)).status).toBe(201);
  expect((await books()).totals['postings']).toMatchObject({ entries: 1, reversals: 2, duplicateReversals: 1 });
  await put('/admin/settings', { honourIdempotencyKey: true });
  expect((await reverse(posting.id)).status).toBe(200);
  expect((await books()).totals['postings']).toMatchObject({ reversals: 2 });
});

test('a reset or a 5xx after applying leaves the entry, one before leaves none', async () => {
  const { post, misbehave, bookedUnder } = await started();
  await misbehave({ resetAfterApplying: true, times: 1 });
  await expect(post(POSTINGS, { reference: 'reset' })).rejects.toThrow('fetch failed');
  expect(await bookedUnder('reset')).toHaveLength(1);

  await misbehave({ status: 503, afterApplying: true, times: 1 });
  expect((await post(POSTINGS, { reference: '503 after' })).status).toBe(503);
  expect(await bookedUnder('503 after')).toHaveLength(1);

  await misbehave({ status: 503, times: 1 });
  expect((await post(POSTINGS, { reference: '503 before' })).status).toBe(503);
  expect(await bookedUnder('503 before')).toEqual([]);

  await misbehave({ down: true, times: 1 });
  await expect(post(POSTINGS, { reference: 'down' })).rejects.toThrow('fetch failed');
  expect(await bookedUnder('down')).toEqual([]);
  expect((await post(POSTINGS, { reference: 'up again' })).status).toBe(201);
});

test('a permanent refusal says so and books nothing; reversals have their own', async () => {
  const { post, misbehave, behave, books } = await started();
  const { body: posting } = await post(POSTINGS, { reference: 'r1' });
  await misbehave({ collection: 'postings', refuse: refusal });
  const refused = await post(POSTINGS, { reference: 'r2' });
  expect(refused.headers.get('content-type')).toContain('application/problem+json');
  const body = { status: 422, permanent: true, code: 'period-closed', detail: 'The period is closed.' };
  expect(refused).toMatchObject({ status: 422, body });
  expect((await post('/help-desk/tickets', {})).status).toBe(201);
  expect((await post(`${POSTINGS}/${posting.id}/reversal`, {})).status).toBe(201);

  await behave();
  await misbehave({ refuseReversal: refusal });
  expect((await post(`${POSTINGS}/${posting.id}/reversal`, {})).status).toBe(422);
  expect((await post(POSTINGS, { reference: 'r3' })).status).toBe(201);
  expect((await books()).totals['postings']).toMatchObject({ entries: 2, reversals: 1 });
});

test('a document of a caller that gave up waiting is booked all the same', async () => {
  const stateDir = await temporaryFolder();
  const system = await startStandInBusiness({ stateDir });
  onTestFinished(() => system.stop());
  const { misbehave, behave, bookedUnder } = callerOf(system.url);
  await misbehave({ latencyMs: 300 });
  const attempt = fetch(system.url + POSTINGS, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reference: 'slow' }),
    signal: AbortSignal.timeout(100),
  });
  await expect(attempt).rejects.toThrow('timeout');
  await behave();
  await expect.poll(() => bookedUnder('slow'), { timeout: 3_000 }).toHaveLength(1);
});

test('a rule that makes no sense is refused, naming the field', async () => {
  const { misbehave, put, get } = await started();
  const wrong: [object, string][] = [
    [{ latencyMs: -1 }, 'latencyMs'],
    [{ collection: 'invoices' }, 'collection'],
    [{ status: 200 }, 'status'],
    [{ rate: 2 }, 'rate'],
    [{ times: 0 }, 'times'],
    [{ refuse: { code: 'x' } }, 'refuse.message'],
    [{ afterApplying: true }, 'afterApplying'],
    [{ latency: 5 }, 'latency'],
  ];
  for (const [rule, field] of wrong) {
    const answer = await misbehave(rule);
    expect({ status: answer.status, field: answer.body.field }, JSON.stringify(rule)).toEqual({ status: 400, field });
  }
  expect((await put('/admin/settings', {})).body.field).toBe('honourIdempotencyKey');
  expect((await get('/admin/behaviour')).body).toEqual({ rules: [] });
});

test('notices are kept too', async () => {
  const { post, books } = await started();
  expect((await post('/notices', { to: 'team', text: 'overdue' })).status).toBe(201);
  expect((await books()).entries).toMatchObject([{ collection: 'notices', body: { to: 'team', text: 'overdue' } }]);
});

test('everything acknowledged survives SIGKILL, with numbering, reversals and uniqueness', async () => {
  const stateDir = await temporaryFolder();
  const start = async () => {
    const running = await startNodeProcess({
      name: 'stand-in-business',
      file: MAIN,
      args: ['--state-dir', stateDir],
      stateDir,
      log: () => undefined,
      ready: (line) => jsonLine<{ url: string }>(line),
    });
    onTestFinished(async () => void (await running.kill()));
    return { kill: running.kill, ...callerOf(running.ready.url) };
  };
  const before = await start();
  await before.put('/admin/settings', { collection: 'postings', honourIdempotencyKey: true });
  const { body: posting } = await before.post(POSTINGS, { reference: 'r0' }, 'k0');
  await before.post(`${POSTINGS}/${posting.id}/reversal`, { reference: 'undo' }, 'k1');

  // Killed in the middle of a stream of requests: whatever was answered must be there.
  const acknowledged: string[] = [];
  let sending = true;
  const senders = Array.from({ length: 8 }, async (_, sender) => {
    for (let number = 0; sending; number++) {
      const reference = `s${sender}/${number}`;
      await before.post(POSTINGS, { reference }, reference).then(
        () => acknowledged.push(reference),
        () => (sending = false),
      );
    }
  });
  await expect.poll(() => acknowledged.length, { timeout: 5_000 }).toBeGreaterThan(100);
  await before.kill();
  await Promise.all(senders);

  const after = await start();
  const { entries } = await after.books();
  const booked = new Set(entries.map(({ reference }) => reference));
  expect(acknowledged.filter((reference) => !booked.has(reference))).toEqual([]);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  expect(await after.bookedUnder('r0')).toMatchObject([{ id: posting.id, reversed: true }]);
  expect(await after.post(POSTINGS, { reference: 'r0' }, 'k0')).toMatchObject({
    status: 200,
    body: { id: posting.id },
  });
}, 30_000);
