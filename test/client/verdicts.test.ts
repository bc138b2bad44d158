import { ServiceError, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { afterEach, describe, expect, test } from 'vitest';
import { problemSchema } from '../../src/client/api/schema-problem.ts';
import type { Api } from '../../src/client/api/ports.ts';
import { NotConfirmed } from '../../src/client/update-case.ts';
import type { RefusalCode } from '../../src/domain/verdict.ts';
import { apiOf, fileInReview, fileWritten, type Given } from './fakes.ts';

const CASE = 'case/invoice-intake/INV-1';
const VERDICT = { verdictId: 'v1', verdict: 'approve', by: 'bob', seen: 'abcdef123456' };
const REQUEST = { caseId: CASE, by: 'bob', reason: 'sent twice' };

let api: Api | undefined;
afterEach(async () => await api?.close());

function post(given: Given, url: string, payload: unknown) {
  api = apiOf(given);
  return api.inject({ method: 'POST', url, payload: payload as object });
}

/** What @grpc/grpc-js throws, as the Temporal client wraps it. */
function grpcFault(code: number): Error {
  const cause = Object.assign(new Error('14 UNAVAILABLE'), { code, details: 'x', metadata: {} });
  return new ServiceError('Failed to signal', { cause });
}

describe('POST /v1/verdicts', () => {
  test('hands the verdict on and says that it was taken', async () => {
    const decided: unknown[] = [];
    const decide = async (...args: unknown[]) => {
      decided.push(args);
      return { accepted: true, verdictId: 'v1' } as const;
    };
    const answer = await post({ client: { decide } }, '/v1/verdicts', { ...VERDICT, caseId: CASE });
    expect([answer.statusCode, answer.json()]).toEqual([200, { accepted: true, verdictId: 'v1' }]);
    expect(decided).toEqual([[CASE, VERDICT]]);
  });

  test.each<[RefusalCode, number]>([
    ['stale', 409],
    ['already-decided', 409],
    ['case-not-waiting', 409],
    ['verdict-id-reused', 409],
    ['not-allowed-here', 409],
    ['nothing-to-approve', 409],
    ['pack-version-gone', 409],
    ['four-eyes', 403],
    ['malformed', 422],
    ['amendment-invalid', 422],
    ['rule-broken', 422],
  ])('a refusal %s is %i with its code', async (code, status) => {
    const decide = async () => ({ accepted: false, verdictId: 'v1', refusal: { code, message: 'why' } }) as const;
    const answer = await post({ client: { decide } }, '/v1/verdicts', { ...VERDICT, caseId: CASE });
    expect(problemSchema.parse(answer.json())).toMatchObject({ status, code, detail: 'why' });
    expect(answer.statusCode).toBe(status);
  });

  test('what is no verdict goes on to the case, which records it', async () => {
    const decided: unknown[] = [];
    const decide = async (_: string, verdict: unknown) => {
      decided.push(verdict);
      return { accepted: false, verdictId: 'x', refusal: { code: 'malformed', message: 'why' } } as const;
    };
    await post({ client: { decide } }, '/v1/verdicts', { caseId: CASE, verdict: 'perhaps', extra: 1 });
    expect(decided).toEqual([{ verdict: 'perhaps', extra: 1 }]);
  });

  test.each([[{}], [{ caseId: 7 }], [{ caseId: '' }]])('422 without a case: %j', async (body) => {
    const problem = problemSchema.parse((await post({}, '/v1/verdicts', body)).json());
    expect([problem.status, problem.errors?.[0]?.field]).toEqual([422, 'caseId']);
  });

  test('503 with Retry-After when no worker confirmed it', async () => {
    const decide = () => Promise.reject(new NotConfirmed('send the same verdict again'));
    const answer = await post({ client: { decide } }, '/v1/verdicts', { ...VERDICT, caseId: CASE });
    expect([answer.statusCode, answer.headers['retry-after'], answer.json<{ code: string }>().code]).toEqual([
      503,
      '5',
      'not-confirmed',
    ]);
  });
});

describe('POST /v1/withdrawals', () => {
  const reads = { caseFile: async () => fileInReview() };

  test('202: the case is told', async () => {
    const told: unknown[] = [];
    const withdraw = async (...args: unknown[]) => void told.push(args);
    const answer = await post({ client: { withdraw }, reads }, '/v1/withdrawals', REQUEST);
    expect([answer.statusCode, told]).toEqual([202, [[CASE, { by: 'bob', reason: 'sent twice' }]]]);
  });

  test.each([
    ['a case that is not there', { caseFile: async () => undefined }, 404, 'no-such-case'],
    ['a case that has ended', { caseFile: async () => fileWritten() }, 409, 'case-closed'],
  ])('%s', async (_, given, status, code) => {
    const answer = await post({ reads: given }, '/v1/withdrawals', REQUEST);
    expect(problemSchema.parse(answer.json())).toMatchObject({ status, code });
  });

  test.each([
    ['no workflow runs', new WorkflowNotFoundError('gone', CASE, undefined), 409, 'no-workflow'],
    ['Temporal is away', grpcFault(14), 503, 'temporal-unavailable'],
    ['Temporal took too long', grpcFault(4), 503, 'temporal-unavailable'],
    ['Temporal refuses it', grpcFault(7), 500, 'internal'],
  ])('%s', async (_, error, status, code) => {
    const withdraw = () => Promise.reject(error);
    const answer = await post({ client: { withdraw }, reads }, '/v1/withdrawals', REQUEST);
    expect(problemSchema.parse(answer.json())).toMatchObject({ status, code });
  });

  test.each(['by', 'reason'])('422 without %s', async (field) => {
    const problem = problemSchema.parse((await post({}, '/v1/withdrawals', { ...REQUEST, [field]: ' ' })).json());
    expect([problem.status, problem.errors?.[0]?.field]).toEqual([422, field]);
  });
});

describe('POST /v1/reversals', () => {
  test('202 names the workflow that undoes it', async () => {
    const client = { reverse: async () => `reverse/${CASE}/1` };
    const answer = await post({ client, reads: { caseFile: async () => fileWritten() } }, '/v1/reversals', REQUEST);
    expect([answer.statusCode, answer.json()]).toMatchObject([202, { caseId: CASE, workflowId: `reverse/${CASE}/1` }]);
  });

  test('409 for a case that is not written', async () => {
    const answer = await post({ reads: { caseFile: async () => fileInReview() } }, '/v1/reversals', REQUEST);
    expect(problemSchema.parse(answer.json())).toMatchObject({ status: 409, code: 'not-written' });
  });

  test('409 for a reversal that has run', async () => {
    const error = new WorkflowExecutionAlreadyStartedError('x', `reverse/${CASE}/1`, 'reverseCase');
    const given = { client: { reverse: () => Promise.reject(error) }, reads: { caseFile: async () => fileWritten() } };
    const answer = await post(given, '/v1/reversals', REQUEST);
    expect(problemSchema.parse(answer.json())).toMatchObject({ status: 409, code: 'reversal-ended' });
  });
});
