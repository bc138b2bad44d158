import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect } from 'vitest';
import type { Before, ReviewQuestion } from '../../src/activities/question.ts';
import type { Steps, VerdictJudged } from '../../src/activities/steps.ts';
import { createActivities } from '../../src/activities/index.ts';
import { type Ledger, openLedger } from '../../src/adapters/ledger/ledger.ts';
import type { Reason } from '../../src/domain/route.ts';
import { fakePorts, replyOf } from '../support/fake-ports.ts';
import type { Player } from './courses.ts';
import { expectKept } from './invariants.ts';
import { Model, plain, SUBMITTER, type Next, type Question, type Said, type Taken } from './model.ts';
import { packWith, type Move } from './moves.ts';
import { directoryWith, portsOn } from './ports-on.ts';
import { snapshotOf } from './snapshot.ts';
import { Voices } from './voices.ts';

const PACK = packWith('test-pack', { window: '10 minutes' });
const WINDOW_MS = 600_000;

/** One case on a real ledger, with the real activities, driven as its workflow drives it; the model says what must come. */
export class Play implements Player {
  readonly caseId: string;
  readonly model: Model;
  readonly #url: string;
  readonly #voices: Voices;
  readonly #fakes = fakePorts(PACK);
  #ledger: Ledger;
  #steps: Steps;
  #callId = '';
  /** Of the question that a new proposal replaces: kept for when it is asked about again. */
  #before: Before | undefined;

  private constructor(url: string, caseKey: string, amount: number) {
    this.#url = url;
    this.caseId = `case/test-pack/${caseKey}`;
    this.model = new Model(amount, WINDOW_MS);
    const supplier = `ACME ${caseKey}`;
    this.#voices = new Voices(this.model, supplier);
    this.#fakes.replies.splice(0, 1, replyOf({ amount, supplier }, 0.1));
    this.#fakes.ports.access.people = () => Promise.resolve(directoryWith(this.model.away));
    [this.#ledger, this.#steps] = this.#open();
  }

  static async start(url: string, caseKey: string, amount: number): Promise<Play> {
    const play = new Play(url, caseKey, amount);
    const documents = [{ name: 'a.txt', text: `Pay ${caseKey}` }];
    const start = { packId: 'test-pack', caseKey, documents, submittedBy: SUBMITTER };
    await play.#steps.ingest({ caseId: play.caseId, start });
    await play.#propose([], play.model.first);
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
        await this.#unchanged('verdict-refused', () => this.#judge(this.#voices.malformed()));
        return;
      case 'answer':
        return await this.#answer(move);
      case 'claim':
        return await this.#claim(move.by);
      case 'absence':
        return await this.#absence(move);
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

  async end(): Promise<void> {
    const file = await this.#ledger.reads.caseFile(this.caseId);
    if (!file) throw new Error('the case is gone');
    expectKept(file, this.model, this.#fakes.sink.entries);
  }

  get #now(): number {
    return this.#fakes.now.at.getTime();
  }

  #open(): [Ledger, Steps] {
    const ledger = openLedger({ url: this.#url, poolSize: 4, clock: () => this.#fakes.now.at });
    return [ledger, createActivities({ ...this.#fakes.ports, ...portsOn(ledger) })];
  }

  async #propose(because: Reason[], next: Next): Promise<void> {
    const { models, asking } = PACK.plan({ primary: { provider: 'p', model: 'm-1' }, fallback: undefined });
    const [model] = models;
    const env = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const { caseId } = this;
    const input = { caseId, packHash: PACK.hash, model, turn: 'first', asking, interactive: false } as const;
    const called = (await env.run(() => this.#steps.callModel(input))) as Awaited<ReturnType<Steps['callModel']>>;
    if ('callId' in called) this.#callId = called.callId;
    await this.#validate(because, next);
  }

  async #validate(because: Reason[], next: Next): Promise<void> {
    const { caseId } = this;
    const taskNo = ((await this.#ledger.cases.get(caseId))?.lastTaskNo ?? 0) + 1;
    const before = this.#before ? { before: this.#before } : {};
    const input = { caseId, packHash: PACK.hash, taskNo, callId: this.#callId, because, ...before };
    const asked = await this.#steps.validate(input);
    if (asked.kind !== 'review') throw new Error(`a question was to be put, not ${asked.kind}`);
    await this.#ask(asked, next);
  }

  async #ask(asked: ReviewQuestion, next: Next): Promise<void> {
    const { taskNo, approvals } = asked;
    this.#voices.shown(asked.seen);
    this.model.ask(asked, next);
    expect(approvals?.needed ?? 1).toBe(next.needed);
    expect(approvals?.by.map(plain) ?? []).toEqual(next.needed > 1 ? next.by : []);
    const { group, rest } = next;
    expect(await this.#ledger.reviews.standing(this.caseId, taskNo)).toMatchObject({ group, rest });
  }

  async #judge(message: unknown, channel: 'signal' | 'update' = 'update'): Promise<VerdictJudged> {
    return await this.#steps.judgeVerdict({ caseId: this.caseId, channel, message });
  }

  async #verdict(move: Extract<Move, { kind: 'verdict' }>): Promise<void> {
    const { channel, lost, races } = move;
    const { said, message } = this.#voices.verdict(move);
    const expected = this.model.refuses(said, this.#now);
    const timer = races ? this.#timer() : undefined;
    const judged = expected === undefined || timer ? await this.#judge(message, channel) : undefined;
    await timer;
    if (timer && judged) await this.#afterRace(said, judged, expected);
    else if (expected !== undefined) {
      const refused = await this.#unchanged('verdict-refused', () => this.#judge(message, channel));
      expect(refused.answer, JSON.stringify(said)).toMatchObject({ accepted: false, refusal: { code: expected } });
    }
    const result = judged ?? (await this.#judge(message, channel));
    this.#voices.sent(message, result.answer.accepted);
    if (timer === undefined && expected === undefined)
      expect(result.answer, JSON.stringify(said)).toMatchObject({ accepted: true });
    if (lost !== null) expect((await this.#judge(message, channel)).then?.kind).toBe(result.then?.kind);
    if (result.answer.accepted) await this.#take(said, result);
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
    // Where the verdict moved it on, that is still to be taken in.
    if (judged.then?.kind !== 'changed') adopt(question, standing);
  }

  /** Goes on as the workflow does. */
  async #take(said: Said, { then, approvals }: VerdictJudged): Promise<void> {
    const { model } = this;
    const { question } = model;
    if (then?.kind === 'changed' && question) return this.#changed(question, said, then.standing);
    const taken: Taken = model.take(said, this.#now);
    switch (taken.kind) {
      case 'taken-back':
        return await this.#validate([{ code: 'withdrawn', message: 'taken back' }], taken.next);
      case 'asked-anew':
        if (then?.kind !== 'asked-anew') throw new Error('the others were to be asked about the amendment');
        return await this.#ask(then.question, taken.next);
      case 'counted':
        expect(approvals?.by.map(plain)).toEqual(question?.by);
        return;
      case 'decided':
        if (then?.kind !== 'decided') throw new Error(`it was to be decided, not ${then?.kind ?? 'left'}`);
        expect(then.decision.decisionNo).toBe(model.latest?.decisionNo);
        return await this.#write();
      case 'rejected':
        return;
      case 'moved':
      case 'submitter-asked':
        throw new Error('how the question stands was to change');
    }
  }

  /** Somebody else is asked: as the model says, unless the timer came between. */
  #changed(question: Question, said: Said, standing: Standing): void {
    this.model.take(said, this.#now);
    if (said.verdict === 'reassign') expect(standing.group).toBe(said.to);
    adopt(question, standing);
    if (said.verdict !== 'request-information') return expect(standing.held?.requestId).toBe(question.asks?.requestId);
    if (!standing.held) throw new Error('the submitter was to be asked');
    const { requestId } = standing.held;
    this.model.askSubmitter({ requestId, proposeAgain: said.proposeAgain });
  }

  /** What is decided and not held back is written. */
  async #write(): Promise<void> {
    const { model, caseId } = this;
    const decided = model.toWrite;
    if (!decided || (decided.until !== undefined && this.#now < decided.until)) return;
    const { decisionNo } = decided;
    if (decided.until !== undefined) expect(await this.#steps.endUndo({ caseId, decisionNo })).toBeNull();
    for (const effect of ['post', 'pay'])
      await this.#steps.write({ caseId, decisionNo, effect, last: effect === 'pay' });
    model.ended = 'written';
  }

  async #repeat(which: number, changed: boolean): Promise<void> {
    const former = this.#voices.former(which);
    if (!former) return;
    const { message, accepted } = former;
    if (!changed) {
      const again = await this.#unchanged(undefined, () => this.#judge(message));
      expect(again.answer.accepted).toBe(accepted);
      return;
    }
    const refused = await this.#unchanged('verdict-refused', () => this.#judge(this.#voices.changed(message)));
    expect(refused.answer).toMatchObject({ refusal: { code: 'verdict-id-reused' } });
  }

  async #answer({ about, channel, lost }: Extract<Move, { kind: 'answer' }>): Promise<void> {
    const { model, caseId } = this;
    const { requestId, message } = this.#voices.answer(about);
    const give = () => this.#steps.takeInformation({ caseId, channel, message });
    const code = model.refusesAnswer(requestId);
    if (code !== undefined) {
      const refused = await this.#unchanged('information-refused', give);
      expect(refused.answer).toMatchObject({ refusal: { code } });
      return;
    }
    const given = await give();
    expect(given.answer).toMatchObject({ accepted: true });
    if (lost !== null) expect(await give()).toEqual(given);
    const { asks, group, rest } = model.question ?? {};
    const read = await this.#steps.readInformation({ caseId, requestId });
    if (lost !== null) expect((await this.#steps.readInformation({ caseId, requestId })).kind).toBe(read.kind);
    const next = model.answer();
    expect(read.kind).toBe(asks?.proposeAgain ? 'propose-again' : 'asked-anew');
    if (read.kind === 'asked-anew') return await this.#ask(read.question, next);
    if (read.kind !== 'propose-again') return;
    expect(read.before).toMatchObject({ ask: { group, rest } });
    this.#before = read.before;
    await this.#propose(read.because, next);
  }

  /** A claim decides nothing, and keeps nobody from answering. */
  async #claim(by: string): Promise<void> {
    const { question } = this.model;
    if (!question) return;
    const { caseId } = this;
    const { taskNo } = question;
    await this.#unchanged(undefined, () => this.#ledger.desk.claim({ caseId, taskNo }, by, 60_000));
  }

  async #absence({ who, substitute, back }: Extract<Move, { kind: 'absence' }>): Promise<void> {
    const { model, caseId } = this;
    if (back) model.away.delete(who);
    else model.away.set(who, substitute === who ? null : substitute);
    const { question } = model;
    if (!question) return;
    const { taskNo } = question;
    const standing = await this.#steps.replanTask({ caseId, taskNo });
    model.replan();
    const { group, rest } = question;
    expect(standing).toMatchObject({ group, rest });
    expect((await this.#ledger.reviews.openTask(caseId))?.standsFor).toBe(question.standsFor);
    expect(await this.#unchanged(undefined, () => this.#steps.replanTask({ caseId, taskNo }))).toEqual(standing);
  }

  /** Nobody answers in time: the submitter, or else who is asked. */
  async #silence(): Promise<void> {
    const { question } = this.model;
    if (!question) return;
    if (question.asks === undefined) {
      if (question.rest.length === 0) return;
      await this.#timer();
      this.model.escalated();
      const { group, rest } = question;
      expect(await this.#ledger.reviews.standing(this.caseId, question.taskNo)).toMatchObject({ group, rest });
      return;
    }
    this.#fakes.now.at = new Date(this.#now + 4 * 86_400_000);
    const { asks, taskNo } = question;
    const back = await this.#steps.giveUpInformation({ caseId: this.caseId, taskNo, requestId: asks.requestId });
    if (back?.kind !== 'asked-anew')
      throw new Error(`it was to go back to the reviewers, not ${back?.kind ?? 'nowhere'}`);
    await this.#ask(back.question, this.model.unanswered());
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

type Standing = Extract<NonNullable<VerdictJudged['then']>, { kind: 'changed' }>['standing'];

/** Whom the ledger says that the question asks. */
function adopt(question: Question, { group, rest }: { group: string; rest: readonly string[] }): void {
  if (question.group !== group) question.standsFor = undefined;
  Object.assign(question, { group, rest: [...rest] });
}
