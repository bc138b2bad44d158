import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { afterEach, describe, expect, test } from 'vitest';
import type { Api } from '../../src/client/api/ports.ts';
import { problemSchema } from '../../src/client/api/schema-problem.ts';
import { createSubmitterClient, type SubmitterAnswer } from '../../src/client/submitter-client.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { apiOf, requestOf, type Given } from './fakes.ts';

const BODY = { requestId: 'q-1', answerId: 'a-1', by: 'sam', text: 'It is 4711' };

let api: Api | undefined;
afterEach(async () => await api?.close());

function send(given: Given, url: string, payload?: object) {
  api = apiOf(given);
  return api.inject(payload ? { method: 'POST', url, payload } : { method: 'GET', url });
}

describe('GET /v1/information-requests', () => {
  test('lists what is asked, open ones only when asked for', async () => {
    const filters: unknown[] = [];
    const reads = {
      informationRequests: async (filter: object) => {
        filters.push(filter);
        return [requestOf()];
      },
    };
    const answer = await send({ reads }, '/v1/information-requests?caseId=case/p/K&open=true');
    expect(answer.json()).toMatchObject({ requests: [{ requestId: 'q-1', state: 'open', answer: null }] });
    await send({ reads }, '/v1/information-requests');
    expect(filters).toEqual([{ caseId: 'case/p/K', open: true }, { open: false }]);
  });

  test('shows one with its answer', async () => {
    const document = { hash: 'e'.repeat(64), name: 'answer.txt', mediaType: 'text/plain', size: 5, text: 'It is 4711' };
    const at = new Date('2026-03-01T11:00:00Z');
    const answer = { by: 'sam', at, identity: 'api-key', documents: [document] } as const;
    const found = requestOf({ answer: { ...answer, documents: [document] }, answeredAt: at, taskOpen: false });
    const reads = { informationRequest: async (id: string) => (id === 'q-1' ? found : undefined) };
    const shown = await send({ reads }, '/v1/information-requests/q-1');
    const href = `/v1/documents/${document.hash}`;
    expect(shown.json()).toMatchObject({
      state: 'answered',
      answer: { by: 'sam', identity: 'api-key', documents: [{ ...document, href }] },
    });
    expect((await send({ reads }, '/v1/information-requests/q-2')).statusCode).toBe(404);
  });
});

describe('POST /v1/information', () => {
  const reads = { informationRequest: () => Promise.resolve(requestOf()) };

  test.each([
    ['malformed', 422],
    ['too-late', 409],
    ['already-answered', 409],
  ] as const)('a refusal %s is %i with its code', async (code, status) => {
    const answer = async () => ({ accepted: false, answerId: 'a-1', refusal: { code, message: 'why' } }) as const;
    const said = await send({ submitters: { answer }, reads }, '/v1/information', BODY);
    expect(problemSchema.parse(said.json())).toMatchObject({ status, code, detail: 'why' });
  });

  test('hands the answer on; 404 when there is no such question, 422 naming the field when it is no answer', async () => {
    const given: SubmitterAnswer[] = [];
    const answer = async (one: SubmitterAnswer) => {
      given.push(one);
      return { accepted: true, answerId: 'a-1', requestId: 'q-1' } as const;
    };
    expect((await send({ submitters: { answer }, reads }, '/v1/information', BODY)).json()).toMatchObject({
      accepted: true,
    });
    expect(given).toEqual([BODY]);
    const none = { answer: () => Promise.resolve(undefined) };
    expect(
      (
        await send(
          { submitters: none, reads: { informationRequest: () => Promise.resolve(undefined) } },
          '/v1/information',
          BODY,
        )
      ).statusCode,
    ).toBe(404);
    const bad = await send({ submitters: none }, '/v1/information', { ...BODY, by: '' });
    expect(problemSchema.parse(bad.json()).errors?.[0]?.field).toBe('by');
    const { by: _, ...nobody } = BODY;
    const unnamed = await send({ reads }, '/v1/information', nobody);
    expect(problemSchema.parse(unnamed.json()).errors?.[0]?.field).toBe('by');
  });
});

describe('the submitter client', () => {
  /** A Temporal that hands an update to `execute`. */
  const temporalOf = (execute: (options: { args: unknown[] }) => Promise<unknown>): Client => {
    const workflow = {
      getHandle: () => ({ executeUpdate: (_: unknown, options: { args: unknown[] }) => execute(options) }),
    };
    const withDeadline = (_: number, run: () => Promise<unknown>) => run();
    return { workflow, withDeadline } as unknown as Client;
  };

  test('stores text and documents, and sends only what they are known by', async () => {
    const { ports, ledger } = fakePorts();
    ledger.requests.push(requestOf());
    const sent: unknown[] = [];
    const temporal = temporalOf(async ({ args }) => {
      sent.push(args[0]);
      return { accepted: true };
    });
    const client = createSubmitterClient({ ...ports, temporal, packs: [] });
    await client.answer({
      ...BODY,
      documents: [{ name: 'o.txt', base64: Buffer.from('Order 4711').toString('base64') }],
    });
    expect(JSON.stringify(sent)).not.toContain('4711');
    expect(sent).toMatchObject([
      {
        documents: [
          { name: 'answer.txt', size: 10 },
          { name: 'o.txt', size: 10 },
        ],
      },
    ]);
    expect([...ledger.bytes.values()].map((bytes) => Buffer.from(bytes).toString())).toEqual([
      'It is 4711',
      'Order 4711',
    ]);
    await expect(client.answer({ ...BODY, documents: [{ name: 'b.pdf', text: 'BROKEN' }] })).rejects.toThrow('b.pdf');
    expect(await client.answer({ ...BODY, requestId: 'q-2' })).toBeUndefined();
  });

  test('an answer to a case that has ended is refused, and recorded', async () => {
    const { ports, ledger } = fakePorts();
    ledger.requests.push(requestOf());
    const gone = temporalOf(() => Promise.reject(new WorkflowNotFoundError('gone', 'case/p/K', undefined)));
    const client = createSubmitterClient({ ...ports, temporal: gone, packs: [] });
    expect(await client.answer(BODY)).toMatchObject({ accepted: false, refusal: { code: 'too-late' } });
    expect(ledger.audit).toContain('answer refused too-late');
  });
});
