import { describe, expect, it } from 'vitest';
import { apiOf } from './fakes.ts';

const AT = new Date('2026-03-02T09:00:00Z');
const gate = {
  ...{ provider: 'openai', model: 'large', state: 'open' as const, ok: 1, failed: 9 },
  ...{ openedAt: AT, openUntil: new Date(AT.getTime() + 15_000), lastOkAt: null, lastFailureAt: AT },
  lastFailure: 'ProviderUnavailable',
};
const budgets = [
  { packId: 'invoice-intake', day: '2026-03-02', spentMicros: 1200, reservedMicros: 90 },
  { packId: 'invoice-intake', day: '2026-03-01', spentMicros: 5000, reservedMicros: 0 },
];
const counts = [
  { packId: 'odd "pack"\\', stage: 'review' as const, outcome: null, cases: 3, costMicros: 10 },
  { packId: 'p', stage: 'closed' as const, outcome: 'written' as const, cases: 4, costMicros: 10 },
];

describe('models', () => {
  it('tells how each fares, and what calls cost', async () => {
    const reads = { models: () => Promise.resolve([gate]), budgets: () => Promise.resolve(budgets) };
    const response = await apiOf({ reads }).inject({ url: '/v1/models' });
    expect(response.json()).toEqual({
      models: [
        {
          ...gate,
          ...{ openedAt: '2026-03-02T09:00:00.000Z', openUntil: '2026-03-02T09:00:15.000Z' },
          ...{ lastFailureAt: '2026-03-02T09:00:00.000Z' },
        },
      ],
      budgets,
    });
  });

  it('gives the same to Prometheus, without anything that names a case', async () => {
    const reads = {
      models: () => Promise.resolve([gate]),
      budgets: () => Promise.resolve(budgets),
      counts: () => Promise.resolve(counts),
      noticeCounts: () => Promise.resolve([{ channel: 'mail', state: 'failed' as const, count: 2 }]),
      linkGuessesToday: () => Promise.resolve(7),
    };
    const response = await apiOf({ reads }).inject({ url: '/metrics' });
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = response.body.trimEnd().split('\n');
    expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
      'countersign_breaker_state{provider="openai",model="large"} 2',
      'countersign_model_calls_last_minute{provider="openai",model="large",result="ok"} 1',
      'countersign_model_calls_last_minute{provider="openai",model="large",result="failed"} 9',
      'countersign_model_cost_today_micros{pack="invoice-intake",kind="spent"} 1200',
      'countersign_model_cost_today_micros{pack="invoice-intake",kind="reserved"} 90',
      'countersign_cases{pack="odd \\"pack\\"\\\\",stage="review",outcome=""} 3',
      'countersign_cases{pack="p",stage="closed",outcome="written"} 4',
      'countersign_notices{channel="mail",state="failed"} 2',
      'countersign_link_guesses_today 7',
    ]);
    expect(lines.filter((line) => line.startsWith('# TYPE'))).toHaveLength(6);
  });

  it('keeps who opened a task first', async () => {
    const viewed: unknown[] = [];
    const reviews = { viewed: (...given: unknown[]) => Promise.resolve(void viewed.push(given)) };
    const api = apiOf({ reviews });
    const send = (payload: object) => api.inject({ method: 'POST', url: '/v1/tasks/viewed', payload });
    expect((await send({ caseId: 'case/p/1', taskNo: 1, by: 'rita' })).statusCode).toBe(204);
    expect((await send({ caseId: 'case/p/1', taskNo: 0, by: 'rita' })).statusCode).toBe(422);
    expect(viewed).toEqual([['case/p/1', 1, 'rita']]);
  });
});
