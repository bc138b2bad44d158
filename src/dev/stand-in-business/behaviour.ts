import { z } from 'zod';
import { COLLECTION_NAMES, type Collection } from './books.ts';

const collection = z.enum(COLLECTION_NAMES as [Collection, ...Collection[]]);
const refusal = z.strictObject({ code: z.string().min(1), message: z.string().min(1) });

/** What a caller of the system can do. */
const callSchema = z.enum(['create', 'reversal', 'look-up']);
type Call = z.infer<typeof callSchema>;

/** Body of `PUT /admin/behaviour`: how the system misbehaves until told otherwise. */
export const behaviourSchema = z
  .strictObject({
    /** For this collection alone; without it for all that have no rule of their own. */
    collection: collection.optional(),
    /** Waits this long before anything else. */
    latencyMs: z.number().int().min(0).max(600_000).optional(),
    /** Closes the connection without an answer; nothing is booked. */
    down: z.boolean().optional(),
    /** Answers this HTTP status; nothing is booked unless `afterApplying`. */
    status: z.number().int().min(400).max(599).optional(),
    /** With `status`: the document is booked first. */
    afterApplying: z.boolean().optional(),
    /** Books the document, then closes the connection without an answer. */
    resetAfterApplying: z.boolean().optional(),
    /** A permanent refusal of new documents (a closed period, a blocked supplier): 422 with `permanent: true`. */
    refuse: refusal.optional(),
    /** The same for reversals. */
    refuseReversal: refusal.optional(),
    /** Only the next so many calls that the rule applies to; then it is gone. */
    times: z.number().int().min(1).optional(),
    /** Share of calls it applies to, 0 to 1; all by default. */
    rate: z.number().min(0).max(1).optional(),
    /** Only these calls. By default whatever the fault can meet: writes alone for those that book or refuse. */
    calls: z.array(callSchema).min(1).optional(),
  })
  .refine((rule) => rule.afterApplying !== true || rule.status !== undefined, {
    path: ['afterApplying'],
    message: 'needs the status to answer with',
  });
export type Behaviour = z.infer<typeof behaviourSchema>;

/** Body of `PUT /admin/settings`. */
export const settingsSchema = z.strictObject({
  collection: collection.optional(),
  /** True: a repeated Idempotency-Key answers the first result again. */
  honourIdempotencyKey: z.boolean(),
});

/** Query of `DELETE /admin/behaviour`: one rule, or all without it. */
export const deleteQuerySchema = z.strictObject({ collection: collection.optional() });

/** In place of the proper answer. */
export type Failure =
  { kind: 'close' } | { kind: 'status'; status: number } | { kind: 'refuse'; code: string; message: string };

/** What happens to one call. */
export interface Fault {
  latencyMs: number;
  /** Fails it without doing what was asked. */
  before: Failure | undefined;
  /** Fails it although it was done. */
  after: Failure | undefined;
}

type Rule = Behaviour & { left: number };

/** The rules in force: one per collection, and one for all that have none. They are gone after a restart. */
export class Behaviours {
  readonly #rules = new Map<Collection | 'all', Rule>();
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  set(behaviour: Behaviour): void {
    this.#rules.set(behaviour.collection ?? 'all', { ...behaviour, left: behaviour.times ?? Infinity });
  }

  clear(name?: Collection): void {
    if (name === undefined) this.#rules.clear();
    else this.#rules.delete(name);
  }

  /** The rules as they were set, `times` being what is left of it. */
  list(): Behaviour[] {
    return [...this.#rules.values()].map(({ left, ...rule }) => (left === Infinity ? rule : { ...rule, times: left }));
  }

  /** What the rules do to this call. Counts it if they do anything. */
  next(name: Collection, kind: Call): Fault | undefined {
    const slot = this.#rules.has(name) ? name : 'all';
    const rule = this.#rules.get(slot);
    if (!rule || (rule.calls && !rule.calls.includes(kind))) return undefined;
    const fault = faultOf(rule, kind);
    if (fault.latencyMs === 0 && !fault.before && !fault.after) return undefined;
    if (rule.rate !== undefined && this.#random() >= rule.rate) return undefined;
    if (--rule.left <= 0) this.#rules.delete(slot);
    return fault;
  }
}

function faultOf(rule: Rule, kind: Call): Fault {
  const writes = kind !== 'look-up';
  const fault: Fault = { latencyMs: rule.latencyMs ?? 0, before: undefined, after: undefined };
  const refused = kind === 'create' ? rule.refuse : kind === 'reversal' ? rule.refuseReversal : undefined;
  if (rule.down) fault.before = { kind: 'close' };
  else if (rule.status !== undefined && !rule.afterApplying) fault.before = { kind: 'status', status: rule.status };
  else if (refused) fault.before = { kind: 'refuse', ...refused };
  if (writes && rule.resetAfterApplying) fault.after = { kind: 'close' };
  else if (writes && rule.afterApplying && rule.status !== undefined)
    fault.after = { kind: 'status', status: rule.status };
  return fault;
}
