import { digitsOf, money, words } from '../format.ts';

/** How a field of the output is shown and entered, read from the pack's JSON Schema. */
export interface Field {
  name: string;
  title: string;
  kind: 'text' | 'number' | 'integer' | 'money' | 'boolean' | 'choice' | 'date' | 'rows';
  nullable: boolean;
  /** Of a choice. */
  options: string[];
  /** Of rows. */
  columns: Field[];
  pattern?: string;
  maxLength?: number;
}

type Schema = Record<string, unknown>;

/** The fields of an output, in the order of its schema. What is not understood is entered as JSON text. */
export function fieldsOf(schema: Schema | null): Field[] {
  const properties = (schema?.['properties'] ?? {}) as Record<string, Schema>;
  return Object.entries(properties).map(([name, property]) => fieldOf(name, property));
}

function fieldOf(name: string, given: Schema): Field {
  const { schema, nullable } = plain(given);
  const { pattern, maxLength } = schema;
  const field: Field = { name, title: words(name), kind: kindOf(schema), nullable, options: [], columns: [] };
  if (typeof pattern === 'string') field.pattern = pattern;
  if (typeof maxLength === 'number') field.maxLength = maxLength;
  if (Array.isArray(schema['enum'])) field.options = schema['enum'].map(String);
  if (field.kind === 'rows') field.columns = fieldsOf(schema['items'] as Schema);
  return field;
}

/** `anyOf` with null is how a value that may be absent is written. */
function plain(schema: Schema): { schema: Schema; nullable: boolean } {
  const all = schema['anyOf'];
  if (!Array.isArray(all)) return { schema, nullable: false };
  const others = (all as Schema[]).filter(({ type }) => type !== 'null');
  const [only] = others;
  if (!only || others.length > 1) return { schema: {}, nullable: others.length < all.length };
  return { schema: { ...only, description: only['description'] ?? schema['description'] }, nullable: true };
}

function kindOf(schema: Schema): Field['kind'] {
  const { type, format, description } = schema;
  if (Array.isArray(schema['enum'])) return 'choice';
  if (type === 'boolean') return 'boolean';
  // Packs describe money so: whole minor units, in the currency that the field `currency` names.
  if (type === 'integer')
    return typeof description === 'string' && /^minor units/i.test(description) ? 'money' : 'integer';
  if (type === 'number') return 'number';
  if (type === 'array' && (schema['items'] as Schema | undefined)?.['type'] === 'object') return 'rows';
  if (format === 'date') return 'date';
  return 'text';
}

/** A value as people read it; empty where there is none. */
export function shown(field: Field, value: unknown, currency: unknown, language: string): string {
  if (value === null || value === undefined) return '';
  if (field.kind === 'money' && typeof value === 'number') return money(value, currency, language);
  if (field.kind === 'date' && typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value))
    return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(value));
  if (field.kind === 'rows' && Array.isArray(value)) {
    return (value as Record<string, unknown>[])
      .map((row) => field.columns.map((column) => shown(column, row[column.name], currency, language)).join(' · '))
      .join('; ');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value as it stands in an input. */
export function entered(field: Field, value: unknown, currency: unknown): string {
  if (value === null || value === undefined) return '';
  if (field.kind === 'money' && typeof value === 'number') {
    const digits = digitsOf(currency);
    return (value / 10 ** digits).toFixed(digits);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export type Read =
  { ok: true; value: unknown } | { ok: false; fault: 'field.needed' | 'field.number' | 'field.pattern' };

/** What was entered as a value. The server checks again, against the schema and the rules. */
export function read(field: Field, text: string, currency: unknown): Read {
  const trimmed = text.trim();
  if (trimmed === '') return field.nullable ? { ok: true, value: null } : { ok: false, fault: 'field.needed' };
  if (field.kind === 'money' || field.kind === 'number' || field.kind === 'integer') {
    const number = Number(decimal(trimmed));
    if (!Number.isFinite(number)) return { ok: false, fault: 'field.number' };
    const value = field.kind === 'money' ? Math.round(number * 10 ** digitsOf(currency)) : number;
    return field.kind === 'integer' && !Number.isInteger(value)
      ? { ok: false, fault: 'field.number' }
      : { ok: true, value };
  }
  if (field.kind === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(trimmed)) return { ok: false, fault: 'field.pattern' };
  if (field.pattern !== undefined && !new RegExp(field.pattern, 'u').test(trimmed))
    return { ok: false, fault: 'field.pattern' };
  if (field.maxLength !== undefined && trimmed.length > field.maxLength) return { ok: false, fault: 'field.pattern' };
  return { ok: true, value: trimmed };
}

/** '1.234,56', '1,234.56' and '1234.56' are the same number: the last separator is the decimal one, unless three digits follow. */
function decimal(text: string): string {
  const compact = text.replaceAll(/[\s'\u00a0\u202f]/g, '');
  const last = Math.max(compact.lastIndexOf('.'), compact.lastIndexOf(','));
  if (last < 0) return compact;
  const separator = compact[last] ?? '';
  const thousands = compact.split(separator).length > 2 || (/^-?\d{1,3}[.,]\d{3}$/.test(compact) && separator === ',');
  const whole = (thousands ? compact : compact.slice(0, last)).replaceAll(/[.,]/g, '');
  return thousands ? whole : `${whole}.${compact.slice(last + 1)}`;
}
