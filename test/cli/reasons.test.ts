import { expect, test } from 'vitest';
import { apiWith, run } from './fakes.ts';

const since = '2026-03-01T06:00:00.000Z';

test('reasons says why cases go to people, most first', async () => {
  const asked: (number | undefined)[] = [];
  const reasons = [
    { code: 'low-confidence', what: 'iban', cases: 30, alone: 21 },
    { code: 'data-quality', what: null, cases: 4, alone: 0 },
  ];
  const api = apiWith({
    reasons: async (days) => {
      asked.push(days);
      return { since, packs: [{ packId: 'invoice-intake', cases: 120, asked: 33, reasons }] };
    },
  });
  const { out } = await run(api, ['reasons', '--days', '7']);
  expect(asked).toEqual([7]);
  expect(out).toMatch(/invoice-intake +33 of 120 cases went to a person \(27\.5 %\) since 2026-03-01/);
  expect(out).toMatch(/low-confidence +iban +30 +25\.0 % +21\n.*data-quality +4 +3\.3 % +0/);
});

test('reasons of no case says so, and days that are none are refused', async () => {
  const api = apiWith({ reasons: async () => ({ since, packs: [] }) });
  expect((await run(api, ['reasons'])).out).toContain('No case has been read since 2026-03-01');
  await expect(run(api, ['reasons', '--days', '0'])).rejects.toThrow('Give 1 to 366.');
});
