/** '12.60' in EUR is 1260: the currency's own number of decimals, by Intl (ISO 4217). */
export function toMinorUnits(amount: string, currency: string): number {
  const digits = decimalsOf(currency);
  const [whole = '0', fraction = ''] = amount.replace('-', '').split('.');
  const minor = Number(`${whole}${fraction.padEnd(digits, '0').slice(0, digits)}`);
  return amount.startsWith('-') ? -minor : minor;
}

/** 1260 in EUR is '12.60 EUR'. */
export function money(minor: number, currency: string): string {
  const digits = decimalsOf(currency);
  return `${(minor / 10 ** digits).toFixed(digits)} ${currency}`;
}

/** An amount in minor units of its currency, in euro cents, at so many units of the currency for one euro. */
export function euroCents(minor: number, currency: string, perEuro: number): number {
  return Math.round((minor / 10 ** decimalsOf(currency) / perEuro) * 100);
}

function decimalsOf(currency: string): number {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}
