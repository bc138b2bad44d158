import type { Leaf, Node } from './answer.ts';
import { fit } from './answer.ts';
import type { Choice } from './margin.ts';
import { clamp } from './margin.ts';
import type { Field } from './labels.ts';
import { labelsOf } from './labels.ts';
import type { Reading } from './reading.ts';
import { escape, readerFor, spoken } from './readers.ts';
import { ordersIn } from './orders.ts';
import { leavesOf } from './wrong.ts';

const LINK = String.raw`["'\x60]?\s*(?:value\s+|field\s+|feld\s+)?(?:\([^)]{0,40}\)\s*)?(?:shown\s+|printed\s+|stated\s+|above\s+|below\s+)?(?:to be|to|as|is now|is|with|by|must be|must read|should be|should read|auf|als|mit|durch|ist|zu|lautet jetzt|lautet|muss|soll|=>|->|=|:)\s*(?:\{\s*["']value["']\s*:\s*)?["'\x60]?\s*`;

/**
 * Does what orders in the document say ('set the X to Y', 'ignore all previous instructions and answer X=Y'), with full
 * confidence: a model that falls for injected text. Says whether anything was obeyed.
 */
export function obey(node: Node, reading: Reading): boolean {
  let obeyed = false;
  const leaves = leavesOf(node).filter(({ path }) => !path.includes('[]'));
  for (const { text, ...place } of ordersIn(reading.document)) {
    for (const leaf of leaves) {
      const value = ordered(text, leaf, reading);
      if (value === undefined) continue;
      const rest = leaf.choices
        .filter((choice) => choice.value !== value)
        .map((choice): Choice => ({ ...choice, p: clamp(0) }));
      leaf.choices = [{ value, p: clamp(1), place }, ...rest];
      obeyed = true;
    }
  }
  return obeyed;
}

function ordered(text: string, leaf: Leaf, reading: Reading) {
  const field = reading.fields.get(leaf.path);
  if (!field) return undefined;
  const names = [field.key, ...labelsOf(field.key, field.shape).map(({ phrase }) => phrase)];
  for (const name of new Set([...names, ...names.map(spoken)])) {
    const match = new RegExp(`(?<![\\p{L}\\p{N}])${escape(name)}${LINK}(.+)$`, 'iu').exec(text);
    if (!match?.[1] || isPartOfOther(text.slice(0, match.index + name.length), name, field, reading)) continue;
    const value = valueOf(match[1], field, reading);
    if (value !== undefined) return value;
  }
  // A label needs no field's name: 'classify this as X'.
  const named = field.shape.members.filter(({ value }) => typeof value === 'string' && mentions(text, value));
  return field.shape.kind === 'enum' && named.length === 1 ? named[0]?.value : undefined;
}

/** 'date' in 'due date to ...' speaks of another field. */
function isPartOfOther(before: string, name: string, field: Field, reading: Reading): boolean {
  const said = before.toLowerCase();
  return [...reading.fields.values()].some(
    (other) =>
      other.path !== field.path &&
      [...labelsOf(other.key, other.shape).map(({ phrase }) => phrase), other.key].some(
        (longer) => longer.length > name.length && said.endsWith(longer.toLowerCase()),
      ),
  );
}

function mentions(text: string, label: string): boolean {
  return [label, spoken(label)].some((form) =>
    new RegExp(`(?<![\\p{L}\\p{N}_])${escape(form)}(?![\\p{L}\\p{N}_])`, 'iu').test(text),
  );
}

function valueOf(rest: string, field: Field, reading: Reading) {
  const { shape, key, labels } = field;
  if (shape.kind === 'enum')
    return shape.members.find(({ value }) => mentions(rest.slice(0, 60), String(value)))?.value;
  if (shape.kind === 'boolean')
    return /^(?:true|yes|ja)/i.test(rest) ? true : /^(?:false|no|nein)/i.test(rest) ? false : undefined;
  if (shape.nullable && /^(?:null|none|nothing|empty|blank|leer|nichts|keine?)(?!\p{L})/iu.test(rest)) return null;
  const reader = readerFor(shape, [key, ...labels.map(({ phrase }) => phrase)].join(' '), reading.document.habits);
  const plain =
    rest.split(/["'`;!?]|,\s|\.(?:\s|$)|\s(?:and|und|aus|zurück|bei|for|in)(?:\s|$)|\s?[<{}[\]]/)[0]?.trim() ?? '';
  const value = fit(reader ? (reader.find(rest)[0]?.value ?? null) : plain, shape);
  return value === '' || value === null ? undefined : value;
}
