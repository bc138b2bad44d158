import { z } from 'zod';
import { definePack } from '../../../src/packs/define-pack.ts';
import type { ProcessPack, ReviewPolicy } from '../../../src/packs/pack.ts';
import { documentBlocks } from '../../../src/packs/prompt.ts';

/** A made-up pack in two versions: rules, prompt and mapping differ, so it shows which version a case ended by. */
export function filingPack(version: 'v1' | 'v2', folder: string, review: Partial<ReviewPolicy> = {}): ProcessPack {
  return definePack({
    id: 'filing',
    version,
    title: 'Notes to file',
    owner: 'test.owner',
    folder,
    accepts: { mediaTypes: ['text/plain'], maxBytes: 10_000 },
    answer: z.strictObject({ subject: z.string().describe("What the note is about. Label: 'Subject'") }),
    output: z.strictObject({ subject: z.string().min(1) }),
    instructions: `Read the note (${version}).`,
    maxOutputTokens: 200,
    models: [{ tier: 'primary', timeout: '20 seconds', attempts: 3 }],
    present: (sources) => documentBlocks(sources),
    interpret: ({ subject }) => ({ output: { subject }, evidence: {} }),
    facts: () => Promise.resolve(null),
    rules: [
      {
        name: `asked-by-${version}`,
        severity: 'soft',
        holds: ({ subject }) => !subject.includes('ask') || `${version} wants a person`,
      },
    ],
    confidence: { critical: [], threshold: 0 },
    review: {
      groups: ['clerks'],
      remindAfter: '1 hour',
      escalateAfter: '1 day',
      deadline: '2 days',
      deadlineDefault: 'keep-waiting',
      fourEyes: false,
      ...review,
    },
    effects: [
      {
        name: 'ticket',
        sink: 'help-desk',
        collection: 'tickets',
        title: ({ subject }) => `File under ${version}, ${subject.length} characters`,
        request: ({ subject }, { caseId }) => ({ subject, caseId, mapping: version }),
        reversal: () => ({}),
      },
    ],
    evaluation: 'test',
  });
}
