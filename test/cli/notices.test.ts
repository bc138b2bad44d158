import { expect, test } from 'vitest';
import { fileInReview } from '../client/fakes.ts';
import { apiWith, run, viewOf } from './fakes.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const NOTICE = {
  ...{ messageId: ID, channel: 'mail', address: 'rosa@example.com', state: 'failed' as const, attempts: 12 },
  ...{ error: 'the server\nanswered \u001b[31m550', since: '2026-03-02T09:00:00.000Z', nextAt: null },
  ...{ kinds: ['task-opened'], cases: ['case/p/1'] },
};

test('notices lists what has not arrived, and fails where something was given up', async () => {
  const { out, failed } = await run(apiWith({ notices: async () => [NOTICE] }), ['notices']);
  expect(out).toMatch(/mail rosa@example.com +given up +12 +task-opened +case\/p\/1 +the server answered ·\[31m550/);
  expect(failed).toBe(true);
});

test('what is tried again is no failure yet', async () => {
  const again = { ...NOTICE, state: 'retrying' as const, nextAt: '2026-03-02T09:00:00.000Z' };
  const { out, failed } = await run(apiWith({ notices: async () => [again] }), ['notices']);
  expect(out).toContain('again 2026-03-02');
  expect(failed).toBe(false);
});

test('nothing is wrong: one sentence', async () => {
  const { out } = await run(apiWith({ notices: async () => [] }), ['notices']);
  expect(out).toBe('Every notice has reached whom it was for.');
});

test('notices retry names the message', async () => {
  const tried: string[] = [];
  const api = apiWith({ retryNotice: async (id) => void tried.push(id) });
  expect((await run(api, ['notices', 'retry', ID])).out).toContain('is tried again');
  expect(tried).toEqual([ID]);
});

test('links lists those of a case; revoke-link takes one back, with who and why', async () => {
  const revoked: unknown[] = [];
  const link = {
    ...{ linkId: 'a'.repeat(32), purpose: 'decide' as const, taskNo: 1, person: 'rosa', state: 'open' as const },
    expiresAt: '2026-03-02T09:00:00.000Z',
  };
  const api = apiWith({ links: async () => [link], revokeLink: async (given) => void revoked.push(given) }, [
    viewOf(fileInReview()),
  ]);
  expect((await run(api, ['links', 'invoice-intake/INV-1'])).out).toMatch(/a{32} +rosa +to decide +1 +open/);
  await run(api, ['revoke-link', link.linkId, '--by', 'olga', '--reason', 'left us']);
  expect(revoked).toEqual([{ linkId: link.linkId, by: 'olga', reason: 'left us' }]);
});
