import { cells } from './document.ts';
import type { Field } from './labels.ts';
import type { Choice } from './margin.ts';
import { clamp } from './margin.ts';
import type { Reading } from './reading.ts';
import type { Found, Reader } from './readers.ts';
import { readerFor } from './readers.ts';

/** One row of a table: the choices per property, by its path, and the line it was read from. */
export interface Row {
  line: number;
  values: Map<string, Choice[]>;
}

interface Column {
  field: Field;
  reader: Reader | undefined;
  required: boolean;
}

type Read = Found & { column: Column };

const MAX_ROWS = 200;

/**
 * The lines of a document that read as rows of an array's items: they hold a value of the right kind for every
 * property that may not be null, and stand under a header that names at least two properties, or carry a label of the
 * array, or of two of its properties, themselves.
 */
export function rowsFor(arrayPath: string, columns: Field[], reading: Reading): Row[] {
  const { lines, habits } = reading.document;
  const typed = columns.map((field) => ({
    field,
    reader: readerFor(field.shape, `${field.key} ${field.shape.description}`, habits),
    required: !field.shape.nullable,
  }));
  if (!typed.some(({ reader }) => reader !== undefined)) return [];
  const paths = new Set(columns.map(({ path }) => path));
  const rows: Row[] = [];
  let header: Column[] | undefined;
  for (const [index, line] of lines.entries()) {
    const hits = reading.labels.inLine(index).filter(({ path, weight }) => paths.has(path) && weight > 0.4);
    const named = new Set(hits.map(({ path }) => path));
    const values = line.trim() === '' ? undefined : assign(line, typed, header, hits);
    const inHeader = named.size >= Math.min(2, columns.length) && values === undefined;
    if (inHeader) {
      header = byPosition(typed, hits);
      continue;
    }
    const foreign = reading.labels
      .inLine(index)
      .some(({ path, weight }) => weight > 0.7 && isScalarElsewhere(path, paths, reading));
    const ofArray = reading.labels.inLine(index).some(({ path, weight }) => path === arrayPath && weight >= 0.65);
    const hasRate = [...(values?.values() ?? [])].some((value) => typeof value !== 'string' && isPercent(value));
    const labelled =
      ofArray || named.size > 1 || (hasRate && reading.labels.inLine(index).some(({ path }) => paths.has(path)));
    if (values !== undefined && ((header && !foreign) || labelled) && rows.length < MAX_ROWS) {
      rows.push({ line: index, values: confide(values, index, header !== undefined, foreign) });
    } else if (line.trim() !== '' && foreign) header = undefined;
  }
  return rows;
}

const isPercent = ({ column, likeness }: Read) => column.reader?.kind === 'percent' && likeness === 1;

function isScalarElsewhere(path: string, paths: Set<string>, reading: Reading): boolean {
  const kind = reading.fields.get(path)?.shape.kind;
  return !paths.has(path) && kind !== 'array' && kind !== 'object' && !path.includes('[]');
}

function byPosition(columns: Column[], hits: { path: string; start: number }[]): Column[] {
  const start = (column: Column) => hits.find(({ path }) => path === column.field.path)?.start ?? Infinity;
  return columns.toSorted((a, b) => start(a) - start(b));
}

/** Gives the values of a line to the columns, or undefined when a required one gets none. */
function assign(
  line: string,
  columns: Column[],
  header: Column[] | undefined,
  hits: { path: string; end: number }[],
): Map<string, Read | string> | undefined {
  const taken: Read[] = [];
  const free = (found: Found) => !taken.some((other) => found.start < other.end && found.end > other.start);
  const take = (column: Column, from: number, least: number) => {
    const found = column.reader
      ?.find(line)
      .find((value) => value.start >= from && value.likeness >= least && free(value));
    if (found) taken.push({ ...found, column });
    return found !== undefined;
  };
  const ordered = header ?? columns;
  const open = new Set(ordered.filter(({ reader }) => reader !== undefined));
  // The surest first: a percentage is a rate; then a value behind its own label; then the order of the columns.
  for (const column of open) if (column.reader?.kind === 'percent' && take(column, 0, 1)) open.delete(column);
  for (const column of open) {
    const hit = hits.find(({ path }) => path === column.field.path);
    const isBeside = hit && /^[^\p{L}\d]*\d/u.test(line.slice(hit.end));
    if (isBeside && header === undefined && take(column, hit.end, 1)) open.delete(column);
  }
  // From the right: numbers end a row, and a description before them may hold numbers of its own.
  const numeric = [...open].filter(({ reader }) => reader?.kind === 'number' || reader?.kind === 'percent');
  for (const column of open) if (!numeric.includes(column) && take(column, 0, 0)) open.delete(column);
  const starts = numeric.flatMap(({ reader }) => reader?.find(line).filter(free) ?? []).map(({ start }) => start);
  const offered = [...new Set(starts)].toSorted((a, b) => a - b);
  let from = offered.at(-numeric.length) ?? offered[0] ?? 0;
  for (const column of numeric) {
    if (take(column, from, 0)) from = taken.at(-1)?.end ?? from;
  }
  const values = new Map<string, Read | string>(taken.map((value) => [value.column.field.path, value]));
  const firstValue = Math.min(line.length, ...taken.map(({ start }) => start));
  const texts = columns.filter(({ reader, field }) => reader === undefined && field.shape.kind === 'string');
  const before = cells(line.slice(0, firstValue)).map(({ text }) => text.replace(/[\s:;,@]+$/, ''));
  const words = before.filter((text) => /\p{L}/u.test(text));
  for (const [index, column] of texts.entries()) {
    const text = texts.length === 1 ? words.join(' ') : (words[index] ?? '');
    if (/\p{L}/u.test(text)) values.set(column.field.path, text);
  }
  const solid =
    taken.length > 0 &&
    columns.every(({ field, required, reader }) => {
      const canBeMissing = !required || (reader === undefined && field.shape.kind !== 'string');
      return canBeMissing || values.has(field.path);
    });
  return solid ? values : undefined;
}

function confide(
  values: Map<string, Read | string>,
  line: number,
  underHeader: boolean,
  foreign: boolean,
): Map<string, Choice[]> {
  const base = (underHeader ? 0.95 : 0.85) * (foreign ? 0.8 : 1);
  const reads = [...values.values()].filter((value) => typeof value !== 'string');
  return new Map(
    [...values].map(([key, value]) => {
      if (typeof value === 'string')
        return [key, [{ value, p: clamp(base * 0.9), place: { line, start: 0, end: value.length } }]];
      const rivals = reads.filter(
        (other) => other !== value && other.column.reader?.kind === value.column.reader?.kind,
      );
      const p = clamp(base * value.likeness);
      const place = { line, start: value.start, end: value.end };
      const rest = rivals.map((rival) => ({ value: rival.value, p: clamp((1 - p) / (rivals.length + 1)) }));
      return [key, [{ value: value.value, p, place }, ...rest.filter((rival) => rival.value !== value.value)]];
    }),
  );
}
