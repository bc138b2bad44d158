/** What a review is, said anew and as simply as possible, to hold the real one against. */
export const GROUPS = ['clerks', 'leads', 'board'];
export const SUBMITTER = 'sam';
/** All who are in the directory; only the clerks are known by name. */
export const PEOPLE = ['rita', 'lea', 'kim', 'petra', SUBMITTER];
export const CLERKS = ['rita', 'lea'];
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
  /** In whose place `group` is asked. */
  standsFor?: string | undefined;
  /** The open question to the submitter. */
  asks?: Asks;
}

export interface Asks {
  requestId: string;
  proposeAgain: boolean;
}

/** A question that is to be put. */
export type Next = Omit<Question, 'taskNo' | 'seen' | 'asks'>;

export interface Decided {
  decisionNo: number;
  seen: string;
  amount: number;
  until?: number;
  withdrawn?: boolean;
}

/** What a verdict that is taken leads to. */
export type Taken =
  | { kind: 'moved' | 'submitter-asked' | 'counted' | 'decided' | 'rejected' }
  | { kind: 'asked-anew' | 'taken-back'; next: Next };

/** The state of one case. */
export class Model {
  readonly proposed: number;
  readonly windowMs: number;
  question: Question | undefined;
  decisions: Decided[] = [];
  ended: 'written' | 'rejected' | undefined;
  answered = new Set<string>();
  asked = new Set<string>();
  /** Who is away, and who answers meanwhile. */
  readonly away = new Map<string, string | null>();
  /** Who is asked about a proposal, and how many must approve at least. */
  #base: Pick<Question, 'needed' | 'group' | 'standsFor' | 'rest'> = { needed: 1, ...inTurn() };

  constructor(proposed: number, windowMs: number) {
    this.proposed = proposed;
    this.windowMs = windowMs;
  }

  get latest(): Decided | undefined {
    return this.decisions.at(-1);
  }

  /** True while an approval can still be taken back. */
  get isHeldBack(): boolean {
    return !this.ended && !this.question && this.latest?.until !== undefined && this.latest.withdrawn !== true;
  }

  /** Decided, and written as soon as nothing holds it back. */
  get toWrite(): Decided | undefined {
    const { latest } = this;
    return this.ended || this.question || latest?.withdrawn ? undefined : latest;
  }

  /** The question about the model's proposal. */
  get first(): Next {
    const { needed, group, standsFor, rest } = this.#base;
    return {
      amount: this.proposed,
      needed: Math.max(neededFor(this.proposed), needed),
      by: [],
      group,
      standsFor,
      rest: [...rest],
    };
  }

  /** Why a verdict is refused; undefined: it is taken. */
  refuses(said: Said, now: number): string | undefined {
    const { verdict, by, seen } = said;
    if (verdict === 'withdraw') return this.#refusesWithdrawal(seen, now);
    const { question } = this;
    if (!question) return 'case-not-waiting';
    if (seen !== question.seen) return 'stale';
    if (plain(by) === SUBMITTER) return 'four-eyes';
    const approved = (name: string) => question.by.includes(plain(name));
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
        if (approved(said.to)) return 'same-person';
        return this.#answererOf(said.to, question) ? undefined : 'absent';
      case 'approve':
        return approved(by) ? 'same-person' : undefined;
      case 'amend':
        return said.output.amount < 0 ? 'rule-broken' : undefined;
      case 'reject':
        return undefined;
    }
  }

  /** Takes in a verdict that is not refused. */
  take(said: Said, now: number): Taken {
    if (said.verdict === 'withdraw') {
      if (this.latest) this.latest.withdrawn = true;
      return { kind: 'taken-back', next: this.first };
    }
    const question = this.#asked();
    switch (said.verdict) {
      case 'escalate':
        this.escalated();
        return { kind: 'moved' };
      case 'reassign':
        question.group = said.to;
        question.standsFor = undefined;
        if (GROUPS.includes(said.to)) question.rest = inTurn(said.to).rest;
        return { kind: 'moved' };
      case 'request-information':
        return { kind: 'submitter-asked' };
      case 'reject':
        this.question = undefined;
        this.ended = 'rejected';
        return { kind: 'rejected' };
      case 'approve':
      case 'amend':
        return this.#accept(question, said, now);
      case 'confirm':
        throw new Error('confirm is never taken here');
    }
  }

  /** Nobody answered, or somebody said so: the next group is asked. */
  escalated(): void {
    const question = this.#asked();
    const [group, ...rest] = question.rest;
    if (group === undefined) throw new Error('nobody is left to escalate to');
    Object.assign(question, { group, rest, standsFor: undefined });
  }

  /** People have come or gone: whom the question asks now. The submitter is asked on whoever is away. */
  replan(): void {
    const { question } = this;
    if (!question || question.asks) return;
    const chain = [question.standsFor ?? question.group, ...question.rest];
    for (const [at, name] of chain.entries()) {
      const found = this.#answererOf(name, question);
      if (!found) continue;
      const changes = found.group !== question.group || found.standsFor !== question.standsFor;
      if (changes) Object.assign(question, { standsFor: undefined, ...found, rest: chain.slice(at + 1) });
      return;
    }
  }

  /** The question stands as it was put. */
  ask({ taskNo, seen }: Pick<Question, 'taskNo' | 'seen'>, next: Next): void {
    this.question = { taskNo, seen, ...next };
  }

  askSubmitter(asks: Asks): void {
    this.#asked().asks = asks;
    this.asked.add(asks.requestId);
  }

  /** Why the submitter's answer is refused; undefined: it is taken. */
  refusesAnswer(requestId: string): string | undefined {
    if (requestId === this.question?.asks?.requestId) return undefined;
    if (!this.asked.has(requestId)) return 'no-such-request';
    return this.answered.has(requestId) ? 'already-answered' : 'too-late';
  }

  /** Takes in the submitter's answer: what is asked then. Approvals that were given without it do not count. */
  answer(): Next {
    const { asks, needed, group, standsFor, rest, amount } = this.#asked();
    if (asks) this.answered.add(asks.requestId);
    if (!asks?.proposeAgain) return { amount, needed, by: [], group, standsFor, rest };
    this.#base = { needed, group, standsFor, rest };
    return this.first;
  }

  /** The submitter did not answer in time: what is asked then. */
  unanswered(): Next {
    const { needed, group, standsFor, rest, amount } = this.#asked();
    return { amount, needed, by: [], group, standsFor, rest };
  }

  #answererOf(name: string, { by }: Question): { group: string; standsFor?: string } | undefined {
    const may = (person: string | undefined) => person !== undefined && person !== SUBMITTER && !by.includes(person);
    if (PEOPLE.includes(name)) {
      if (!this.away.has(name)) return { group: name };
      const standIn = may(name) ? this.#standInOf(name) : undefined;
      return standIn !== undefined && may(standIn) ? { group: standIn, standsFor: name } : undefined;
    }
    const clerks = name === GROUPS[0] ? CLERKS.filter(may) : [];
    const answered = clerks.some((one) => !this.away.has(one) || may(this.#standInOf(one)));
    return clerks.length === 0 || answered ? { group: name } : undefined;
  }

  #standInOf(name: string): string | undefined {
    let one: string | null | undefined = name;
    for (let left = PEOPLE.length; left > 0 && one && this.away.has(one); left -= 1) one = this.away.get(one);
    return one && !this.away.has(one) ? one : undefined;
  }

  #accept(question: Question, said: Extract<Said, { verdict: 'approve' | 'amend' }>, now: number): Taken {
    const amends = said.verdict === 'amend';
    const amount = amends ? said.output.amount : question.amount;
    const needed = Math.max(question.needed, neededFor(amount));
    const by = amends ? [plain(said.by)] : [...question.by, plain(said.by)];
    if (amends && needed > 1) return { kind: 'asked-anew', next: { amount, needed, by, ...inTurn() } };
    if (by.length < needed) {
      question.by = by;
      return { kind: 'counted' };
    }
    const until = isHeld(amount) ? { until: now + this.windowMs } : {};
    this.decisions.push({ decisionNo: this.decisions.length + 1, seen: question.seen, amount, ...until });
    this.question = undefined;
    return { kind: 'decided' };
  }

  #asked(): Question {
    if (!this.question) throw new Error('nobody is asked');
    return this.question;
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
  | { verdict: 'approve' }
  | { verdict: 'withdraw' }
  | { verdict: 'reject' | 'confirm' | 'escalate'; reason: string }
  | { verdict: 'amend'; output: { amount: number; supplier: string } }
  | { verdict: 'reassign'; to: string }
  | { verdict: 'request-information'; question: string; proposeAgain: boolean }
);

export const neededFor = (amount: number) => (amount >= 1000 ? 2 : 1);
export const isHeld = (amount: number) => amount >= 500;

/** Names as people read them. */
export function plain(name: string): string {
  return name.trim().toLowerCase();
}

/** A group, and those that are asked after it. */
function inTurn(group = GROUPS[0] ?? ''): { group: string; rest: string[] } {
  return { group, rest: GROUPS.slice(GROUPS.indexOf(group) + 1) };
}
