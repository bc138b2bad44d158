import type { Place, TextDocument } from './document.ts';
import { escape, spoken } from './readers.ts';
import type { JsonSchema, Shape } from './schema.ts';
import { shapeOf } from './schema.ts';

/** A phrase that may stand beside a property's value; `weight` 0..1 says how much its sight tells. */
export interface Label {
  phrase: string;
  weight: number;
}

/** A property of the schema, wherever it is nested; `path` is written `a.b`, `[]` for the items of an array. */
export interface Field {
  path: string;
  key: string;
  parent: string;
  shape: Shape;
  labels: Label[];
}

/** A label seen in the document. */
export interface Hit extends Place {
  path: string;
  weight: number;
}

const QUOTED = [
  /(?<![\p{L}\p{N}])'([^'\n]{1,60})'(?![\p{L}\p{N}])/gu,
  /"([^"\n]{1,60})"/g,
  /[“„«‘]([^”“»’\n]{1,60})[”“»’]/g,
  /`([^`\n]{1,60})`/g,
];
const MAX_DEPTH = 8;

/** Phrases in quotation marks in a description: the label variants that a good description lists. */
function quotedPhrases(description: string): string[] {
  return QUOTED.flatMap((form) => [...description.matchAll(form)].map((match) => match[1]?.trim() ?? '')).filter(
    Boolean,
  );
}

/** The labels of a property: quoted phrases of its description first, then its title and name as words. */
export function labelsOf(key: string, shape: Shape): Label[] {
  const words = spoken(key);
  return [
    ...quotedPhrases(shape.description).map((phrase) => ({ phrase, weight: 1 })),
    ...(shape.schema.title ? [{ phrase: shape.schema.title, weight: 0.8 }] : []),
    { phrase: words, weight: words.includes(' ') ? 0.75 : 0.65 },
  ];
}

/** Names that hold the place where a value was found, beside a property `value`. */
export const QUOTE_KEYS = new Set(['quote', 'evidence']);

/** All properties of a schema. `value` beside a quote goes by the name and description of the object around it. */
export function fieldsOf(schema: JsonSchema, root: JsonSchema, path = '', depth = 0): Field[] {
  if (depth > MAX_DEPTH) return [];
  const shape = shapeOf(schema, root);
  if (shape.kind === 'array' && shape.schema.items) return fieldsOf(shape.schema.items, root, `${path}[]`, depth + 1);
  if (shape.kind !== 'object') return [];
  return Object.entries(shape.schema.properties ?? {}).flatMap(([key, child]) => {
    if (QUOTE_KEYS.has(key)) return [];
    const at = path === '' ? key : `${path}.${key}`;
    const inner = shapeOf(child, root);
    const field: Field = { path: at, key, parent: path, shape: inner, labels: labelsOf(key, inner) };
    const hasQuote = Object.keys(shape.schema.properties ?? {}).some((name) => QUOTE_KEYS.has(name));
    if (key !== 'value' || path === '' || !hasQuote) return [field, ...fieldsOf(child, root, at, depth + 1)];
    const outerKey = path.replaceAll('[]', '').split('.').at(-1) ?? key;
    const wrapped = { ...inner, description: `${shape.description} ${inner.description}`.trim() };
    const parent = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
    return [{ ...field, key: outerKey, parent, shape: wrapped, labels: labelsOf(outerKey, wrapped) }];
  });
}

/** Where the labels of all properties stand in a document. A number in a label, as in 'fee 5 % of 10.00', is any number. */
export class LabelIndex {
  readonly #byPath = new Map<string, Hit[]>();
  readonly #byLine = new Map<number, Hit[]>();

  constructor(document: TextDocument, fields: Field[]) {
    const lineStarts = startsOf(document.lines);
    for (const field of fields) {
      const hits = field.labels.flatMap((label) => search(document.text, lineStarts, label, field.path));
      for (const hit of keepLongest(hits)) {
        this.#byLine.set(hit.line, [...(this.#byLine.get(hit.line) ?? []), hit]);
      }
    }
    for (const [line, hits] of this.#byLine) {
      // 'date' inside 'due date' speaks for another property, and hardly for this one.
      const rated = hits.map((hit) => {
        const inLonger = hits.some(
          (other) => other.path !== hit.path && covers(other, hit) && length(other) > length(hit),
        );
        return inLonger ? { ...hit, weight: hit.weight * 0.3 } : hit;
      });
      this.#byLine.set(line, rated);
      for (const hit of rated) this.#byPath.set(hit.path, [...(this.#byPath.get(hit.path) ?? []), hit]);
    }
  }

  /** Hits of one property, in the order of the document. */
  of(path: string): Hit[] {
    return this.#byPath.get(path) ?? [];
  }

  /** Hits of all properties in one line. */
  inLine(line: number): Hit[] {
    return this.#byLine.get(line) ?? [];
  }
}

const length = (hit: Place) => hit.end - hit.start;
const covers = (outer: Place, inner: Place) => outer.start <= inner.start && outer.end >= inner.end;

function keepLongest(hits: Hit[]): Hit[] {
  return hits.filter(
    (hit, index) =>
      !hits.some(
        (other, at) =>
          other.line === hit.line &&
          covers(other, hit) &&
          (length(other) > length(hit) ||
            (length(other) === length(hit) && (other.weight > hit.weight || at < index))) &&
          at !== index,
      ),
  );
}

function search(text: string, lineStarts: number[], label: Label, path: string): Hit[] {
  const words = label.phrase
    .replaceAll('%', ' % ')
    .split(/[\s:/-]+|\.(?!\d)/)
    .filter(Boolean);
  if (words.length === 0) return [];
  const body = words.map((word) => (/^\d/.test(word) ? '\\d[\\d.,]*' : escape(word))).join('(?:[.:/-]|[^\\S\\n])*');
  const form = new RegExp(`(?<![\\p{L}\\p{N}])${body}(?!\\p{L})\\.?`, 'giu');
  return [...text.matchAll(form)].map((match) => {
    const line = lineAt(lineStarts, match.index);
    const start = match.index - (lineStarts[line] ?? 0);
    return { path, weight: label.weight, line, start, end: start + match[0].length };
  });
}

function startsOf(lines: string[]): number[] {
  let offset = 0;
  return lines.map((line) => {
    const start = offset;
    offset += line.length + 1;
    return start;
  });
}

function lineAt(starts: number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
