import type { Place } from './document.ts';
import { sentences } from './document.ts';
import { answeredBy } from './choose.ts';
import type { Field } from './labels.ts';
import type { Choice } from './margin.ts';
import { clamp } from './margin.ts';
import type { Reading } from './reading.ts';
import { readerFor } from './readers.ts';
import { Comparer } from './similarity.ts';

const FIRST_SENTENCE = 0.35;
const LONGEST = 300;

/**
 * A text that stands nowhere in the document under a label, such as a summary or a reply. Examples whose text is not
 * part of their input show that it has to be written: the nearest one is copied. Else the document's first sentence is
 * taken, unless null is allowed. Undefined where the schema asks for a particular form.
 */
export function writeText(field: Field, reading: Reading): Choice[] | undefined {
  if (readerFor(field.shape, field.key, reading.document.habits) !== undefined) return undefined;
  const given = answeredBy(reading, field.path, (answer) => typeof answer === 'string' && answer !== '');
  const isWritten = given.filter(({ input, answer }) => !input.includes(String(answer))).length * 2 > given.length;
  if (given.length > 0 && isWritten) {
    const total = given.slice(0, 5).reduce((sum, { similarity }) => sum + similarity ** 2, 0.2);
    return given.slice(0, 5).map(({ answer, similarity }) => ({ value: answer, p: clamp(similarity ** 2 / total) }));
  }
  if (field.shape.nullable) return undefined;
  const all = sentences(reading.document).filter(({ text }) => /\p{L}{2}/u.test(text));
  return all.slice(0, 3).map(({ text, line, start, end }, index) => ({
    value: text.slice(0, LONGEST),
    p: clamp(FIRST_SENTENCE / (index + 1)),
    place: { line, start, end },
  }));
}

/** The sentence of the document most like a text; without one, the first. */
export function nearestSentence(reading: Reading, text: string | undefined): Place | undefined {
  const all = sentences(reading.document);
  if (all.length < 2 || text === undefined) return all[0];
  const scores = new Comparer(all.map((sentence) => sentence.text)).compare(text);
  return all[scores.indexOf(Math.max(...scores))];
}
