import { createHash } from 'node:crypto';
import { personalData, type RedactedKind } from './personal-data.ts';

/** A text without personal values, and what each placeholder in it stands for. */
export interface Redacted {
  text: string;
  /** Value by placeholder, as it was written. */
  placeholders: Record<string, string>;
}

/**
 * Puts placeholders for the personal values of these kinds. The same text gives the same placeholders, the same value
 * the same placeholder, written in the same groups as the value.
 *
 * A placeholder has the form of what it stands for (an IBAN of the country XX, an address at `.invalid`, a card number
 * that begins with 0, a telephone of the country +999), because providers hold an answer to the schema's patterns and
 * formats while it is written, and because a model copies what looks like a value. It carries a mark that stands nowhere
 * in the text, so no document can hold one that was not put there.
 */
export function redacted(text: string, kinds: readonly RedactedKind[]): Redacted {
  const found = personalData(text, kinds);
  if (found.length === 0) return { text, placeholders: {} };
  const compact = text.replaceAll(/[^\p{L}\p{N}]/gu, '');
  for (let attempt = 0; ; attempt++) {
    const mark = markOf(text, attempt);
    if (attempt < LAST_ATTEMPT && compact.includes(mark)) continue;
    const result = replaced(text, found, mark);
    // A mark that repeats itself may do so all the same: then the next one does not.
    if (attempt >= LAST_ATTEMPT || restored(result.text, result.placeholders) === text) return result;
  }
}

/** Placeholders of account and card numbers, in one piece. */
const GROUPED = /^(?:XX00|000)\d+$/;

/** Any JSON value with the placeholders in its strings replaced by what they stand for; others stay as they are. */
export function restored(value: unknown, placeholders: Readonly<Record<string, string>> = {}): unknown {
  const known = Object.keys(placeholders).toSorted((a, b) => b.length - a.length);
  if (known.length === 0) return value;
  const escaped = known.map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  // Models like to write account and card numbers in groups, also where the document does not.
  const digits = known.filter((one) => GROUPED.test(one));
  const grouped = digits.map((one) => [...one].join(String.raw`[\s.-]?`));
  const pattern = new RegExp([...escaped, ...grouped].join('|'), 'gu');
  return deep(value);

  function deep(one: unknown): unknown {
    if (typeof one === 'string')
      return one.replaceAll(
        pattern,
        (found) => placeholders[found] ?? placeholders[found.replaceAll(/[\s.-]/g, '')] ?? found,
      );
    if (Array.isArray(one)) return one.map(deep);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, deep(inner)]));
  }
}

type Found = ReturnType<typeof personalData>[number];

function replaced(text: string, found: readonly Found[], mark: string): Redacted {
  const numbers = new Map<string, number>();
  const spelt = new Map<string, string>();
  const compacted = new Map<string, string>();
  const pieces: string[] = [];
  let at = 0;
  for (const { kind, start, end } of found) {
    const value = text.slice(start, end);
    const own = kind === 'iban' || kind === 'card' ? value.replaceAll(/[\s.-]/g, '') : value;
    // One that goes on in the next line gets a placeholder in one line, so must not share it with another spelling.
    const key = /[^\S ]/.test(value) ? value : own;
    const number = numbers.get(key) ?? numbers.size + 1;
    numbers.set(key, number);
    const whole = FORMS[kind](mark, number, own.length);
    const placeholder = own === value ? whole : spacedAs(value, whole);
    spelt.set(placeholder, value);
    // A model asked for an IBAN without spaces writes the placeholder without them.
    compacted.set(whole, own);
    pieces.push(text.slice(at, start), placeholder);
    at = end;
  }
  pieces.push(text.slice(at));
  return { text: pieces.join(''), placeholders: Object.fromEntries([...compacted, ...spelt]) };
}

/** The mark comes last: as it stands nowhere in the text, what follows a placeholder cannot make a longer one of it. */
const FORMS: Record<RedactedKind, (mark: string, number: number, length: number) => string> = {
  iban: (mark, number, length) => `XX00${String(number).padStart(length - 4 - mark.length, '0')}${mark}`,
  card: (mark, number, length) => `000${String(number).padStart(length - 3 - mark.length, '0')}${mark}`,
  email: (mark, number) => `person-${number}@m${mark}.invalid`,
  phone: (mark, number) => `+999${String(number).padStart(4, '0')}${mark}`,
};

/** A placeholder in the groups of the value, on one line. */
function spacedAs(value: string, placeholder: string): string {
  const signs = [...placeholder];
  const spaced = [...value].map((char) => (/\s/.test(char) ? ' ' : /[.-]/.test(char) ? char : signs.shift())).join('');
  return spaced + signs.join('');
}

const MARK_LENGTH = 8;
/** Digits that begin no card number. */
const MARK_DIGITS = '1789';
/** Marks have a digit per byte of the hash. A text that holds this one was written for that, and keeps its own. */
const LAST_ATTEMPT = 24;

/** Digits, which every form takes; longer with every attempt, as a text may hold all short ones. */
function markOf(text: string, attempt: number): string {
  const hash = createHash('sha256').update(`${attempt}\n${text}`).digest();
  return [...hash.subarray(0, MARK_LENGTH + attempt)].map((byte) => MARK_DIGITS.charAt(byte % 4)).join('');
}
