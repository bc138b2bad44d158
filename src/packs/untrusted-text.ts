import type { Finding } from '../domain/route.ts';
import type { SourceDocument } from './pack.ts';
import { hiddenKindsIn, viewsOf, type Views } from './untrusted-views.ts';
import { ENCODED, FLAT, LINES, SQUEEZED, type InstructionKind } from './untrusted-patterns.ts';

/** As people read it in a finding; never the text itself, which is the attacker's. */
const TITLES: Readonly<Record<InstructionKind, string>> = {
  override: 'an order to ignore other instructions',
  role: 'a voice that poses as the system, a developer or another role',
  addressed: 'words to a machine reader',
  field: 'an order what to write into a field',
  answer: 'a dictated answer',
  process: 'an order to approve or to leave out a check',
  markup: 'marks of a prompt',
  encoded: 'an encoded instruction',
  disguised: 'letters or characters that hide an instruction',
};

/** Longer names, and names that are themselves an attempt, are not repeated. */
const LONGEST_NAME = 80;
/** In characters; some 500 pages. Longer texts are for a person, so that no case holds up the others of its worker. */
const LONGEST_TEXT = 1_000_000;
/** The name of the findings of `instructionsIn`. */
export const INSTRUCTIONS = 'instructions-in-document';

/**
 * Instructions to the model inside documents, which are data: one finding per document that has any, of severity
 * `review`. It names the document and the kinds of instruction, never the text. Pure; the time grows with the length of
 * the text. It knows phrases, so it misses what is phrased otherwise: see docs/untrusted-text.md.
 */
export function instructionsIn(sources: readonly SourceDocument[]): Finding[] {
  return sources.flatMap(({ name, text }, at) => {
    const inName = kindsIn(name.replaceAll(/[_-]/g, ' ').replace(/\.\w+$/, ''));
    const called = inName.length > 0 || name.length > LONGEST_NAME ? `document ${at + 1}` : name;
    const finding = (what: string): Finding => ({
      name: INSTRUCTIONS,
      severity: 'review',
      message: `${called} ${what}`,
    });
    if (text.length > LONGEST_TEXT) return [finding('is too long to be looked through for instructions')];
    const kinds = [...new Set([...kindsIn(text), ...inName])];
    return kinds.length === 0 ? [] : [finding(`contains ${kinds.map((kind) => TITLES[kind]).join('; ')}`)];
  });
}

/** The kinds of instruction in one text, in a fixed order. */
function kindsIn(text: string): InstructionKind[] {
  const views = viewsOf(text);
  const found = kindsOf(views);
  for (const kind of hiddenKindsIn(text)) found.add(kind);
  if (views.decoded.some((inner) => kindsOf(viewsOf(inner)).size > 0)) found.add('encoded');
  return KINDS.filter((kind) => found.has(kind));
}

const KINDS = Object.keys(TITLES) as InstructionKind[];

function kindsOf({ lines, flat, squeezed, disguised }: Views): Set<InstructionKind> {
  const found = new Set<InstructionKind>();
  for (const [text, patterns] of [
    [lines, LINES],
    [flat, FLAT],
    [squeezed, SQUEEZED],
  ] as const) {
    for (const [kind, pattern] of patterns) if (!found.has(kind) && pattern.test(text)) found.add(kind);
  }
  if (ENCODED.test(flat)) found.add('encoded');
  if (disguised.some((view) => SQUEEZED.some(([, pattern]) => pattern.test(view)))) found.add('disguised');
  return found;
}
