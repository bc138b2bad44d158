import { expect, test } from 'vitest';
import { apiWith, run } from './fakes.ts';

test.each([
  [2, '2 removed.'],
  [0, 'ada.berg has no passkey.'],
])('forget-passkeys says how many there were: %i', async (removed, said) => {
  const asked: string[] = [];
  const removePasskeys = async (personId: string) => {
    asked.push(personId);
    return removed;
  };
  const { out } = await run(apiWith({ removePasskeys }), ['people', 'forget-passkeys', 'ada.berg']);
  expect(out.trim()).toBe(said);
  expect(asked).toEqual(['ada.berg']);
});
