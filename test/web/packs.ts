import { z } from 'zod';
import { definePack } from '../../src/packs/define-pack.ts';
import { packs as ownPacks } from '../../src/packs/index.ts';
import type { ProcessPack } from '../../src/packs/pack.ts';
import { documentBlocks } from '../../src/packs/prompt.ts';

const REASONS = [
  { code: 'torn', words: 'The slip is torn' },
  { code: 'duplicate', words: 'Filed twice' },
];

/** Slips of paper that always go to a person: one pack writes at once, the other only after an undo window. */
function slips(id: string, undo: boolean): ProcessPack {
  return definePack({
    id,
    version: '1',
    title: undo ? 'Slips with an undo window' : 'Slips',
    owner: 'test.owner',
    folder: import.meta.dirname,
    accepts: { mediaTypes: ['text/plain'], maxBytes: 10_000 },
    answer: z.strictObject({
      sender: z.string().describe("Who wrote the slip. Label: 'Sender'"),
      subject: z.string().describe("What it is about. Label: 'Subject'"),
    }),
    output: z.strictObject({
      sender: z.string().trim().min(1),
      subject: z.string().trim().min(1).max(80),
      urgent: z.boolean(),
      remark: z.string().max(80).nullable(),
    }),
    instructions: 'Read the slip.',
    maxOutputTokens: 200,
    models: [{ tier: 'primary', timeout: '20 seconds', attempts: 3 }],
    present: (sources) => documentBlocks(sources),
    interpret: ({ sender, subject }, sources) => {
      const at = sources[0]?.text.indexOf(subject) ?? -1;
      const evidence = at < 0 ? null : { document: 0, start: at, end: at + subject.length };
      return { output: { sender, subject, urgent: false, remark: null }, evidence: { subject: evidence } };
    },
    facts: () => Promise.resolve(null),
    rules: [
      { name: 'always-asked', severity: 'soft', field: 'subject', holds: () => 'a person reads every slip' },
      {
        name: 'no-chain-letters',
        severity: 'hard',
        field: 'subject',
        holds: ({ subject }) => !subject.includes('chain letter') || 'chain letters are not filed',
      },
    ],
    confidence: { critical: ['sender'], threshold: 0 },
    review: {
      groups: ['accounts-payable', 'accounts-payable-leads'],
      remindAfter: '1 hour',
      escalateAfter: '1 day',
      deadline: '2 days',
      deadlineDefault: 'reject',
      fourEyes: false,
      alikeBy: 'sender',
      stake: { otherwise: 2_000 },
      information: { proposeAgain: true },
      ...(undo ? { undo: [{ when: {}, for: '10 minutes' as const }], rejectReasons: REASONS } : {}),
    },
    effects: [
      {
        name: 'ticket',
        sink: 'help-desk',
        collection: 'tickets',
        title: ({ subject }) => `File a slip of ${subject.length} characters`,
        request: (slip, { caseId }) => ({ ...slip, caseId }),
        reversal: (_, { caseId }) => ({ caseId }),
      },
    ],
    evaluation: 'test',
  });
}

export const packs = [...ownPacks, slips('slips', false), slips('undo-slips', true)];
