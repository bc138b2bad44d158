/** What a review is, said anew and as simply as possible, to hold the real one against. */
export const GROUPS = ['clerks', 'leads', 'board'];
export const SUBMITTER = 'sam';
export const WINDOW_MS = 600_000;
/** Amounts: one approval and written at once; one, and held back; two, and held back. */
export const AMOUNTS = [100, 600, 2000] as const;

export interface Question {
  taskNo: number;
  seen: string;
  amount: number;
  needed: number;
  by: string[];
  group: string;
  rest: string[];
  /** The open question to the submitter. */
  asks?: string;
}

export interface Decided {
  decisionNo: number;
  seen: string;
  amount: number;
  until?: number;
  withdrawn?: boolean;
}

/** The state of one case. */
export class Model {
  readonly proposed: number;
  question: Question | undefined;
  decisions: Decided[] = [];
  ended: 'written' | 'rejected' | undefined;
  answered = new Set<string>();
  asked = new Set<string>();

  constructor(proposed: number) {
    this.proposed = proposed;
  }

  get latest(): Decided | undefined {
    return this.decisions.at(-1);
  }

  /** True while an approval can still be taken back. */
  get isHeldBack(): boolean {
    return !this.ended && !this.question && this.latest?.until !== undefined && this.latest.withdrawn !== true;
  }

  /** Why a verdict is refused; undefined: it is taken. */
  refuses(said: Said, now: number): string | undefined {
    const { verdict, by, seen } = said;
    if (verdict === 'withdraw') return this.#refusesWithdrawal(seen, now);
    const { question } = this;
    if (!question) return 'case-not-waiting';
    if (seen !== question.seen) return 'stale';
    if (by.trim().toLowerCase() === SUBMITTER) return 'four-eyes';
    const approved = (name: string) => question.by.includes(name.trim().toLowerCase());
    switch (verdict) {
      case 'confirm':
        return 'not-allowed-here';
      case 'escalate':
        return question.rest.length === 0 ? 'nobody-left' : undefined;
      case 'request-information':
        return question.asks === undefined ? undefined : 'information-asked';
      case 'reassign':
        if (said.to === question.group) return 'not-allowed-here';
        if (said.to === SUBMITTER) return 'four-eyes';
        return approved(said.to) ? 'same-person' : undefined;
      case 'approve':
        return approved(by) ? 'same-person' : undefined;
      case 'amend':
        return said.output.amount < 0 ? 'rule-broken' : undefined;
      case 'reject':
        return undefined;
    }
  }

  #refusesWithdrawal(seen: string, now: number): string | undefined {
    const { latest } = this;
    if (!latest?.until) return 'nothing-to-withdraw';
    if (seen !== latest.seen) return this.isHeldBack ? 'stale' : 'nothing-to-withdraw';
    if (latest.withdrawn) return 'already-decided';
    return this.isHeldBack && now < latest.until ? undefined : 'window-over';
  }
}

export type Said = { by: string; seen: string } & (
  | { verdict: 'approve' | 'withdraw' }
  | { verdict: 'reject' | 'confirm' | 'escalate'; reason: string }
  | { verdict: 'amend'; output: { amount: number; supplier: string } }
  | { verdict: 'reassign'; to: string }
  | { verdict: 'request-information'; question: string; proposeAgain: boolean }
);

export const neededFor = (amount: number) => (amount >= 1000 ? 2 : 1);
export const isHeld = (amount: number) => amount >= 500;
