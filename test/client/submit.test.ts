import { afterEach, describe, expect, test } from 'vitest';
import { problemSchema } from '../../src/client/api/schema-problem.ts';
import { receiptSchema } from '../../src/client/api/schema-submission.ts';
import type { Api } from '../../src/client/api/ports.ts';
import type { Receipt, Submission } from '../../src/client/submission.ts';
import { failure } from '../../src/failures.ts';
import { apiOf, fileInReview, fileWritten, type Given } from './fakes.ts';

const BODY = { packId: 'invoice-intake', caseKey: 'INV-1', documents: [{ name: 'a.txt', text: 'hello' }] };
const RECEIPT: Receipt = { caseId: 'case/invoice-intake/INV-1', created: true, started: true, outcome: null };

let api: Api | undefined;
afterEach(async () => await api?.close());

/** An API whose client takes everything and remembers it. */
function taking(receipt: Partial<Receipt> = {}, more: Given = {}) {
  const submitted: Submission[] = [];
  const submit = async (submission: Submission) => {
    submitted.push(submission);
    return { ...RECEIPT, ...receipt };
  };
  api = apiOf({ ...more, client: { submit, ...more.client } });
  return { api, submitted };
}

function throwing(error: Error): Api {
  api = apiOf({ client: { submit: () => Promise.reject(error) } });
  return api;
}

function post(to: Api, payload: unknown, headers: Record<string, string> = {}) {
  return to.inject({ method: 'POST', url: '/v1/cases', payload: payload as object, headers });
}

describe('POST /v1/cases', () => {
  test('201 with Location for a new case; the document arrives as bytes', async () => {
    const { api: to, submitted } = taking();
    const answer = await post(to, { ...BODY, submittedBy: 'ann', revision: 2 });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['location']).toBe('/v1/cases/case/invoice-intake/INV-1');
    expect(receiptSchema.parse(answer.json()).links.temporalUi).toBe(
      'http://127.0.0.1:8233/namespaces/default/workflows/case%2Finvoice-intake%2FINV-1',
    );
    expect(submitted).toEqual([
      {
        ...{ packId: 'invoice-intake', caseKey: 'INV-1', channel: 'api', revision: 2, submittedBy: 'ann' },
        documents: [{ name: 'a.txt', bytes: Buffer.from('hello') }],
      },
    ]);
  });

  test.each([
    ['a repeat', { created: false }, 200],
    ['a case that Temporal did not start', { started: false }, 202],
    ['a repeat that Temporal did not start', { created: false, started: false }, 202],
  ])('%s', async (_, receipt, status) => {
    expect((await post(taking(receipt).api, BODY)).statusCode).toBe(status);
  });

  test('base64 is decoded', async () => {
    const { api: to, submitted } = taking();
    await post(to, { ...BODY, documents: [{ name: 'a', base64: Buffer.from([0, 255, 7]).toString('base64') }] });
    expect([...(submitted[0]?.documents[0]?.bytes ?? [])]).toEqual([0, 255, 7]);
  });

  test.each([
    ['tick-1', 'tick-1'],
    ['"tick 1"', 'tick 1'],
  ])('Idempotency-Key %s is the key of a body without one', async (header, key) => {
    const { api: to, submitted } = taking();
    const { caseKey: _, ...body } = BODY;
    await post(to, body, { 'idempotency-key': header });
    await post(to, BODY, { 'idempotency-key': header });
    expect(submitted.map(({ caseKey }) => caseKey)).toEqual([key, 'INV-1']);
  });

  test('Prefer: wait answers with the case once it has ended', async () => {
    const waited: number[] = [];
    const outcome = async (_: string, ms: number) => void waited.push(ms);
    const reads = { caseFile: async () => fileWritten() };
    const answer = await post(taking({}, { client: { outcome }, reads }).api, BODY, {
      prefer: 'respond-async, wait=90',
    });
    expect(answer.headers['preference-applied']).toBe('wait=60');
    expect(waited).toEqual([60_000]);
    const receipt = receiptSchema.parse(answer.json());
    expect([receipt.outcome, receipt.case?.effects[0]?.reference]).toEqual(['written', 'P-77']);
  });

  test('a wait that Temporal cannot serve answers with the case as it stands', async () => {
    const outcome = () => Promise.reject(new Error('not there'));
    const reads = { caseFile: async () => fileInReview() };
    const answer = await post(taking({}, { client: { outcome }, reads }).api, BODY, { prefer: 'wait=1' });
    expect(answer.json()).toMatchObject({ outcome: null, case: { stage: 'review' } });
  });
});

describe('what is wrong is a problem (RFC 9457)', () => {
  test.each([
    [failure('InvalidInput', 'documents: give at least one'), 422, 'invalid-input', 'documents'],
    [failure('UnknownPack', "packId: 'x' is none of a, b"), 404, 'unknown-pack', 'packId'],
    [failure('Conflict', "caseKey: 'INV-1' was submitted before"), 409, 'conflict', 'caseKey'],
  ])('%s', async (error, status, code, field) => {
    const answer = await post(throwing(error), BODY);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const problem = problemSchema.parse(answer.json());
    expect(problem).toMatchObject({ status, code, detail: error.message, instance: '/v1/cases' });
    expect([answer.statusCode, problem.errors?.[0]?.field]).toEqual([status, field]);
    expect(problem.type).toBe(`urn:countersign:problem:${code}`);
  });

  test('the ledger is away: 503 with Retry-After', async () => {
    const answer = await post(throwing(failure('LedgerUnavailable', 'PostgreSQL did not answer')), BODY);
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
  });

  test('our own fault is 500 and tells nothing of it', async () => {
    const answer = await post(throwing(new Error('password=hunter2')), BODY);
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('hunter2');
  });

  test.each([
    [{ ...BODY, documents: [] }, 'documents'],
    [{ ...BODY, documents: [{ name: 'a' }] }, 'documents.0'],
    [{ ...BODY, documents: [{ name: 'a', text: 'x', base64: 'eA==' }] }, 'documents.0'],
    [{ ...BODY, documents: [{ name: 'a', base64: 'no base64!' }] }, 'documents.0.base64'],
    [{ ...BODY, revision: 0 }, 'revision'],
    [{ packId: 'x', documents: BODY.documents }, 'caseKey'],
  ])('422 names the field: %j', async (body, field) => {
    const { api: to, submitted } = taking();
    const problem = problemSchema.parse((await post(to, body)).json());
    expect([problem.status, problem.errors?.[0]?.field]).toEqual([422, field]);
    expect(submitted).toEqual([]);
  });

  test('413 says the limit and the size', async () => {
    const answer = await post(taking().api, { ...BODY, documents: [{ name: 'a', text: 'x'.repeat(17_000_000) }] });
    expect(answer.statusCode).toBe(413);
    expect(problemSchema.parse(answer.json()).detail).toMatch(/^The body has 170000\d\d bytes; at most 16777216 bytes/);
  });

  test.each([
    ['text/csv', 'a,b', 415],
    ['application/json', '{', 400],
  ])('%s %s is %i', async (type, payload, status) => {
    const to = taking().api;
    const answer = await to.inject({ method: 'POST', url: '/v1/cases', headers: { 'content-type': type }, payload });
    expect(problemSchema.parse(answer.json()).status).toBe(status);
  });

  test('an unknown page is a problem too', async () => {
    expect(problemSchema.parse((await taking().api.inject('/v2/cases?x=1')).json()).detail).toContain('GET /v2/cases;');
  });
});

describe('POST /v1/cases/:packId/:caseKey', () => {
  const upload = (to: Api, url: string, payload: Buffer, headers: Record<string, string> = {}) =>
    to.inject({ method: 'POST', url, payload, headers });

  test('takes a body of any type as the one document', async () => {
    const { api: to, submitted } = taking();
    const headers = { 'content-type': 'application/pdf' };
    const answer = await upload(to, '/v1/cases/invoice-intake/INV%201%2F7?name=x.pdf', Buffer.from('%PDF'), headers);
    expect(answer.statusCode).toBe(201);
    expect(submitted[0]).toMatchObject({ packId: 'invoice-intake', caseKey: 'INV 1/7' });
    expect(submitted[0]?.documents).toEqual([
      { name: 'x.pdf', mediaType: 'application/pdf', bytes: Buffer.from('%PDF') },
    ]);
  });

  test.each([
    ['attachment; filename="a \\"b\\".pdf"', 'a "b".pdf'],
    ["attachment; filename=x.pdf; filename*=UTF-8''%C3%BC.pdf", 'ü.pdf'],
    ['attachment; filename="../../etc/passwd"', 'passwd'],
    ['inline', 'K'],
  ])('its name is that of Content-Disposition %s, else the key', async (header, name) => {
    const { api: to, submitted } = taking();
    await upload(to, '/v1/cases/p/K', Buffer.from('x'), { 'content-disposition': header });
    expect(submitted[0]?.documents[0]?.name).toBe(name);
  });

  test('even JSON is a document here', async () => {
    const { api: to, submitted } = taking();
    await upload(to, '/v1/cases/p/K', Buffer.from('{"a":'), { 'content-type': 'application/json' });
    expect(submitted[0]?.documents[0]?.bytes.toString()).toBe('{"a":');
  });

  test('413 for more than 16 MB', async () => {
    const answer = await upload(taking().api, '/v1/cases/p/K', Buffer.alloc(16 * 1024 * 1024 + 1));
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([413, 'too-large']);
  });
});

describe('only this machine', () => {
  test.each([
    [{ host: 'evil.example' }, 403],
    [{ host: 'localhost:7300', origin: 'https://evil.example' }, 403],
    [{ host: '127.0.0.1.evil.example' }, 403],
    [{ host: '127.0.0.1:7300', origin: 'http://localhost:5173' }, 200],
    [{ host: '[::1]:7300' }, 200],
  ])('%j is %i', async (headers, status) => {
    expect((await taking().api.inject({ url: '/v1/packs', headers })).statusCode).toBe(status);
  });
});
