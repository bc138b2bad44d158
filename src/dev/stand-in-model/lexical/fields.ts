import type { Place } from './document.ts';
import { cells } from './document.ts';
import type { Field, Hit } from './labels.ts';
import type { Candidate } from './margin.ts';
import type { Reading } from './reading.ts';
import type { Found, Reader } from './readers.ts';
import { readerFor } from './readers.ts';
import { formsOf } from './forms.ts';
import { fromTop } from './top.ts';

const LINES_BELOW = 2;
const PER_LINE = 0.001;
const MOST_LATE = 0.03;
/** Evidence of a value that merely looks right, by kind: an account number is rarely something else, a number often is. */
const UNLABELLED: Record<string, number> = {
  token: 0.4,
  email: 0.5,
  uri: 0.5,
  uuid: 0.5,
  currency: 0.55,
  enum: 0.5,
  date: 0.25,
};
const UNLABELLED_OTHER = 0.12;

/** Possible values of a property in the document, each with the evidence that its surroundings give. */
export function candidatesFor(field: Field, reading: Reading): Candidate[] {
  const words = `${field.key} ${field.shape.description}`;
  const reader = readerFor(field.shape, words, reading.document.habits);
  const labelled = reading.labels.of(field.path).flatMap((hit) => {
    const near = reader ? typedNear(hit, reader, field, reading) : textNear(hit, field, reading);
    const section = inSection(hit, field, reading);
    // Of equal evidence the earlier wins.
    const late = Math.min(MOST_LATE, hit.line * PER_LINE);
    return near.map((candidate) => ({ ...candidate, score: candidate.score * section - late }));
  });
  return [...labelled, ...(reader ? anywhere(reader, reading) : fromTop(field, reading))];
}

function at(line: number, { start, end }: Found): Place {
  return { line, start, end };
}

/** How much of what stands there as a label the hit explains: 'date' explains half of 'due date'. */
function explained(hit: Hit, line: string, valueStart: number): number {
  const left =
    line
      .slice(0, hit.start)
      .split(/[:|\t\d]|\s{2,}|[.;,!?]\s/)
      .at(-1) ?? '';
  const right = line.slice(hit.end, Math.max(hit.end, valueStart)).split(/[:|\t\d]|\s{2,}/)[0] ?? '';
  const others = (left + right).match(/\p{L}/gu)?.length ?? 0;
  return (hit.end - hit.start) / (hit.end - hit.start + others);
}

const scoreOf = (hit: Hit, coverage: number, nearness: number) => hit.weight * (0.55 + 0.45 * coverage) * nearness;

function typedNear(hit: Hit, reader: Reader, field: Field, reading: Reading): Candidate[] {
  const line = reading.document.lines[hit.line] ?? '';
  const others = reading.labels.inLine(hit.line).filter((other) => other.path !== field.path);
  const after = reader.find(line).filter((found) => found.start >= hit.end);
  const same = after.map((found) => {
    const earlier = after.filter((other) => other.start < found.start && other.likeness >= found.likeness);
    const order = new Set(earlier.map(({ start }) => start)).size;
    const introduced = /[:=]\s*[^\s\p{L}\p{N}]?$/u.test(line.slice(0, found.start));
    const crossed = others.some((other) => other.start >= hit.end && other.end <= found.start && other.weight > 0.5);
    const distance = Math.max(0.5, 1 - 0.15 * order) * (crossed ? 0.35 : 1);
    const nearness = Math.max(distance, introduced && order > 0 && order < 3 ? 0.8 : 0) * found.likeness;
    return {
      value: found.value,
      score: scoreOf(hit, explained(hit, line, found.start), nearness),
      place: at(hit.line, found),
    };
  });
  return same.some(({ score }) => score > 0.5) ? same : [...same, ...typedBelow(hit, reader, field, reading)];
}

/** Values under a label: in its column, or, where the text lost its columns, the one of the same rank in the line. */
function typedBelow(hit: Hit, reader: Reader, field: Field, reading: Reading): Candidate[] {
  const { lines, habits } = reading.document;
  const header = lines[hit.line] ?? '';
  const hasColumns = cells(header).length > 1 || header.trim().length <= hit.end - hit.start + 1;
  const rivals = reading.labels.inLine(hit.line).filter((other) => {
    const shape = reading.fields.get(other.path)?.shape;
    return other.weight > 0.5 && shape !== undefined && readerFor(shape, other.path, habits)?.kind === reader.kind;
  });
  const rank = new Set(
    rivals.filter((other) => other.start < hit.start && other.path !== field.path).map((o) => o.path),
  ).size;
  return below(lines, hit.line).flatMap(({ line, distance }) => {
    const found = reader.find(lines[line] ?? '');
    const starts = [...new Set(found.map(({ start }) => start))];
    return found.map((value) => {
      const index = starts.indexOf(value.start);
      const inColumn = hasColumns && value.start < hit.end + 2 && value.end > hit.start - 2;
      const isAlone = inColumn && distance === 1 && header.trim().length <= hit.end - hit.start + 1;
      const nearness =
        (isAlone ? 1 : inColumn ? 0.9 : index === rank ? 0.82 : 0.5) * (distance === 1 ? 1 : 0.85) * value.likeness;
      return {
        value: value.value,
        score: scoreOf(hit, explained(hit, header, hit.end), nearness),
        place: at(line, value),
      };
    });
  });
}

function below(lines: string[], from: number): { line: number; distance: number }[] {
  const filled: { line: number; distance: number }[] = [];
  for (let line = from + 1; line < lines.length && line <= from + 3 && filled.length < LINES_BELOW; line++) {
    if ((lines[line] ?? '').trim() !== '') filled.push({ line, distance: filled.length + 1 });
  }
  return filled;
}

/** Free text beside or under a label. */
function textNear(hit: Hit, field: Field, reading: Reading): Candidate[] {
  const line = reading.document.lines[hit.line] ?? '';
  const next = reading.labels.inLine(hit.line).filter((other) => other.start > hit.end && other.path !== field.path);
  const limit = Math.min(line.length, ...next.filter(({ weight }) => weight > 0.5).map(({ start }) => start));
  const lead = /^(?:[^\S\t]?\([^)]*\))?(?:\s*[:#=–-]+\s*|\s+)/.exec(line.slice(hit.end))?.[0] ?? '';
  const start = hit.end + lead.length;
  const text = (line.slice(start, limit).split(/\s{2,}|\t|\|/)[0] ?? '').replace(/[\s,;]+$/, '');
  if (!/[\p{L}\p{N}]/u.test(text)) return textBelow(hit, field, reading);
  const separated = /[:#=|\t]|\s{2,}/.test(lead) ? 1 : 0.75;
  const place = { line: hit.line, start, end: start + text.length };
  return formsOf(text, field).map(({ value, likeness }) => ({
    value,
    score: scoreOf(hit, explained(hit, line, hit.end), separated * likeness),
    place,
  }));
}

function textBelow(hit: Hit, field: Field, reading: Reading): Candidate[] {
  const { lines } = reading.document;
  return below(lines, hit.line)
    .slice(0, 1)
    .flatMap(({ line }) => {
      const columns = cells(lines[line] ?? '');
      const nearest = columns.toSorted((a, b) => Math.abs(a.start - hit.start) - Math.abs(b.start - hit.start))[0];
      if (!nearest) return [];
      const header = lines[hit.line] ?? '';
      const isAlone = header.trim().length <= hit.end - hit.start + 1;
      const score = scoreOf(hit, explained(hit, header, hit.end), isAlone ? 1 : 0.85);
      return formsOf(nearest.text, field).map(({ value, likeness }) => ({
        value,
        score: score * likeness,
        place: { line, start: nearest.start, end: nearest.end },
      }));
    });
}

/** A nested property counts less under the label of another group, such as the buyer's number under 'Seller'. */
function inSection(hit: Hit, field: Field, reading: Reading): number {
  if (field.parent === '') return 1;
  const groups = [...new Set([...reading.fields.values()].map(({ parent }) => parent))].filter(Boolean);
  const above = groups
    .flatMap((group) => reading.labels.of(group))
    .filter(({ line, start }) => line < hit.line || (line === hit.line && start <= hit.start))
    .toSorted((a, b) => b.line - a.line || b.start - a.start)[0];
  if (above === undefined) return 0.9;
  return above.path === field.parent ? 1 : 0.6;
}

function anywhere(reader: Reader, { document }: Reading): Candidate[] {
  const score = UNLABELLED[reader.kind] ?? UNLABELLED_OTHER;
  // Hardly anything but what is meant has so long a code.
  const length = (value: unknown) => (reader.kind === 'token' && String(value).length >= 18 ? 0.1 : 0);
  return document.lines.flatMap((line, index) =>
    reader.find(line).map((found) => ({
      value: found.value,
      score: score * found.likeness + length(found.value),
      place: at(index, found),
    })),
  );
}
