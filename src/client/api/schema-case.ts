import { z } from 'zod';
import { informationRequestSchema } from './schema-information.ts';
import type { CaseOutcome, Stage } from '../../domain/case.ts';

export const STAGES = [
  'received',
  'proposing',
  'waiting-for-model',
  'review',
  'information-asked',
  'deciding',
  'undo-window',
  'writing',
  'compensating',
  'closed',
] as const satisfies readonly Stage[];
export const OUTCOMES = [
  'written',
  'rejected',
  'cancelled',
  'reversed',
  'duplicate',
  'split',
  'orphaned',
] as const satisfies readonly CaseOutcome[];

const at = z.iso.datetime().describe('ISO 8601');
const output = z.record(z.string(), z.unknown());

const reasonSchema = z.object({
  code: z.string(),
  message: z.string(),
  field: z.string().optional(),
});

const ruleSchema = z.object({
  name: z.string(),
  severity: z.enum(['hard', 'soft']),
  holds: z.boolean(),
  message: z.string().optional(),
  field: z.string().optional(),
});

const evidenceSchema = z.object({
  document: z.int().describe('Index into the sources.'),
  start: z.int().describe('UTF-16 code units into the text of the source.'),
  end: z.int(),
  quote: z.string().describe('What stands there, at most 300 characters.'),
});

const preparedSchema = z.object({
  name: z.string(),
  title: z.string(),
  sink: z.string(),
  collection: z.string(),
  request: output,
});

export const taskSchema = z.object({
  taskNo: z.int(),
  kind: z.enum(['proposal', 'effect-unknown', 'compensation']),
  seen: z.string().describe('The digest to send with a verdict: what the reviewer saw.'),
  digest: z
    .string()
    .describe('Of everything that is shown, SHA-256 in hex: what is countersigned. A verdict may carry it too.'),
  group: z.string().describe('Who is asked: a group, or a named person.'),
  standsFor: z.string().optional().describe('The person who is away, and in whose place that one is asked.'),
  assignee: z.string().optional().describe('Who of the group has it. Absent: nobody. Others may answer it too.'),
  next: z.array(z.string()).readonly().describe('Who is asked after that, in this order.'),
  reasons: z.array(reasonSchema).describe('Why a person is asked.'),
  proposal: output.nullable().describe('Null when there is no valid proposal: amend or reject.'),
  confidence: z.record(z.string(), z.number().nullable()).describe('0..1 per answer field; null: the model gave none.'),
  evidence: z.record(z.string(), evidenceSchema.nullable()),
  rules: z.array(ruleSchema),
  effects: z.array(preparedSchema).describe('What approving writes.'),
  facts: z
    .array(z.object({ title: z.string(), shown: z.string() }))
    .describe('Facts that are read again before the write; when one has changed, it is asked again.'),
  effectKey: z.string().optional().describe('The effect that the question is about, if it is about one.'),
  approvals: z
    .object({ needed: z.int(), by: z.array(z.string()).readonly() })
    .optional()
    .describe('How many different people must approve, and who has. Absent: one.'),
  openedAt: at,
  dueAt: at,
  remindAt: at,
  closedAt: at.nullable(),
});
export type TaskBody = z.output<typeof taskSchema>;

const modelCallSchema = z.object({
  callId: z.string(),
  provider: z.string(),
  model: z.string(),
  responseModel: z.string().describe('The model that says it answered.'),
  attempt: z.int(),
  outcome: z.string(),
  answer: z.string().describe('What the model said.'),
  inputTokens: z.int(),
  outputTokens: z.int(),
  cachedTokens: z.int(),
  costMicros: z.int().nullable().describe('Millionths of the currency of the price list; null: no price known.'),
  latencyMs: z.number(),
  failure: z.object({ type: z.string(), message: z.string() }).nullable(),
  startedAt: at,
  finishedAt: at.nullable(),
});

export const caseSummarySchema = z.object({
  caseId: z.string(),
  packId: z.string(),
  caseKey: z.string(),
  revision: z.int(),
  owner: z.string().describe('The named person who answers for the process.'),
  stage: z.enum(STAGES),
  outcome: z.enum(OUTCOMES).nullable(),
  reason: z.string().nullable(),
  receivedAt: at,
  touchedAt: at,
  closedAt: at.nullable(),
});
export type CaseSummary = z.output<typeof caseSummarySchema>;

export const caseFileSchema = caseSummarySchema
  .extend({
    submittedBy: z.string().nullable(),
    channel: z.string(),
    documents: z.array(
      z.object({ hash: z.string(), name: z.string(), mediaType: z.string(), size: z.int(), href: z.string() }),
    ),
    plan: z
      .object({
        packVersion: z.string(),
        packHash: z.string(),
        threshold: z.number(),
        models: z.array(z.object({ provider: z.string(), model: z.string() })),
        groups: z.array(z.string()),
        fourEyes: z.boolean(),
      })
      .nullable()
      .describe('What the case is judged by, pinned at ingest.'),
    findings: z.array(
      z.object({ name: z.string(), severity: z.enum(['note', 'review', 'refuse']), message: z.string() }),
    ),
    sources: z
      .array(z.object({ name: z.string(), text: z.string() }))
      .optional()
      .describe('The cleaned texts, only with ?sources=true.'),
    modelCalls: z.array(modelCallSchema),
    cost: z.object({
      micros: z.int().describe('Of the calls whose price is known.'),
      unpriced: z.int().describe('Calls whose price is not known.'),
      inputTokens: z.int(),
      outputTokens: z.int(),
    }),
    task: taskSchema.nullable().describe('The open review task.'),
    formerTasks: z.array(taskSchema),
    verdicts: z.array(
      z.object({
        verdictId: z.string(),
        channel: z.string(),
        verdict: z.string(),
        by: z.string(),
        accepted: z.boolean(),
        refusal: z.object({ code: z.string(), message: z.string() }).nullable(),
        reason: z.string().nullable(),
        taskNo: z.int().nullable(),
        at,
      }),
    ),
    information: z.array(informationRequestSchema).describe('What the submitter was asked, oldest first.'),
    decisions: z.array(
      z.object({
        decisionNo: z.int(),
        kind: z.enum(['accept', 'reject']),
        by: z.string(),
        byPolicy: z.boolean(),
        output: output.nullable(),
        reason: z.string().nullable(),
        taskNo: z.int().nullable(),
        at,
        approvedBy: z.array(z.string()).describe('All who approved, where more than one had to; else nobody.'),
        undo: z
          .object({ until: at, seen: z.string() })
          .nullable()
          .describe('Until then the approval can be taken back, by the verdict `withdraw` with this `seen`.'),
        withdrawnBy: z.string().nullable(),
      }),
    ),
    effects: z.array(
      z.object({
        key: z.string().describe('The idempotency key.'),
        decisionNo: z.int(),
        name: z.string(),
        title: z.string(),
        sink: z.string(),
        state: z.enum(['pending', 'applied', 'refused', 'unknown', 'compensated', 'abandoned']),
        reference: z.string().nullable().describe("The business system's own reference."),
        reason: z.string().nullable(),
        calledAt: at.nullable(),
        settledAt: at.nullable(),
      }),
    ),
    events: z
      .array(z.object({ seq: z.int(), at, kind: z.string(), data: z.record(z.string(), z.unknown()) }))
      .describe('The audit trail of the case.'),
    links: z.object({
      self: z.string(),
      audit: z.string(),
      receipt: z.string().describe('What an auditor checks without this server.'),
      temporalUi: z.string().optional(),
    }),
  })
  .describe('Everything known about a case.');
export type CaseFileBody = z.output<typeof caseFileSchema>;

export const casePageSchema = z.object({
  cases: z.array(caseSummarySchema).describe('Newest first.'),
  cursor: z.string().optional().describe('Send it back for the next page; absent on the last one.'),
});
export type CasePage = z.output<typeof casePageSchema>;

export const caseQuerySchema = z.object({
  stage: z.enum(STAGES).optional(),
  packId: z.string().optional(),
  outcome: z.enum(OUTCOMES).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().optional(),
});
export type CaseQuery = Omit<z.input<typeof caseQuerySchema>, 'limit'> & { limit?: number };
