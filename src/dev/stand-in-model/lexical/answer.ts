import { quoteOf } from './document.ts';
import { answeredBy, chooseBoolean, chooseMember } from './choose.ts';
import { candidatesFor } from './fields.ts';
import type { Field } from './labels.ts';
import { labelsOf, QUOTE_KEYS } from './labels.ts';
import { listFor } from './lists.ts';
import type { Choice } from './margin.ts';
import { clamp, weighEvidence } from './margin.ts';
import { compile } from './readers.ts';
import type { Reading } from './reading.ts';
import type { Row } from './rows.ts';
import { rowsFor } from './rows.ts';
import { sampleOf } from './sample.ts';
import type { JsonSchema, Scalar, Shape } from './schema.ts';
import { shapeOf } from './schema.ts';
import { nearestSentence, writeText } from './text.ts';

/** A value of the answer with its runners-up. The first choice is the answer, and always fits the schema. */
export interface Leaf {
  kind: 'leaf';
  path: string;
  shape: Shape;
  choices: [Choice, ...Choice[]];
}

/** The verbatim text that a value was read from; follows its value. */
interface Quote {
  kind: 'quote';
  shape: Shape;
  of: Leaf | undefined;
}

export type Node =
  Leaf | Quote | { kind: 'object'; entries: [string, Node][] } | { kind: 'array'; path: string; items: Node[] };

const MAX_DEPTH = 10;
const FORMS: Record<string, RegExp> = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  'date-time': /^\d{4}-\d{2}-\d{2}T/,
  email: /^[^\s@]+@[^\s@]+$/,
};
const OWN_CONFIDENCE = /^(?:confidence|certainty|probability|konfidenz)$/i;

/** Fills the whole schema, in its own property order. */
export function answer(reading: Reading): Node {
  return build(reading.root, '', '', reading, undefined, 0);
}

function build(
  schema: JsonSchema,
  path: string,
  key: string,
  reading: Reading,
  row: Row | undefined,
  depth: number,
): Node {
  const shape = shapeOf(schema, reading.root);
  if (depth > MAX_DEPTH) return leaf(path, shape, []);
  if (shape.kind === 'object') return buildObject(shape, path, reading, row, depth);
  if (shape.kind === 'array') return buildArray(shape, path, key, reading, depth);
  const labels = labelsOf(key, shape);
  const field = reading.fields.get(path) ?? { path, key, parent: '', shape, labels };
  return leaf(path, shape, row ? (row.values.get(field.path) ?? []) : choicesFor(field, reading));
}

function buildObject(shape: Shape, path: string, reading: Reading, row: Row | undefined, depth: number): Node {
  const entries: [string, Node][] = [];
  for (const [key, child] of Object.entries(shape.schema.properties ?? {})) {
    if (QUOTE_KEYS.has(key)) entries.push([key, { kind: 'quote', shape: shapeOf(child, reading.root), of: undefined }]);
    else entries.push([key, build(child, path === '' ? key : `${path}.${key}`, key, reading, row, depth + 1)]);
  }
  const leaves = entries.flatMap(([key, node]) =>
    node.kind === 'leaf' && !OWN_CONFIDENCE.test(key) ? [{ key, node }] : [],
  );
  const value = leaves.find(({ key }) => key === 'value') ?? leaves[0];
  const least = Math.min(1, ...leaves.map(({ node }) => node.choices[0].p));
  for (const [index, [key, node]] of entries.entries()) {
    if (node.kind === 'quote') entries[index] = [key, { ...node, of: value?.node }];
    // A model asked how sure it is: the margin it has, of the values beside.
    if (node.kind === 'leaf' && node.shape.kind === 'number' && OWN_CONFIDENCE.test(key)) {
      entries[index] = [key, { ...node, choices: [{ value: Math.round(least * 100) / 100, p: clamp(1) }] }];
    }
  }
  const empty = leaves.length > 0 && leaves.every(({ node }) => node.choices[0].value === null);
  if (shape.nullable && empty) return leaf(path, { ...shape, kind: 'null' }, [{ value: null, p: least }]);
  return { kind: 'object', entries };
}

function buildArray(shape: Shape, path: string, key: string, reading: Reading, depth: number): Node {
  const items = shape.schema.items ?? {};
  const inner = shapeOf(items, reading.root);
  const at = `${path}[]`;
  let nodes: Node[] = [];
  if (inner.kind === 'object') {
    const columns = [...reading.fields.values()].filter((field) => isColumn(field, at));
    nodes = rowsFor(path, columns, reading).map((row) => build(items, at, key, reading, row, depth + 1));
  } else if (inner.kind !== 'array') {
    const field = {
      path: at,
      key,
      parent: path,
      shape: { ...inner, description: `${shape.description} ${inner.description}` },
    };
    const labelled = { ...field, labels: labelsOf(key, field.shape) };
    nodes = listFor(labelled, path, reading).map((choices) => leaf(at, inner, choices));
  }
  nodes = nodes.slice(0, shape.schema.maxItems ?? Infinity);
  const nothing: Row = { line: 0, values: new Map() };
  while (nodes.length < (shape.schema.minItems ?? 0)) nodes.push(build(items, at, key, reading, nothing, depth + 1));
  return { kind: 'array', path, items: nodes };
}

/** A value of the row itself: `rows[].net`, or `rows[].net.value` beside its quote. */
function isColumn(field: Field, at: string): boolean {
  if (!field.path.startsWith(`${at}.`) || field.shape.kind === 'object' || field.shape.kind === 'array') return false;
  return !field.path
    .slice(at.length + 1)
    .replace(/\.value$/, '')
    .includes('.');
}

function choicesFor(field: Field, reading: Reading): Choice[] {
  const { kind, nullable } = field.shape;
  if (kind === 'null') return [{ value: null, p: clamp(1) }];
  if (kind === 'enum') return chooseMember(field, reading);
  if (kind === 'boolean') return chooseBoolean(field, reading);
  const candidates = candidatesFor(field, reading);
  const readable = weighEvidence(candidates, nullable);
  if (kind !== 'string' || candidates.some(({ score }) => score >= 0.4)) return readable;
  return writeText(field, reading) ?? readable;
}

/** Makes a leaf whose choices all fit the schema; when none does, null or the simplest value that fits is guessed. */
function leaf(path: string, shape: Shape, choices: Choice[]): Leaf {
  const fitting = choices.flatMap((choice) => {
    const value = fit(choice.value, shape);
    return value === undefined ? [] : [{ ...choice, value }];
  });
  const [first, ...rest] = fitting;
  if (first) return { kind: 'leaf', path, shape, choices: [first, ...rest] };
  return {
    kind: 'leaf',
    path,
    shape,
    choices: [{ value: shape.nullable ? null : simplest(shape), p: shape.nullable ? 0.8 : 0.2 }],
  };
}

/** The value as the schema allows it, or undefined. Too long a text is cut. */
export function fit(value: Scalar, shape: Shape): Scalar | undefined {
  const { kind, schema, members } = shape;
  if (value === null) return shape.nullable || kind === 'null' ? null : undefined;
  if (kind === 'enum') return members.some((member) => member.value === value) ? value : undefined;
  if (kind === 'boolean') return typeof value === 'boolean' ? value : undefined;
  if (kind === 'number' || kind === 'integer') {
    const isIn =
      typeof value === 'number' && value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity);
    return isIn && (kind === 'number' || Number.isInteger(value)) ? value : undefined;
  }
  if (kind !== 'string' || typeof value !== 'string') return undefined;
  // JSON Schema counts characters as Unicode code points.
  const characters = Array.from(value).slice(0, schema.maxLength ?? Infinity);
  const cut = characters.join('');
  if (characters.length < (schema.minLength ?? 0)) return undefined;
  if (schema.format !== undefined && FORMS[schema.format]?.test(cut) === false) return undefined;
  return schema.pattern === undefined || compile(schema.pattern).test(cut) ? cut : undefined;
}

function simplest({ kind, schema, members }: Shape): Scalar {
  if (kind === 'enum') return members[0]?.value ?? null;
  if (kind === 'boolean') return false;
  if (kind === 'number' || kind === 'integer')
    return Math.ceil(Math.max(schema.minimum ?? 0, Math.min(0, schema.maximum ?? 0)));
  if (kind !== 'string') return null;
  const byFormat: Record<string, string> = {
    date: '2000-01-01',
    'date-time': '2000-01-01T00:00:00Z',
    time: '00:00:00',
    email: 'unknown@example.com',
  };
  const text = byFormat[schema.format ?? ''] ?? (schema.pattern === undefined ? '' : sampleOf(schema.pattern));
  return text.padEnd(schema.minLength ?? 0, '-');
}

/** What a quote says: the line of its value, or the sentence most like the nearest example; nothing for null. */
export function quoteText({ of, shape }: Quote, reading: Reading): Scalar {
  const none = shape.nullable ? null : '';
  const choice = of?.choices[0];
  if (!of || !choice || choice.value === null) return none;
  const examples = answeredBy(reading, of.path, (given) => given === choice.value);
  const place = choice.place ?? (of.shape.kind === 'enum' ? nearestSentence(reading, examples[0]?.input) : undefined);
  return place ? (fit(quoteOf(reading.document, place), shape) ?? none) : none;
}
