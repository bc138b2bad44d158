import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createApiClient } from '../../src/client/api-client.ts';
import type { Api } from '../../src/client/api/ports.ts';
import type { SubmissionBody } from '../../src/client/api/schema-submission.ts';
import type { Submission } from '../../src/client/submission.ts';
import { failure } from '../../src/failures.ts';
import { apiOf, collected } from './fakes.ts';

let api: Api | undefined;
afterEach(async () => await api?.close());

async function serving(submit: (submission: Submission) => Promise<void>) {
  api = apiOf({
    client: {
      async submit(submission) {
        await submit(submission);
        return { caseId: `case/p/${submission.caseKey}`, created: true, started: true, outcome: null };
      },
    },
  });
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  return { url, client: createApiClient({ url }) };
}

const body = (caseKey: string): SubmissionBody => ({ packId: 'p', caseKey, documents: [{ name: 'a', text: 'x' }] });

describe('a stream of submissions', () => {
  test('receipts come in the order of the lines, at most 32 under way', async () => {
    let now = 0;
    let most = 0;
    const { client } = await serving(async ({ caseKey }) => {
      most = Math.max(most, ++now);
      await sleep(Number(caseKey) % 7);
      now -= 1;
    });
    const receipts = await collected(client.submitAll(Array.from({ length: 200 }, (_, at) => body(String(at)))));
    expect(receipts.map(({ line }) => line)).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
    expect(receipts.map((receipt) => 'caseId' in receipt && receipt.caseId)).toEqual(
      Array.from({ length: 200 }, (_, at) => `case/p/${at}`),
    );
    expect(most).toBeGreaterThan(4);
    expect(most).toBeLessThanOrEqual(32);
  });

  test('a bad line does not stop the others, and says what is wrong', async () => {
    const { url } = await serving(async ({ caseKey }) => {
      if (caseKey === 'twice') throw failure('Conflict', 'caseKey: other content');
    });
    const lines = [JSON.stringify(body('a')), 'no json', '{"packId":"p"}', JSON.stringify(body('twice')), '', '[1]'];
    const response = await fetch(`${url}/v1/cases`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: [...lines, JSON.stringify(body('b'))].join('\n'),
    });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const receipts = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(receipts).toMatchObject([
      { line: 1, caseId: 'case/p/a', created: true },
      { line: 2, error: { status: 400, code: 'no-json' } },
      { line: 3, error: { status: 422, errors: [{ field: 'documents' }] } },
      { line: 4, error: { status: 409, code: 'conflict' } },
      { line: 6, error: { status: 422 } },
      { line: 7, caseId: 'case/p/b' },
    ]);
  });

  test('a receipt does not wait for the next line', async () => {
    const { client } = await serving(async () => undefined);
    const got = Promise.withResolvers<void>();
    async function* talking() {
      yield body('first');
      // Only the receipt of the first line lets the second one go.
      await got.promise;
      yield body('second');
    }
    const receipts = client.submitAll(talking());
    expect(await receipts.next()).toMatchObject({ value: { line: 1 } });
    got.resolve();
    expect(await receipts.next()).toMatchObject({ value: { line: 2 } });
  });

  test('lines are not read ahead of the submissions', async () => {
    const gate = Promise.withResolvers<void>();
    const { client } = await serving(() => gate.promise);
    let read = 0;
    const text = 'x'.repeat(100_000);
    function* many() {
      for (; read < 3_000; read++) yield { ...body(String(read)), documents: [{ name: 'a', text }] };
    }
    const receipts = client.submitAll(many());
    const first = receipts.next();
    await sleep(500);
    expect(read).toBeLessThan(1_000);
    gate.resolve();
    await first;
    await receipts.return(undefined);
  });

  test('whoever stops taking receipts stops the sending', async () => {
    const { client } = await serving(async () => undefined);
    const all = 20_000;
    const text = 'x'.repeat(10_000);
    let sent = 0;
    function* many() {
      for (; sent < all; sent++) yield { ...body(String(sent)), documents: [{ name: 'a', text }] };
    }
    const receipts = client.submitAll(many());
    expect(await receipts.next()).toMatchObject({ value: { line: 1 } });
    await receipts.return(undefined);
    await sleep(100);
    expect(sent).toBeLessThan(all);
  });
});
