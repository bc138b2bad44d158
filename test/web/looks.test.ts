import { describe, expect, it } from 'vitest';
import type { DeskTaskBody } from '../../src/client/api/schema-desk.ts';
import { lookFor, looksOf } from '../../src/web/source/looks.ts';

const span = (document: number) => ({ document, start: 0, end: 1, quote: 'x' });

/** A mail with an attachment, or one PDF. */
function taskOf(sources: string[], evidence: Record<string, number>, mediaType = 'message/rfc822') {
  const document = { hash: 'h', name: sources[0], mediaType };
  return {
    documents: [document],
    sources: sources.map((name) => ({ name, text: '' })),
    task: { evidence: Object.fromEntries(Object.entries(evidence).map(([field, at]) => [field, span(at)])) },
  } as unknown as DeskTaskBody;
}
const lookOf = (task: DeskTaskBody, active?: string) => lookFor(task, looksOf(task), active)?.key;

describe('what is looked at first', () => {
  const mail = taskOf(['mail.eml', 'invoice.pdf'], { date: 0, total: 1, iban: 1 });

  it('is the source with most of the evidence: of a mail, its attachment', () => {
    expect(lookOf(mail)).toBe('text-1');
  });

  it('is the source of the field that has the focus', () => {
    expect(lookOf(mail, 'date')).toBe('text-0');
    expect(lookOf(mail, 'field-without-evidence')).toBe('text-1');
  });

  it('is the document itself before its text, and the first one where there is no evidence', () => {
    expect(lookOf(taskOf(['invoice.pdf'], { total: 0 }, 'application/pdf'))).toBe('pdf-0');
    expect(lookOf(taskOf(['mail.eml', 'invoice.pdf'], {}))).toBe('text-0');
    expect(lookOf(taskOf([], {}))).toBeUndefined();
  });
});
