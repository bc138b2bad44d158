import type { SourceDocument } from '../pack.ts';
import { readDate } from '../quality/dates.ts';
import { currencyOf } from '../quality/names.ts';
import { numberStylesIn, readNumber, type NumberStyle } from '../quality/numbers.ts';

const DATES = ['issueDate', 'dueDate'];
const AMOUNTS = ['netTotal', 'vatTotal', 'grossTotal', 'payable'];
const IDS = ['supplierVatId', 'iban'];

/**
 * Brings values that a model copied as they stand into the form of the answer's schema: '1.234,56' is 1234.56,
 * '13. April 2018' is 2018-04-13, '\u20ac' is EUR, ids lose their spaces. Only what reads one way, in the number format of
 * the documents where they show one; the rest stays, and the schema refuses it.
 */
export function cleanAnswer(answer: unknown, sources: readonly SourceDocument[]): unknown {
  if (!isRecord(answer)) return answer;
  const styles = sources.flatMap(({ text }) => numberStylesIn(text));
  const style = new Set(styles).size === 1 ? styles[0] : undefined;
  const clean: Record<string, unknown> = { ...answer };
  const change = (fields: readonly string[], how: (value: string) => string | undefined) => {
    for (const name of fields) {
      const field = clean[name];
      if (isRecord(field) && typeof field['value'] === 'string')
        clean[name] = { ...field, value: how(field['value']) ?? field['value'] };
    }
  };
  change(DATES, dateOf);
  change(AMOUNTS, (value) => amountOf(value, style));
  change(IDS, (value) => value.replaceAll(/[\s.-]/g, '').toUpperCase());
  change(['currency'], currencyOf);
  const parts = clean['vatBreakdown'];
  if (Array.isArray(parts)) clean['vatBreakdown'] = parts.map((part) => cleanPart(part, style));
  return clean;
}

function cleanPart(part: unknown, style: NumberStyle | undefined): unknown {
  if (!isRecord(part)) return part;
  const clean: Record<string, unknown> = { ...part };
  for (const name of ['net', 'vat']) {
    const value = clean[name];
    if (typeof value === 'string') clean[name] = amountOf(value, style) ?? value;
  }
  const { rate } = clean;
  if (typeof rate === 'string') clean['rate'] = amountOf(rate.replace(/\s*%$/, ''), style, 0) ?? rate;
  return clean;
}

function dateOf(value: string): string | undefined {
  const read = readDate(value);
  return read?.kind === 'one' ? read.value : undefined;
}

/** With at least `digits` decimals; more than those that money has stay, and the schema refuses them. */
function amountOf(value: string, style: NumberStyle | undefined, digits = 2): string | undefined {
  // What has the form that was asked for is not read again: 1.234 is never taken for a thousand there.
  if (/^-?\d+(?:\.\d{2})?$/.test(value))
    return digits === 0 || value.includes('.') ? value : `${value}.${'0'.repeat(digits)}`;
  const read = readNumber(value, style);
  if (read?.kind !== 'one') return undefined;
  const [whole = '', decimals = ''] = read.value.split('.');
  return digits === 0 && decimals === '' ? whole : `${whole}.${decimals.padEnd(digits, '0')}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
