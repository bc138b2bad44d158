import { readDocument } from './document.ts';
import type { Field, Label } from './labels.ts';
import type { Example } from './prompt.ts';
import { answerAt } from './prompt.ts';
import { readerFor } from './readers.ts';
import type { Scalar } from './schema.ts';

const LEARNED_WEIGHT = 0.9;
const LAST_WORD_WEIGHT = 0.55;

/** Labels learned from the examples: what stands before a property's value where an example's input shows it. */
export function learnedLabels(field: Field, examples: Example[]): Label[] {
  if (!['string', 'number', 'integer'].includes(field.shape.kind) || field.path.includes('[]')) return [];
  const phrases = new Map<string, number>();
  for (const { input, output } of examples) {
    const value = answerAt(output, field.path);
    if (value === undefined || value === null || typeof value === 'object' || value === '') continue;
    const phrase = before(input, value, field);
    const words = phrase.split(/\s+/);
    if (/\p{L}{2}/u.test(phrase)) phrases.set(words.slice(-3).join(' '), LEARNED_WEIGHT);
    const last = words.at(-1) ?? '';
    if (words.length > 1 && /^\p{L}{3,}$/u.test(last) && !phrases.has(last)) phrases.set(last, LAST_WORD_WEIGHT);
  }
  return [...phrases].map(([phrase, weight]) => ({ phrase, weight }));
}

function before(input: string, value: Scalar, field: Field): string {
  const { lines, habits } = readDocument([input]);
  const reader = readerFor(field.shape, field.key, habits);
  for (const [index, line] of lines.entries()) {
    const start = reader
      ? (reader.find(line).find((found) => found.value === value)?.start ?? -1)
      : line.indexOf(String(value));
    if (start < 0) continue;
    const sameLine =
      line
        .slice(0, start)
        .split(/\s{2,}|\t|\||[.;!?]\s/)
        .at(-1) ?? '';
    return (/\p{L}/u.test(sameLine) ? sameLine : (lines[index - 1] ?? '')).replace(/[\s:#=–-]+$/, '').trim();
  }
  return '';
}
