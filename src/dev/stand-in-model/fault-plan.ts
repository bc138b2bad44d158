import type { Behaviour, Faults } from './behaviour.ts';
import { chance, digest } from './random.ts';
import { RateLimit } from './rate-limit.ts';

const MOST_REMEMBERED = 100_000;

/** One call as the plan needs to know it: equal `key` means the same request again. */
interface PlannedCall {
  key: string;
  model: string;
}

/**
 * Decides what a call meets. Draws depend on the behaviour's seed, the request and how often it came, not on the order
 * of calls, so a run with concurrent calls can be repeated; a retry of the same request is drawn anew.
 */
export class FaultPlan {
  #behaviour: Behaviour = {};
  #limit: RateLimit | undefined;
  readonly #counts = new Map<string, number>();

  constructor(behaviour: Behaviour) {
    this.set(behaviour);
  }

  get behaviour(): Behaviour {
    return this.#behaviour;
  }

  /** Takes a behaviour for all later calls and starts counting anew. */
  set(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    this.#limit = behaviour.limit && new RateLimit(behaviour.limit, performance.now());
    this.#counts.clear();
  }

  /** Asks the limit for a call of so many tokens: 0 when it may pass, else the ms after which there is room. */
  admit({ model, tokens }: { model: string; tokens: number }): number {
    const { models } = this.#behaviour;
    if (!this.#limit || (models && !models.includes(model))) return 0;
    return this.#limit.take(tokens, performance.now());
  }

  /** The faults of a call; `own` is a behaviour that the request itself carries, and replaces the general one. */
  next(call: PlannedCall, own?: Behaviour): Faults {
    const behaviour = own ?? this.#behaviour;
    if (behaviour.models && !behaviour.models.includes(call.model)) return {};
    const scope = own === undefined ? 'all' : digest(JSON.stringify(own));
    const attempt = this.#count(`${scope} ${call.key}`);
    const {
      rate = 1,
      wrongRate = 0,
      wrongField,
      models: _models,
      limit: _limit,
      failFirst,
      seed = 0,
      ...faults
    } = behaviour;
    if (failFirst) {
      const { times, per = own === undefined ? 'server' : 'request', ...first } = failFirst;
      const calls = per === 'request' ? attempt : this.#count(scope);
      if (calls <= times) return first;
    }
    const wrong = chance(seed, 'wrong', call.key) < wrongRate;
    const applies = chance(seed, 'rate', call.key, attempt) < rate;
    return {
      ...(applies ? faults : {}),
      ...(wrong ? { wrong, ...(wrongField === undefined ? {} : { wrongField }) } : {}),
    };
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.delete(key);
    this.#counts.set(key, count);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > MOST_REMEMBERED && oldest !== undefined) this.#counts.delete(oldest);
    return count;
  }
}

/** The latency of a call in milliseconds. */
export function latencyOf({ latencyMs = 0 }: Faults, key: string): number {
  if (typeof latencyMs === 'number') return latencyMs;
  return latencyMs.min + chance('latency', key) * (latencyMs.max - latencyMs.min);
}
