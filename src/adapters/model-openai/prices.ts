import type { ModelName, Usage } from '../../activities/ports.ts';

/** Prices in micro-units of the currency (1,000,000 = one) per million tokens. */
export interface Price {
  input: number;
  cachedInput: number;
  output: number;
}

/** A dated price list. Models are named `model`, or `provider/model` where one provider's price differs. */
export interface PriceList {
  version: string;
  /** ISO 8601 date from which these prices hold. */
  validFrom: string;
  currency: string;
  perMillionTokens: Record<string, Price>;
}

const dollars = (input: number, cachedInput: number, output: number): Price => ({
  input: input * 1e6,
  cachedInput: cachedInput * 1e6,
  output: output * 1e6,
});

/** An example, not an offer: list prices change, so check them against the provider's price page and contract. */
export const EXAMPLE_PRICES: PriceList = {
  version: 'example-1',
  validFrom: '2025-08-07',
  currency: 'USD',
  perMillionTokens: {
    'gpt-5': dollars(1.25, 0.125, 10),
    'gpt-5-mini': dollars(0.25, 0.025, 2),
    'gpt-5-nano': dollars(0.05, 0.005, 0.4),
    'gpt-4.1': dollars(2, 0.5, 8),
    'gpt-4.1-mini': dollars(0.4, 0.1, 1.6),
    'gpt-4.1-nano': dollars(0.1, 0.025, 0.4),
    'gpt-4o': dollars(2.5, 1.25, 10),
    'gpt-4o-mini': dollars(0.15, 0.075, 0.6),
    // Invented, so that trying things out shows costs too.
    'stand-in-large': dollars(1, 0.1, 4),
    'stand-in-small': dollars(0.1, 0.01, 0.4),
  },
};

/** The list that holds at `now`: the newest whose date has come, or the oldest when none has. */
export function priceListAt(lists: readonly PriceList[], now: Date): PriceList {
  const dated = lists.toSorted((a, b) => Date.parse(b.validFrom) - Date.parse(a.validFrom));
  const list = dated.find(({ validFrom }) => Date.parse(validFrom) <= now.getTime()) ?? dated.at(-1);
  if (!list) throw new TypeError('no price list');
  return list;
}

/**
 * Cost of a call in micro-units, rounded to whole ones; undefined when the list has no price for the model. A dated
 * snapshot (`gpt-4o-2024-08-06`) costs what its model costs. `inputTokens` include the cached ones.
 */
export function costMicros(prices: PriceList, { provider, model }: ModelName, usage: Usage): number | undefined {
  const undated = model.replace(/-\d{4}-\d{2}-\d{2}$/, '');
  const names = [`${provider}/${model}`, `${provider}/${undated}`, model, undated];
  const listed = names.find((name) => Object.hasOwn(prices.perMillionTokens, name));
  const price = listed === undefined ? undefined : prices.perMillionTokens[listed];
  if (!price) return undefined;
  const fresh = Math.max(0, usage.inputTokens - usage.cachedTokens);
  const total = fresh * price.input + usage.cachedTokens * price.cachedInput + usage.outputTokens * price.output;
  return Math.round(total / 1e6);
}
