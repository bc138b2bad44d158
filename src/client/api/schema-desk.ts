import { z } from 'zod';
import { assertionSchema } from '../../domain/passkey.ts';
import { caseFileSchema, caseSummarySchema, STAGES } from './schema-case.ts';

const at = z.iso.datetime().describe('ISO 8601');
const lease = z.object({ by: z.string(), until: at }).nullable();
const person = z.string().trim().min(1, 'give the name of the person').max(200).optional().describe('Left out: you.');
const caseId = z.string().min(1);
const taskNo = z.int().min(1);

const ORDERS = ['value', 'priority', 'due'] as const;

const filterFields = {
  packId: z.string().max(200).optional(),
  group: z.string().max(200).optional(),
  reason: z.string().max(100).optional().describe('A reason code, such as low-confidence.'),
  text: z.string().max(200).optional().describe('A part of the case key; case is ignored.'),
  alike: z.string().max(500).optional().describe('What makes cases alike, e.g. the supplier.'),
  claimedBy: z.string().max(200).optional().describe('Only what this person holds.'),
  assigned: z.enum(['me', 'nobody']).optional().describe('Only what is assigned to you, or to nobody who is there.'),
};

export const queueQuerySchema = z.object({
  ...filterFields,
  snoozed: z.stringbool().optional().describe('true: what was put off until later, and only that.'),
  order: z.enum(ORDERS).default('value').describe('value: expected cost per second of review, highest first.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().optional(),
});

export const queueItemSchema = z.object({
  caseId,
  taskNo,
  packId: z.string(),
  caseKey: z.string(),
  revision: z.int(),
  kind: z.enum(['proposal', 'effect-unknown', 'compensation']),
  seen: z.string(),
  group: z.string(),
  assignee: z.string().nullable().describe('Who of the group has it; null: nobody who is there.'),
  codes: z.array(z.string()).describe('Codes of the reasons.'),
  confidence: z.number().describe('0..1, the least of the critical fields; 0 where the model gave none.'),
  stake: z.number().describe('Minor units: the amount that the pack names, or its default.'),
  alike: z.string().nullable(),
  approvable: z.boolean(),
  priority: z.int().describe('1: something may be half written; 2: went on to another group; 3: the rest.'),
  effects: z.array(z.string()).describe('What approving does.'),
  needed: z.int(),
  approvedBy: z.array(z.string()),
  openedAt: at,
  dueAt: at,
  value: z.number().describe('Expected cost per second of review, minor units.'),
  claim: lease,
  snooze: lease,
});
export type QueueItemBody = z.output<typeof queueItemSchema>;

export const queuePageSchema = z.object({
  items: z.array(queueItemSchema),
  asOf: at,
  cursor: z.string().optional(),
});
export type QueuePageBody = z.output<typeof queuePageSchema>;

const byName = z.record(z.string(), z.int());
export const deskCountsSchema = z.object({
  total: z.int(),
  overdue: z.int(),
  snoozed: z.int(),
  packs: byName,
  groups: byName,
  reasons: byName,
  forecast: z.object({
    perHour: z.number().describe('Answers of the last hour by all reviewers, or what one does by default.'),
    measured: z.boolean().describe('False: nobody has answered in the last hour, so one reviewer is assumed.'),
    missed: z.int().describe('Waiting questions that will be answered too late at this speed.'),
    oneMoreHour: z.object({ saved: z.int(), worth: z.number().describe('Minor units.') }),
  }),
});
export type DeskCountsBody = z.output<typeof deskCountsSchema>;

export const searchQuerySchema = z.object({
  text: z.string().max(200).optional().describe('A part of the case key; case is ignored.'),
  stage: z
    .enum(STAGES)
    .optional()
    .describe('undo-window: approved, and can still be taken back; writing: being written.'),
  answeredBy: z.string().max(200).optional().describe('Only what this person has answered, the latest answer first.'),
});
export const foundCasesSchema = z.object({
  cases: z.array(
    caseSummarySchema.extend({
      undo: z
        .object({ until: at, seen: z.string().describe('To withdraw on.'), by: z.string() })
        .nullable()
        .describe('While an approval can still be taken back.'),
    }),
  ),
});
export type FoundCasesBody = z.output<typeof foundCasesSchema>;

export const stepAfterSchema = z.object({
  kind: z.enum(['escalate', 'reject', 'keep-waiting', 'hand-to']),
  at,
  to: z.string().optional().describe('The group or person who is asked then.'),
});
export type StepAfter = z.output<typeof stepAfterSchema>;

const commentSchema = z.object({ commentNo: z.int(), by: z.string(), body: z.string(), at });

export const deskTaskSchema = caseFileSchema.extend({
  desk: z.object({
    schema: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('JSON Schema of the output, of the pinned pack version.'),
    critical: z.array(z.string()).describe('Fields whose confidence decides whether a person is asked.'),
    rejectReasons: z
      .array(z.object({ code: z.string(), words: z.string() }))
      .describe('What the pinned pack version offers; a rejection may carry one as reasonCode.'),
    next: z.array(stepAfterSchema).describe('What happens when nobody answers, in order.'),
    changed: z
      .object({
        sinceTaskNo: z.int(),
        fields: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
        reasons: z.array(z.string()).describe('Sentences that were no reason before.'),
      })
      .nullable()
      .describe('Against the question before; null: it is the first.'),
    claim: lease,
    snooze: lease,
    comments: z.array(commentSchema),
  }),
});
export type DeskTaskBody = z.output<typeof deskTaskSchema>;

const task = { caseId, taskNo, by: person };
export const lookSchema = z.strictObject(task);
export const claimSchema = z.strictObject({
  ...task,
  takeOver: z
    .strictObject({ reason: z.string().trim().min(1, 'say why').max(500) })
    .optional()
    .describe('Also from somebody else; stands in the audit trail.'),
});
export const claimedSchema = z.object({ until: at });
export const snoozeSchema = z.strictObject({ ...task, until: z.iso.datetime({ offset: true }).describe('ISO 8601') });
export const commentBodySchema = z.strictObject({ caseId, by: person, body: z.string().trim().min(1).max(4000) });
export const commentedSchema = commentSchema;

const savedFilter = z.strictObject({
  ...filterFields,
  snoozed: z.boolean().optional(),
  order: z.enum(ORDERS).optional(),
});
export type SavedFilter = z.output<typeof savedFilter>;
export const saveViewSchema = z.strictObject({ filter: savedFilter, by: person });
export const viewsSchema = z.object({
  views: z.array(
    z.object({
      name: z.string(),
      filter: savedFilter,
      by: z.string(),
      count: z.int(),
      nextDueAt: at.nullable(),
      oldestAt: at.nullable(),
    }),
  ),
});
export type ViewsBody = z.output<typeof viewsSchema>;

export const alikeGroupsSchema = z.object({
  groups: z.array(
    z.object({
      packId: z.string(),
      codes: z.array(z.string()),
      alike: z.string().nullable(),
      group: z.string(),
      count: z.int(),
      stake: z.number(),
    }),
  ),
});
export type AlikeGroupsBody = z.output<typeof alikeGroupsSchema>;

const ofGroup = z.strictObject({
  packId: z.string(),
  codes: z.array(z.string()),
  alike: z.string().nullable(),
  group: z.string(),
});
export const startBulkSchema = z.strictObject({
  by: person,
  tasks: z
    .array(z.strictObject({ caseId, taskNo, seen: z.string() }))
    .min(2, 'select at least two')
    .max(200)
    .optional(),
  like: ofGroup.optional().describe('In place of tasks: all that are alike, at most 200.'),
});
export const bulkSchema = z.object({
  bulkId: z.uuid(),
  by: z.string(),
  at,
  verdict: z.string().nullable(),
  decidedAt: at.nullable(),
  members: z
    .array(
      z.object({
        caseId,
        caseKey: z.string(),
        taskNo,
        seen: z.string(),
        confidence: z.number(),
        stake: z.number(),
        effects: z.array(z.string()),
        mustOpen: z.boolean().describe('Drawn at random: has to be opened before the verdict.'),
        openedAt: at.nullable(),
        open: z.boolean(),
      }),
    )
    .describe('Those that are least like the others first.'),
});
export type BulkBody = z.output<typeof bulkSchema>;
const reason = z.string().trim().min(1).max(2000).optional();
const passkey = assertionSchema.optional().describe('What your passkey signed for all of them, where you have one.');
const reasonCode = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .optional()
  .describe("Of a rejection: which of the pack's reasons it is.");
export const bulkVerdictSchema = z.strictObject({
  by: person,
  verdict: z.enum(['approve', 'reject']),
  reason: reason.describe('Required to reject.'),
  reasonCode,
  passkey,
});
export const bulkWithdrawSchema = z.strictObject({ by: person, reason, passkey });
export const bulkSigningSchema = z.strictObject({
  verdict: z.enum(['approve', 'reject', 'withdraw']),
  reason,
  reasonCode,
});
export const bulkLineSchema = z.object({
  caseId,
  accepted: z.boolean(),
  code: z.string().optional(),
  message: z.string().optional(),
});
export type BulkLine = z.output<typeof bulkLineSchema>;
