import { cells } from './document.ts';
import { answeredBy } from './choose.ts';
import type { Field } from './labels.ts';
import type { Choice } from './margin.ts';
import { clamp } from './margin.ts';
import type { Reading } from './reading.ts';
import { readerFor } from './readers.ts';
import type { Scalar } from './schema.ts';

const NEIGHBOURS = 10;
const BULLET = /^\s*(?:[-*•–]|\d+[.)])\s+/;

/**
 * Items of a list of plain values, each with its choices: members of an enum by the examples that list them, or as
 * named in the text; other values from the line of a label, split at commas, or from the bullets under it.
 */
export function listFor(field: Field, arrayPath: string, reading: Reading): Choice[][] {
  if (field.shape.kind === 'enum') {
    const voted = byExamples(field, arrayPath, reading);
    if (voted) return voted;
  }
  const reader = readerFor(field.shape, `${field.key} ${field.shape.description}`, reading.document.habits);
  if (field.shape.kind === 'enum') {
    const found = reading.document.lines.flatMap((line, index) =>
      (reader?.find(line) ?? []).map(({ value, start, end }) => ({
        value,
        p: 0.8,
        place: { line: index, start, end },
      })),
    );
    return distinct(found).map((choice) => [choice]);
  }
  const texts = reading.labels.of(arrayPath).flatMap((hit) => {
    const line = reading.document.lines[hit.line] ?? '';
    const rest = line.slice(hit.end).replace(/^[\s:=#–-]+/, '');
    const same = {
      line: hit.line,
      text: cells(rest)
        .map(({ text }) => text)
        .join(', '),
    };
    const parts = same.text === '' ? bulletsBelow(hit.line, reading) : [same];
    return parts.map((part) => ({ ...part, p: hit.weight * 0.85 }));
  });
  const choices = texts.flatMap(({ text, line, p }) => {
    const place = { line, start: 0, end: (reading.document.lines[line] ?? '').length };
    if (reader) return reader.find(text).map(({ value }) => ({ value, p, place }));
    const words = text.split(/\s*[,;]\s*|\s+(?:and|und|&)\s+/).map((word) => word.replace(/\.$/, '').trim());
    return words.filter(Boolean).map((value) => ({ value, p, place }));
  });
  return distinct(choices).map((choice) => [choice]);
}

function bulletsBelow(line: number, { document }: Reading): { line: number; text: string }[] {
  const bullets: { line: number; text: string }[] = [];
  for (let at = line + 1; at < document.lines.length && BULLET.test(document.lines[at] ?? ''); at++) {
    bullets.push({ line: at, text: (document.lines[at] ?? '').replace(BULLET, '').trim() });
  }
  return bullets;
}

function byExamples(field: Field, arrayPath: string, reading: Reading): Choice[][] | undefined {
  const near = answeredBy(reading, arrayPath, Array.isArray).slice(0, NEIGHBOURS);
  const total = near.reduce((sum, { similarity }) => sum + similarity ** 2, 0);
  if (total === 0) return undefined;
  return field.shape.members.flatMap(({ value }) => {
    const listing = near.filter(({ answer }) => Array.isArray(answer) && (answer as Scalar[]).includes(value));
    const share = listing.reduce((sum, { similarity }) => sum + similarity ** 2, 0) / total;
    return share > 0.5 ? [[{ value, p: clamp(share) }]] : [];
  });
}

function distinct(choices: Choice[]): Choice[] {
  return choices.filter(({ value }, index) => choices.findIndex((choice) => choice.value === value) === index);
}
