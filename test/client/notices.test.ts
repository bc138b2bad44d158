import { afterEach, expect, test } from 'vitest';
import { problemSchema } from '../../src/client/api/schema-problem.ts';
import type { Api } from '../../src/client/api/ports.ts';
import { apiOf } from './fakes.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const AT = new Date('2026-03-02T09:00:00.000Z');

let api: Api | undefined;
afterEach(async () => await api?.close());

test('GET /v1/notices tells what has not arrived', async () => {
  const failed = {
    ...{ messageId: ID, channel: 'mail', address: 'rosa@example.com', state: 'retrying' as const, attempts: 2 },
    ...{ error: 'answered 503', since: AT, nextAt: AT, kinds: ['task-opened' as const], cases: ['case/p/1'] },
  };
  const nobody = { ...failed, messageId: null, channel: null, address: null, state: 'failed' as const, nextAt: null };
  api = apiOf({ reads: { undeliveredNotices: async () => [failed, nobody] } });
  const since = '2026-03-02T09:00:00.000Z';
  expect((await api.inject('/v1/notices')).json()).toEqual({
    notices: [
      { ...failed, since, nextAt: since },
      { ...nobody, since, nextAt: null },
    ],
  });
});

test.each([
  [true, { messageId: ID }, 202, undefined],
  [false, { messageId: ID }, 404, 'no-such-message'],
  [true, { messageId: 'all' }, 422, 'invalid-request'],
])('POST /v1/notices/retries: there is one: %s, %j is %i', async (there, payload, status, code) => {
  api = apiOf({ outbox: { retry: async () => there } });
  const answer = await api.inject({ method: 'POST', url: '/v1/notices/retries', payload });
  expect(answer.statusCode).toBe(status);
  if (code !== undefined) expect(problemSchema.parse(answer.json()).code).toBe(code);
});

test('without link tokens there are no pages of links', async () => {
  api = apiOf({});
  expect((await api.inject(`/d/${'0'.repeat(96)}`)).statusCode).toBe(404);
});
