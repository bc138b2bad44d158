/** What people read, in their language. Money comes in minor units. */
export function money(minor: number, currency: unknown, language: string): string {
  const code = typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? currency : undefined;
  const digits = code === undefined ? 2 : digitsOf(code);
  const value = minor / 10 ** digits;
  return new Intl.NumberFormat(language, {
    ...(code === undefined ? {} : { style: 'currency', currency: code }),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** Decimal places of a currency; two where it is not known. */
export function digitsOf(currency: unknown): number {
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return 2;
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** '60.1%', of a whole that may be none. */
export function share(part: number, whole: number, language: string): string {
  const format = { style: 'percent', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(language, format).format(part / Math.max(whole, 1));
}

export function when(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** With the second and the zone: where it is read as evidence. */
export function moment(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }).format(new Date(iso));
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** 'in 2 hours', '3 days ago'. */
export function fromNow(iso: string, language: string, now = Date.now()): string {
  const ms = new Date(iso).getTime() - now;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(ms) >= length) ?? UNITS[2];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.round(ms / size), unit);
}

/** '0:09', '12:30', '1:05:00'. */
export function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}

/** 'grossTotal' and 'supplier-register' as people write them. */
export function words(name: string): string {
  const spaced = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_]/g, ' ')
    .toLowerCase();
  const sentence = spaced.charAt(0).toUpperCase() + spaced.slice(1);
  return sentence.replaceAll(/\b(?:bic|iban|id|pdf|url|vat)\b/gi, (short) => short.toUpperCase());
}
