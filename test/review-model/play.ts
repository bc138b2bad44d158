import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect } from 'vitest';
import type { ReviewQuestion, Steps, VerdictJudged } from '../../src/activities/steps.ts';
import { createActivities } from '../../src/activities/index.ts';
import { verifyChain } from '../../src/adapters/ledger/audit-chain.ts';
import { type Ledger, openLedger } from '../../src/adapters/ledger/ledger.ts';
import type { Reason } from '../../src/domain/route.ts';
import { fakePorts, replyOf } from '../support/fake-ports.ts';
import { GROUPS, isHeld, Model, neededFor, SUBMITTER, WINDOW_MS, type Said } from './model.ts';
import { PACK, type About, type Move } from './moves.ts';
import { snapshotOf } from './snapshot.ts';

/** One case on a real ledger, with the real activities, driven as its workflow drives it; the model says what must come. */
export class Play {
  readonly caseId: string;
  readonly model: Model;
  readonly #url: string;
  readonly #supplier: string;
  readonly #fakes = fakePorts(PACK);
  #ledger: Ledger;
  #steps: Steps;
  #callId = '';
  #sent: { message: Record<string, unknown>; accepted: boolean }[] = [];
  #seen: string[] = [];
  #ids = 0;

  private constructor(url: string, caseKey: string, amount: number) {
    this.#url = url;
    this.caseId = `case/test-pack/${caseKey}`;
    this.model = new Model(amount);
    this.#supplier = `ACME ${caseKey}`;
    this.#fakes.replies.splice(0, 1, replyOf({ amount, supplier: this.#supplier }, 0.1));
    [this.#ledger, this.#steps] = this.#open();
  }

  static async start(url: string, caseKey: string, amount: number): Promise<Play> {
    const play = new Play(url, caseKey, amount);
    const documents = [{ name: 'a.txt', text: `Pay ${caseKey}` }];
    const start = { packId: 'test-pack', caseKey, documents, submittedBy: SUBMITTER };
    await play.#steps.ingest({ caseId: play.caseId, start });
    await play.#propose([]);
    return play;
  }

  async close(): Promise<void> {
    await this.#ledger.close();
  }

  async make(move: Move): Promise<void> {
    switch (move.kind) {
      case 'verdict':
        return await this.#verdict(move);
      case 'repeat':
        return await this.#repeat(move.which, move.changed);
      case 'malformed':
        await this.#unchanged('verdict-refused', () => this.#judge({ verdict: 'perhaps', id: (this.#ids += 1) }));
        return;
      case 'answer':
        return await this.#answer(move);
      case 'silence':
        return await this.#silence();
      case 'minutes':
        this.#fakes.now.at = new Date(this.#now + move.minutes * 60_000);
        return await this.#write();
      case 'restart':
        await this.#ledger.close();
        [this.#ledger, this.#steps] = this.#open();
    }
  }

  /** What holds whatever came before. */
  async end(): Promise<void> {
    const file = await this.#ledger.reads.caseFile(this.caseId);
    expect(file?.record.outcome ?? undefined).toBe(this.model.ended);
    expect(file?.decisions).toHaveLength(this.model.decisions.length + (this.model.ended === 'rejected' ? 1 : 0));
    for (const { by, approvedBy = [], kind, output } of file?.decisions ?? []) {
      const names = (approvedBy.length > 0 ? approvedBy : [by.kind === 'reviewer' ? by.name : '']).map(plain);
      expect(names).not.toContain(SUBMITTER);
      expect(new Set(names).size).toBe(names.length);
      if (kind === 'accept') expect(names.length).toBeGreaterThanOrEqual(neededFor(Number(output?.['amount'])));
    }
    // Once each, of the one decision that stands, and only when it is not held back.
    const written = this.model.ended === 'written' ? this.model.latest : undefined;
    const keys = written ? ['post', 'pay'].map((name) => `${this.caseId}/${written.decisionNo}/${name}`) : [];
    expect(this.#fakes.sink.entries.map(({ key }) => key)).toEqual(keys);
    expect(verifyChain(file?.audit ?? [])).toEqual([]);
    expect(file?.audit.filter(({ kind }) => kind === 'closed')).toHaveLength(this.model.ended ? 1 : 0);
  }

  get #now(): number {
    return this.#fakes.now.at.getTime();
  }

  #open(): [Ledger, Steps] {
    const clock = () => this.#fakes.now.at;
    const ledger = openLedger({ url: this.#url, poolSize: 4, clock });
    const { documents, cases, modelCalls, reviews, information, effects, countersignatures } = ledger;
    const own = { documents, cases, modelCalls, reviews, information, effects, countersignatures };
    const ports = { ...this.#fakes.ports, ...own };
    return [ledger, createActivities(ports)];
  }

  async #propose(because: Reason[], before?: Parameters<Steps['validate']>[0]['before']): Promise<void> {
    const { models, asking } = PACK.plan({ primary: { provider: 'p', model: 'm-1' }, fallback: undefined });
    const [model] = models;
    const env = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const input = {
      caseId: this.caseId,
      packHash: PACK.hash,
      model,
      turn: 'first',
      asking,
      interactive: false,
    } as const;
    const called = (await env.run(() => this.#steps.callModel(input))) as Awaited<ReturnType<Steps['callModel']>>;
    if ('callId' in called) this.#callId = called.callId;
    await this.#validate(because, before);
  }

  async #validate(because: Reason[], before?: Parameters<Steps['validate']>[0]['before']): Promise<void> {
    const { caseId } = this;
    const taskNo = ((await this.#ledger.cases.get(caseId))?.lastTaskNo ?? 0) + 1;
    const input = { caseId, packHash: PACK.hash, taskNo, callId: this.#callId, because, ...(before ? { before } : {}) };
    const asked = await this.#steps.validate(input);
    if (asked.kind !== 'review') throw new Error(`a question was to be put, not ${asked.kind}`);
    const amount = this.model.proposed;
    const ask = before?.ask ?? { group: GROUPS[0] ?? '', rest: GROUPS.slice(1) };
    const needed = Math.max(neededFor(amount), before?.approvals.needed ?? 1);
    this.#ask(asked, { amount, needed, by: [], group: ask.group, rest: [...ask.rest] });
  }

  #ask(asked: ReviewQuestion, question: Omit<NonNullable<Model['question']>, 'taskNo' | 'seen'>): void {
    const { taskNo, seen, approvals } = asked;
    this.model.question = { taskNo, seen, ...question };
    expect(approvals?.needed ?? 1).toBe(question.needed);
    expect(approvals?.by.map(plain) ?? []).toEqual(question.needed > 1 ? question.by : []);
    expect(this.#seen).not.toContain(seen);
    this.#seen.push(seen);
  }

  async #judge(message: unknown): Promise<VerdictJudged> {
    return await this.#steps.judgeVerdict({ caseId: this.caseId, channel: 'update', message });
  }

  async #verdict({ said, by, about, lost, races }: Extract<Move, { kind: 'verdict' }>): Promise<void> {
    const seen = this.#seenOf(said.verdict, about);
    // Written once under a business identity: every case has one of its own.
    const own = said.verdict === 'amend' ? { output: { ...said.output, supplier: this.#supplier } } : {};
    const full = { ...said, ...own, by, seen } as Said;
    const message = { ...full, verdictId: `v-${(this.#ids += 1)}` };
    const expected = this.model.refuses(full, this.#now);
    const timer = races ? this.#timer() : undefined;
    const judged = expected === undefined || timer ? await this.#judge(message) : undefined;
    await timer;
    if (timer && judged) await this.#afterRace(full, judged, expected);
    else if (expected !== undefined) {
      const refused = await this.#unchanged('verdict-refused', () => this.#judge(message));
      expect(refused.answer, JSON.stringify(full)).toMatchObject({ accepted: false, refusal: { code: expected } });
    }
    const result = judged ?? (await this.#judge(message));
    this.#sent.push({ message, accepted: result.answer.accepted });
    if (timer === undefined && expected === undefined)
      expect(result.answer, JSON.stringify(full)).toMatchObject({ accepted: true });
    if (lost) expect((await this.#judge(message)).then?.kind).toBe(result.then?.kind);
    if (result.answer.accepted) await this.#take(full, result);
  }

  /** The escalation's timer fires while a verdict is judged. */
  #timer(): Promise<unknown> | undefined {
    const { question } = this.model;
    const [group] = question?.rest ?? [];
    if (!question || group === undefined || question.asks !== undefined) return undefined;
    const input = { caseId: this.caseId, taskNo: question.taskNo, group, remindAfterMs: 1, from: question.group };
    return this.#steps.escalate(input);
  }

  /** Either may have been first; what the ledger says must be one of the two, and the verdict must be judged by it. */
  async #afterRace(said: Said, judged: VerdictJudged, expected: string | undefined): Promise<void> {
    const { question } = this.model;
    const standing = question && (await this.#ledger.reviews.standing(this.caseId, question.taskNo));
    const code = judged.answer.accepted ? undefined : judged.answer.refusal.code;
    const moves = said.verdict === 'reassign' || said.verdict === 'escalate';
    if (!moves) expect(code, JSON.stringify(said)).toBe(expected);
    else expect([expected, 'stale', 'not-allowed-here', 'nobody-left', undefined]).toContain(code);
    if (!question || !standing) return;
    const to = said.verdict === 'reassign' ? [said.to] : [];
    expect([question.group, ...question.rest, ...to]).toContain(standing.group);
    Object.assign(question, { group: standing.group, rest: [...standing.rest] });
  }

  /** Goes on as the workflow does. */
  async #take(said: Said, { then, approvals }: VerdictJudged): Promise<void> {
    const { model } = this;
    const question = model.question as NonNullable<Model['question']>;
    if (said.verdict === 'withdraw') {
      if (model.latest) model.latest.withdrawn = true;
      return await this.#validate([{ code: 'withdrawn', message: 'taken back' }]);
    }
    if (then?.kind === 'changed') {
      const { group, rest, held } = then.standing;
      if (said.verdict === 'reassign') expect(group).toBe(said.to);
      Object.assign(question, { group, rest: [...rest] });
      if (held) question.asks = held.requestId;
      if (held) model.asked.add(held.requestId);
      expect(held?.requestId).toBe(question.asks);
      return;
    }
    if (said.verdict === 'reject') {
      model.question = undefined;
      model.ended = 'rejected';
      return;
    }
    const amount = said.verdict === 'amend' ? said.output.amount : question.amount;
    const needed = Math.max(question.needed, neededFor(amount));
    const by = said.verdict === 'amend' ? [plain(said.by)] : [...question.by, plain(said.by)];
    if (said.verdict === 'amend' && needed > 1) {
      if (then?.kind !== 'asked-anew') throw new Error('the others were to be asked about the amendment');
      return this.#ask(then.question, { amount, needed, by, group: GROUPS[0] ?? '', rest: GROUPS.slice(1) });
    }
    if (by.length < needed) {
      expect(approvals?.by.map(plain)).toEqual(by);
      question.by = by;
      return;
    }
    if (then?.kind !== 'decided') throw new Error(`it was to be decided, not ${then?.kind ?? 'left'}`);
    const { decisionNo } = then.decision;
    const until = isHeld(amount) ? { until: this.#now + WINDOW_MS } : {};
    model.decisions.push({ decisionNo, seen: question.seen, amount, ...until });
    model.question = undefined;
    await this.#write();
  }

  /** What is decided and not held back is written. */
  async #write(): Promise<void> {
    const { model, caseId } = this;
    const decided = model.latest;
    if (model.ended || model.question || !decided || decided.withdrawn) return;
    if (decided.until !== undefined && this.#now < decided.until) return;
    const { decisionNo } = decided;
    if (decided.until !== undefined) expect(await this.#steps.endUndo({ caseId, decisionNo })).toBeNull();
    for (const effect of ['post', 'pay'])
      await this.#steps.write({ caseId, decisionNo, effect, last: effect === 'pay' });
    model.ended = 'written';
  }

  async #repeat(which: number, changed: boolean): Promise<void> {
    const former = this.#sent[which % Math.max(this.#sent.length, 1)];
    if (!former) return;
    const { message, accepted } = former;
    if (!changed) {
      const again = await this.#unchanged(undefined, () => this.#judge(message));
      expect(again.answer.accepted).toBe(accepted);
      return;
    }
    const other = { ...message, by: `another ${(this.#ids += 1)}` };
    const refused = await this.#unchanged('verdict-refused', () => this.#judge(other));
    expect(refused.answer).toMatchObject({ refusal: { code: 'verdict-id-reused' } });
  }

  async #answer({ about, lost }: Extract<Move, { kind: 'answer' }>): Promise<void> {
    const { model, caseId } = this;
    const { question } = model;
    const former = [...model.asked].find((one) => one !== question?.asks);
    const requestId = (about === 'now' ? question?.asks : about === 'before' ? former : undefined) ?? 'q-none';
    const message = { answerId: `a-${(this.#ids += 1)}`, requestId, by: SUBMITTER, text: `It is ${this.#ids}` };
    const give = () => this.#steps.takeInformation({ caseId, channel: 'update', message });
    if (!question || requestId !== question.asks) {
      const refused = await this.#unchanged('information-refused', give);
      const code =
        requestId === 'q-none' ? 'no-such-request' : model.answered.has(requestId) ? 'already-answered' : 'too-late';
      expect(refused.answer).toMatchObject({ refusal: { code } });
      return;
    }
    const given = await give();
    expect(given.answer).toMatchObject({ accepted: true });
    if (lost) expect(await give()).toEqual(given);
    model.answered.add(requestId);
    const read = await this.#steps.readInformation({ caseId, requestId });
    if (lost) expect((await this.#steps.readInformation({ caseId, requestId })).kind).toBe(read.kind);
    const { asks: _, taskNo: __, seen: ___, ...kept } = question;
    if (read.kind === 'asked-anew') return this.#ask(read.question, { ...kept, by: [] });
    if (read.kind !== 'propose-again') throw new Error(`the answer led to ${read.kind}`);
    expect(read.before).toMatchObject({ ask: { group: question.group, rest: question.rest } });
    await this.#propose(read.because, read.before);
  }

  /** Nobody answers in time: the submitter, or else who is asked. */
  async #silence(): Promise<void> {
    const { question } = this.model;
    if (!question) return;
    if (question.asks === undefined) {
      const [group, ...rest] = question.rest;
      if (group === undefined) return;
      await this.#timer();
      Object.assign(question, { group, rest });
      expect(await this.#ledger.reviews.standing(this.caseId, question.taskNo)).toMatchObject({ group, rest });
      return;
    }
    this.#fakes.now.at = new Date(this.#now + 4 * 86_400_000);
    const { asks: requestId, taskNo, seen: _, ...kept } = question;
    const back = await this.#steps.giveUpInformation({ caseId: this.caseId, taskNo, requestId });
    if (back?.kind !== 'asked-anew')
      throw new Error(`it was to go back to the reviewers, not ${back?.kind ?? 'nowhere'}`);
    this.#ask(back.question, { ...kept, by: [] });
  }

  #seenOf(verdict: string, about: About): string {
    if (about === 'nothing') return '000000000000';
    const { question, latest } = this.model;
    if (about === 'before') return this.#seen.findLast((seen) => seen !== question?.seen) ?? '000000000000';
    return (verdict === 'withdraw' ? latest?.seen : question?.seen) ?? '000000000000';
  }

  /** Runs what must change nothing but the audit trail, by at most one entry of this kind. */
  async #unchanged<T>(kind: string | undefined, act: () => Promise<T>): Promise<T> {
    const entries = this.#fakes.sink.entries.length;
    const before = await snapshotOf(this.#ledger, this.caseId);
    const result = await act();
    const after = await snapshotOf(this.#ledger, this.caseId);
    expect(after.state).toEqual(before.state);
    expect(this.#fakes.sink.entries).toHaveLength(entries);
    const added = after.trail.slice(before.trail.length);
    expect(added).toEqual(kind === undefined ? [] : [kind]);
    return result;
  }
}

function plain(name: string): string {
  return name.trim().toLowerCase();
}
