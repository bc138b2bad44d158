import { z } from 'zod';

/** Milliseconds: always the same, or anything between. */
const latency = z.union([
  z.number().min(0).max(600_000),
  z
    .strictObject({ min: z.number().min(0), max: z.number().max(600_000) })
    .refine(({ min, max }) => min <= max, 'min is above max'),
]);

const faults = {
  /** How long the answer, or the error, takes in addition to the time it needs. */
  latencyMs: latency.optional(),
  /** An error of this HTTP status instead of an answer. */
  status: z.int().min(400).max(599).optional(),
  /** The error's code; alone it means status 429. */
  code: z.string().min(1).max(100).optional(),
  /** `Retry-After` as it stands in the header: seconds, an HTTP date, or nonsense. */
  retryAfter: z
    .string()
    .max(200)
    .regex(/^[\x20-\x7E]*$/, 'must be printable ASCII')
    .optional(),
  /** `retry-after-ms`, the header that OpenAI's SDK looks at first. */
  retryAfterMs: z.number().min(0).optional(),
  /** As Google says it, in the error's body: `retryDelay` of a google.rpc.RetryInfo, such as '2.5s'. */
  retryDelay: z
    .string()
    .regex(/^\d+(\.\d+)?s$/, "must be seconds, such as '2.5s'")
    .optional(),
  /** The model refuses, in these words. */
  refusal: z.union([z.boolean(), z.string().min(1).max(1000)]).optional(),
  /** The answer is cut by a content filter. */
  filtered: z.boolean().optional(),
  /** The answer is cut as if `max_output_tokens` had run out. */
  truncate: z.boolean().optional(),
  /** The text is no JSON. */
  invalidJson: z.boolean().optional(),
  /** The text is JSON, and breaks the schema. */
  schemaInvalid: z.boolean().optional(),
  /** Nothing is ever sent; the connection stays open until the client leaves. */
  hang: z.boolean().optional(),
  /** The connection is reset in the middle of the answer. */
  reset: z.boolean().optional(),
  /** The answer comes in small pieces: by default 16 bytes every 50 ms. */
  drip: z
    .union([z.boolean(), z.strictObject({ bytes: z.int().min(1).max(65_536), everyMs: z.number().min(1).max(60_000) })])
    .optional(),
};

const behaviourSchema = z.strictObject({
  ...faults,
  /** Share 0..1 of the calls that any of the faults above, and `obey`, apply to; 1 unless set. Drawn anew per attempt. */
  rate: z.number().min(0).max(1).optional(),
  /** Share 0..1 of the requests whose answer is made wrong but plausible, at unchanged confidence; fixed per request. */
  wrongRate: z.number().min(0).max(1).optional(),
  /** The property that `wrongRate` spoils; any unless set. */
  wrongField: z.string().min(1).optional(),
  /** Orders in the document are followed, with full confidence. */
  obey: z.boolean().optional(),
  /** These models only; others behave. */
  models: z.array(z.string()).optional(),
  /** Draws differ by seed; 0 unless set. */
  seed: z.union([z.number(), z.string()]).optional(),
  /**
   * The first `times` calls meet these faults, then the rest of the behaviour applies. Counted over all calls
   * (`server`, the default) or for each distinct request (`request`, the default when sent as a header).
   */
  failFirst: z
    .strictObject({ ...faults, times: z.int().min(0), per: z.enum(['server', 'request']).optional() })
    .optional(),
  /**
   * The provider's limit over all calls, with two seconds of burst: what is above it meets 429 `rate_limit_exceeded` with
   * a Retry-After that says when there is room. Part of the general behaviour only: a header cannot carry it, nor lift it.
   */
  limit: z
    .strictObject({
      requestsPerMinute: z.number().positive().max(1_000_000),
      tokensPerMinute: z.number().positive().max(1_000_000_000).optional(),
    })
    .optional(),
});

/** How the stand-in misbehaves. Empty: it does its best. */
export type Behaviour = z.infer<typeof behaviourSchema>;

/** What a single call meets. */
export type Faults = Omit<Behaviour, 'rate' | 'models' | 'failFirst' | 'limit' | 'seed' | 'wrongRate'> & {
  wrong?: boolean;
};

type BehaviourRead = { ok: true; behaviour: Behaviour } | { ok: false; field: string; message: string };

/** Reads a behaviour from JSON; on failure says which field is at fault. */
export function readBehaviour(value: unknown): BehaviourRead {
  const result = behaviourSchema.safeParse(value);
  if (result.success) return { ok: true, behaviour: result.data };
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join('.') || 'behaviour';
  return { ok: false, field, message: `${field}: ${issue?.message ?? 'invalid'}` };
}
