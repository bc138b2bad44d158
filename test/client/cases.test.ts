import { afterEach, describe, expect, test } from 'vitest';
import { caseFileSchema, casePageSchema } from '../../src/client/api/schema-case.ts';
import { problemSchema } from '../../src/client/api/schema-problem.ts';
import type { Api } from '../../src/client/api/ports.ts';
import { casePath } from '../../src/client/case-path.ts';
import { failure } from '../../src/failures.ts';
import { apiOf, fileInReview, fileWritten, rowOf, type Given } from './fakes.ts';

let api: Api | undefined;
afterEach(async () => await api?.close());

function get(given: Given, url: string, headers: Record<string, string> = {}) {
  api = apiOf(given);
  return api.inject({ url, headers });
}

describe('GET /v1/cases', () => {
  test('passes the filter on, and leads to the next page', async () => {
    const asked: unknown[] = [];
    const listCases = async (filter: unknown) => {
      asked.push(filter);
      return { cases: [rowOf('case/invoice-intake/INV-1')], cursor: 'NEXT=' };
    };
    const url = '/v1/cases?stage=closed&packId=invoice-intake&outcome=written&limit=2';
    const answer = await get({ reads: { listCases } }, url);
    expect(asked).toEqual([{ stage: 'closed', packId: 'invoice-intake', outcome: 'written', limit: 2 }]);
    expect(casePageSchema.parse(answer.json())).toMatchObject({
      cases: [{ caseId: 'case/invoice-intake/INV-1', receivedAt: '2026-03-01T10:00:00.000Z' }],
      cursor: 'NEXT=',
    });
    const next = /^<(.+)>; rel="next"$/.exec(String(answer.headers['link']))?.[1] ?? '';
    await api?.inject(next);
    expect(asked[1]).toEqual({ ...(asked[0] as object), cursor: 'NEXT=' });
  });

  test('the last page has neither cursor nor link', async () => {
    const answer = await get({ reads: { listCases: async () => ({ cases: [] }) } }, '/v1/cases');
    expect([answer.headers['link'], answer.json()]).toEqual([undefined, { cases: [] }]);
  });

  test.each(['limit=0', 'limit=201', 'limit=many', 'stage=lost', 'outcome=good'])('400 for ?%s', async (query) => {
    const problem = problemSchema.parse((await get({}, `/v1/cases?${query}`)).json());
    expect([problem.status, problem.errors?.[0]?.field]).toEqual([400, query.split('=')[0]]);
  });

  test('a cursor that is none', async () => {
    const listCases = () => Promise.reject(failure('InvalidInput', 'cursor: send back the one from the page before'));
    expect((await get({ reads: { listCases } }, '/v1/cases?cursor=x')).statusCode).toBe(422);
  });
});

describe('GET /v1/cases/*', () => {
  test.each(['case/invoice-intake/INV-1', 'case/p/A%20B%2Fc', 'case/p/50%25?#&', 'case/p/ünï', 'case/p/K/r2'])(
    'finds %s, whatever stands in its key',
    async (caseId) => {
      const asked: string[] = [];
      const caseFile = async (id: string) => {
        asked.push(id);
        return fileInReview(caseId);
      };
      const answer = await get({ reads: { caseFile } }, casePath(caseId));
      expect([answer.statusCode, asked]).toEqual([200, [caseId]]);
    },
  );

  test('shows the whole question', async () => {
    const answer = await get(
      { reads: { caseFile: async () => fileInReview() } },
      '/v1/cases/case/invoice-intake/INV-1',
    );
    const file = caseFileSchema.parse(answer.json());
    expect(file).toMatchObject({
      ...{ stage: 'review', outcome: null, submittedBy: 'ann', decisions: [], formerTasks: [] },
      documents: [{ name: 'inv.txt', href: `/v1/documents/${'d'.repeat(64)}` }],
      cost: { micros: 1250, unpriced: 0, inputTokens: 1000, outputTokens: 50 },
      task: {
        ...{ seen: 'abcdef123456', group: 'clerks', dueAt: '2026-03-02T10:00:00.000Z', closedAt: null },
        proposal: { number: 'RE-7', total: 11_900 },
        evidence: { number: { quote: 'RE-7' }, total: null },
        confidence: { number: 0.97, total: 0.41 },
        effects: [{ title: 'Post 119.00 EUR', request: { amount: 11_900 } }],
      },
      verdicts: [{ by: 'ann', accepted: false, refusal: { code: 'four-eyes' } }],
      links: { temporalUi: 'http://127.0.0.1:8233/namespaces/default/workflows/case%2Finvoice-intake%2FINV-1' },
    });
    expect(file.sources).toBeUndefined();
  });

  test('?sources=true adds the texts that evidence points into', async () => {
    const answer = await get({ reads: { caseFile: async () => fileInReview() } }, '/v1/cases/case/p/K?sources=true');
    expect(caseFileSchema.parse(answer.json()).sources).toEqual([
      { name: 'inv.txt', text: 'Invoice RE-7 of ACME\nTotal 119.00' },
    ]);
  });

  test('a written case fits the schema and names what was written', async () => {
    const answer = await get({ reads: { caseFile: async () => fileWritten() } }, '/v1/cases/case/p/K');
    expect(caseFileSchema.parse(answer.json())).toMatchObject({
      ...{ outcome: 'written', task: null, formerTasks: [{ taskNo: 1 }] },
      decisions: [{ by: 'bob', byPolicy: false, output: { total: 11_950 } }],
      effects: [{ state: 'applied', reference: 'P-77', title: 'Post 119.50 EUR' }],
    });
  });

  test('Prefer: wait reads the case again after it ended', async () => {
    const files = [fileInReview(), fileWritten()];
    const given = { reads: { caseFile: async () => files.shift() }, client: { outcome: async () => undefined } };
    const answer = await get(given, '/v1/cases/case/p/K', { prefer: 'wait=3' });
    expect([answer.headers['preference-applied'], answer.json<{ outcome: string }>().outcome]).toEqual([
      'wait=3',
      'written',
    ]);
  });

  test('closing the API ends all waits', async () => {
    const asked = Promise.withResolvers<void>();
    const outcome = () => {
      asked.resolve();
      return new Promise<undefined>(() => undefined);
    };
    const waiting = get(
      { reads: { caseFile: async () => fileInReview() }, client: { outcome } },
      '/v1/cases/case/p/K',
      {
        prefer: 'wait=60',
      },
    );
    const answer = waiting.then(({ statusCode }) => statusCode);
    await asked.promise;
    await api?.close();
    expect(await answer).toBe(200);
  });

  test('404 for a case that is not there', async () => {
    const answer = await get({ reads: { caseFile: async () => undefined } }, '/v1/cases/case/p/none');
    expect(problemSchema.parse(answer.json())).toMatchObject({ status: 404, code: 'no-such-case' });
  });
});

describe('GET /v1/documents/:hash', () => {
  const hash = 'a'.repeat(64);

  test('gives the bytes in a way that no browser runs', async () => {
    const html = Buffer.from('<script>alert(1)</script>');
    const answer = await get({ documents: { get: async () => new Map([[hash, html]]) } }, `/v1/documents/${hash}`);
    expect(answer.rawPayload).toEqual(html);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${hash}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
    });
  });

  test.each([
    ['a'.repeat(64), 404],
    ['../../etc/passwd', 404],
    ['A'.repeat(64), 400],
  ])('%s is %i', async (given, status) => {
    expect((await get({ documents: { get: async () => new Map() } }, `/v1/documents/${given}`)).statusCode).toBe(
      status,
    );
  });
});
