/** One call as the stand-in saw it. `outcome` is what it did, `status` the HTTP status it sent (0: none). */
export interface Call {
  id: string;
  at: string;
  endpoint: string;
  model: string;
  outcome: string;
  status: number;
  inputTokens: number;
  outputTokens: number;
  metadata: Record<string, unknown>;
}

/** Exact sums over all calls since the start or the last `clear`. */
interface CallTotals {
  calls: number;
  inputTokens: number;
  outputTokens: number;
}

const KEPT = 50_000;

/** The record of calls: the last 50,000 in full, exact counts of all. */
export class CallLog {
  #calls: Call[] = [];
  #next = 0;
  #counts: Record<string, number> = {};
  #totals: CallTotals = { calls: 0, inputTokens: 0, outputTokens: 0 };

  add(call: Call): void {
    this.#calls[this.#next] = call;
    this.#next = (this.#next + 1) % KEPT;
    this.#counts[call.outcome] = (this.#counts[call.outcome] ?? 0) + 1;
    const { calls, inputTokens, outputTokens } = this.#totals;
    this.#totals = {
      calls: calls + 1,
      inputTokens: inputTokens + call.inputTokens,
      outputTokens: outputTokens + call.outputTokens,
    };
  }

  /** The newest `limit` calls, oldest first, with the counts by outcome and totals of all. */
  read(limit = KEPT): { calls: Call[]; counts: Record<string, number>; totals: CallTotals } {
    const isFull = this.#calls.length === KEPT;
    const ordered = isFull ? [...this.#calls.slice(this.#next), ...this.#calls.slice(0, this.#next)] : this.#calls;
    const calls = limit > 0 ? ordered.slice(-limit) : [];
    return { calls, counts: { ...this.#counts }, totals: this.#totals };
  }

  clear(): void {
    this.#calls = [];
    this.#next = 0;
    this.#counts = {};
    this.#totals = { calls: 0, inputTokens: 0, outputTokens: 0 };
  }
}
