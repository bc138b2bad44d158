import { cells } from './document.ts';
import { formsOf } from './forms.ts';
import type { Field } from './labels.ts';
import type { Candidate } from './margin.ts';
import type { Reading } from './reading.ts';

const TOP_OF_DOCUMENT = /\b(?:top|first line|head(?:er)?|begin(?:s|ning)?|oben|erste zeile|kopf)\b/i;
const TOP_SCORES = [0.62, 0.48, 0.35];
const REPEATED_NAME = 0.12;

/** Names at the top: the first lines, and the end of one that stands elsewhere again, as in a signature or footer. */
export function fromTop(field: Field, reading: Reading): Candidate[] {
  if (!TOP_OF_DOCUMENT.test(field.shape.description)) return [];
  const { lines, text: whole } = reading.document;
  return lines
    .map((line, index) => ({ line: index, ...nameIn(line) }))
    .filter(({ text, line }) => /\p{L}{2}/u.test(text) && reading.labels.inLine(line).length === 0)
    .slice(0, TOP_SCORES.length)
    .flatMap(({ text, line, start }, order) => {
      const words = [...text.matchAll(/\S+/g)].map(({ index }) => text.slice(index)).filter((end) => end.includes(' '));
      const again = words.find((end) => whole.split(end).length > 2);
      // A lone word on top is more often a heading than a name.
      const score = (TOP_SCORES[order] ?? 0) * (text.includes(' ') ? 1 : 0.6);
      const names = [
        { name: text, score },
        ...(again === undefined ? [] : [{ name: again, score: score + REPEATED_NAME }]),
      ];
      return names.flatMap(({ name, score: found }) =>
        formsOf(name, field).map(({ value, likeness }) => ({
          value,
          score: found * likeness,
          place: { line, start, end: start + text.length },
        })),
      );
    });
}

/** What a line is about: its first column, without `Key:` before it or an address in angle brackets behind. */
function nameIn(line: string): { text: string; start: number } {
  const text = (cells(line)[0]?.text ?? '')
    .replace(/^[\p{L}-]{2,12}:\s+/u, '')
    .replace(/\s*<[^>]*>$/, '')
    .replaceAll('"', '');
  return { text: text.split(' · ')[0] ?? text, start: Math.max(0, line.indexOf(text)) };
}
