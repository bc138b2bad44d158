import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { money, toMinorUnits } from '../../../src/packs/invoice-intake/money.ts';

describe('toMinorUnits', () => {
  test.each([
    ['12.60', 'EUR', 1260],
    ['0.01', 'EUR', 1],
    ['-12.60', 'EUR', -1260],
    ['-0.05', 'EUR', -5],
    ['1000000.00', 'EUR', 100_000_000],
    ['12.00', 'JPY', 12],
    ['12.50', 'KWD', 12_500],
    ['12.60', 'XXQ', 1260],
    ['0.00', 'EUR', 0],
  ])('%s %s is %i', (amount, currency, minor) => {
    expect(toMinorUnits(amount, currency) + 0).toBe(minor);
  });

  it('reads back what money writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.constantFrom('EUR', 'JPY', 'KWD'), (minor, currency) => {
        const [amount = ''] = money(minor, currency).split(' ');
        expect(toMinorUnits(amount, currency) + 0).toBe(minor);
      }),
    );
  });
});
