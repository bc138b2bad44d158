import { writesDayFirst } from './dates.ts';
import { decimalSign } from './numbers.ts';
import type { Habits } from './readers.ts';

/** The text that is asked about, as lines, with the habits of its writer. */
export interface TextDocument {
  text: string;
  lines: string[];
  habits: Habits;
}

/** A place in a document: a line and columns in it. */
export interface Place {
  line: number;
  start: number;
  end: number;
}

const LONG_LINE = 160;

/** Reads a document; several are read one after the other, with empty lines between so that no table runs across. */
export function readDocument(texts: string[]): TextDocument {
  const text = texts.join('\n\n\n').replaceAll('\r\n', '\n');
  return {
    text,
    lines: text.split('\n'),
    habits: { decimal: decimalSign(text), dayFirst: writesDayFirst(text) },
  };
}

/** Columns of a line: what stands between tabs, bars and wide gaps. */
export function cells(line: string): { text: string; start: number; end: number }[] {
  return [...line.matchAll(/(?:[^\s|]|[^\S\t](?=[^\s|]))+/g)].map((match) => {
    const text = match[0].trim();
    const start = match.index + match[0].indexOf(text);
    return { text, start, end: start + text.length };
  });
}

/** The verbatim line of a place; of a very long line the sentence around the place. Always part of the document. */
export function quoteOf(document: TextDocument, place: Place): string {
  const line = document.lines[place.line] ?? '';
  if (line.trim().length <= LONG_LINE) return line.trim();
  const before = Math.max(line.lastIndexOf('. ', place.start - 1) + 1, place.start - LONG_LINE / 2, 0);
  const stop = line.slice(place.end).search(/[.!?](?:\s|$)/);
  const after = stop < 0 ? LONG_LINE / 2 : Math.min(stop + 1, LONG_LINE / 2);
  return line.slice(before, place.end + after).trim();
}

/** Sentences and lines of a document with their places. */
export function sentences(document: TextDocument): (Place & { text: string })[] {
  return document.lines.flatMap((line, index) =>
    [...line.matchAll(/\S.*?(?:[.!?](?=\s|$)|$)/g)].map((match) => ({
      text: match[0].trim(),
      line: index,
      start: match.index,
      end: match.index + match[0].length,
    })),
  );
}
