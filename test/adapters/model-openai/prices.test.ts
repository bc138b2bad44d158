import { describe, expect, it } from 'vitest';
import { costMicros, EXAMPLE_PRICES, type PriceList } from '../../../src/adapters/model-openai/prices.ts';

const usage = { inputTokens: 1000, cachedTokens: 400, outputTokens: 100 };

describe('costMicros', () => {
  it('charges fresh input, cached input and output at their own prices', () => {
    // 600 x 2.00 + 400 x 0.50 + 100 x 8.00 dollars per million
    expect(costMicros(EXAMPLE_PRICES, { provider: 'openai', model: 'gpt-4.1' }, usage)).toBe(1200 + 200 + 800);
  });

  it('charges a dated snapshot as its model, and never one model as another whose name begins alike', () => {
    const cost = (model: string) => costMicros(EXAMPLE_PRICES, { provider: 'openai', model }, usage);
    expect(cost('gpt-4.1-mini-2025-04-14')).toBe(cost('gpt-4.1-mini'));
    expect(cost('gpt-4.1-mini')).not.toBe(cost('gpt-4.1'));
    expect(cost('gpt-4.1-huge')).toBeUndefined();
    expect(cost('constructor')).toBeUndefined();
  });

  it("takes a provider's own price before the model's", () => {
    const own: PriceList = {
      ...EXAMPLE_PRICES,
      perMillionTokens: {
        ...EXAMPLE_PRICES.perMillionTokens,
        'gateway/gpt-4.1': { input: 1_000_000, cachedInput: 0, output: 0 },
      },
    };
    expect(costMicros(own, { provider: 'gateway', model: 'gpt-4.1' }, usage)).toBe(600);
    expect(costMicros(own, { provider: 'openai', model: 'gpt-4.1' }, usage)).toBe(2200);
  });
});
