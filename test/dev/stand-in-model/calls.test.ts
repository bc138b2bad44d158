import { expect, test } from 'vitest';
import { CallLog } from '../../../src/dev/stand-in-model/calls.ts';

test('the log keeps the newest 50,000 calls in order, and counts all', () => {
  const log = new CallLog();
  for (let index = 0; index < 50_003; index++) {
    const outcome = index % 2 === 0 ? 'ok' : 'hang';
    log.add({
      id: `c${index}`,
      at: '',
      endpoint: '',
      model: '',
      outcome,
      status: 200,
      inputTokens: 2,
      outputTokens: 1,
      metadata: {},
    });
  }
  const { calls, counts, totals } = log.read();
  expect(calls).toHaveLength(50_000);
  expect([calls[0]?.id, calls.at(-1)?.id]).toEqual(['c3', 'c50002']);
  expect(counts).toEqual({ ok: 25_002, hang: 25_001 });
  expect(totals).toEqual({ calls: 50_003, inputTokens: 100_006, outputTokens: 50_003 });
  expect(log.read(2).calls.map(({ id }) => id)).toEqual(['c50001', 'c50002']);
});
