import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { expect } from 'vitest';
import { replanSignal, startAttributes } from '../../../src/messages.ts';
import type { Player } from '../courses.ts';
import { expectKept } from '../invariants.ts';
import { GROUPS, isHeld, Model, SUBMITTER, type Said } from '../model.ts';
import type { Lost, Move } from '../moves.ts';
import { snapshotOf } from '../snapshot.ts';
import { Voices } from '../voices.ts';
import type { Lane } from './lane.ts';
import { GONE, Mail } from './mail.ts';
import { TIMES } from './packs.ts';
import { Watch } from './watch.ts';

type VerdictMove = Extract<Move, { kind: 'verdict' }>;
/** What may come between while a worker is restarted, or because somebody else speaks at once. */
type Between = 'group' | 'submitter' | 'write';

const APPROVERS = ['rita', 'lea', 'kim'];
/** Longer is not waited for, but played over. */
const WAITABLE_MS = 10_000;

/** One case in the real workflow, on real servers, with a worker that is restarted meanwhile; the model says what must come. */
export class RealPlay implements Player {
  readonly caseId: string;
  readonly model: Model;
  readonly #lane: Lane;
  readonly #voices: Voices;
  readonly #mail: Mail;
  readonly #watch: Watch;
  readonly #handle: WorkflowHandle;
  readonly #groupMs: number;

  private constructor(lane: Lane, packId: keyof typeof TIMES, caseKey: string, amount: number) {
    const { windowMs, groupMs } = TIMES[packId];
    this.#lane = lane;
    this.#groupMs = groupMs;
    this.caseId = `case/${packId}/${caseKey}`;
    this.model = new Model(amount, windowMs);
    this.#voices = new Voices(this.model, `ACME ${caseKey}`);
    this.#mail = new Mail(lane, this.caseId);
    this.#watch = new Watch(lane, groupMs, { caseId: this.caseId, model: this.model, voices: this.#voices });
    this.#handle = lane.world.temporal.workflow.getHandle(this.caseId);
  }

  static async start(lane: Lane, caseKey: string, amount: number, hurried: boolean): Promise<RealPlay> {
    const packId = hurried ? 'hurried-pack' : 'patient-pack';
    const play = new RealPlay(lane, packId, caseKey, amount);
    await lane.away(new Map());
    const documents = [{ name: 'a.txt', text: `Pay ${amount} to ACME ${caseKey}` }];
    await lane.world.temporal.workflow.start('decideCase', {
      workflowId: play.caseId,
      taskQueue: lane.taskQueue,
      args: [{ packId, caseKey, documents, submittedBy: SUBMITTER }],
      typedSearchAttributes: startAttributes(packId, 'olga'),
      // What a killed worker had begun is begun again soon.
      workflowTaskTimeout: '2 seconds',
    });
    play.#watch.expectNext(play.model.first);
    return play;
  }

  async make(move: Move): Promise<void> {
    await this.#watch.settle();
    switch (move.kind) {
      case 'verdict':
        return await this.#verdict(move);
      case 'repeat':
        return await this.#repeat(move.which, move.changed);
      case 'malformed': {
        const code = this.model.ended ? 'case-not-waiting' : 'malformed';
        return await this.#refused(this.#voices.malformed(), code);
      }
      case 'answer':
        return await this.#answer(move);
      case 'claim':
        return await this.#claim(move.by);
      case 'absence':
        return await this.#absence(move);
      case 'silence':
        return await this.#waitFor('group', 'submitter');
      case 'minutes':
        return await this.#waitFor('write');
      case 'restart':
        return await this.#lane.restart(move.hard);
    }
  }

  /** Whatever came before, people can still bring the case to its end; then all of it is looked at. */
  async end(): Promise<void> {
    await this.#watch.settle();
    for (let left = MOST_APPROVALS; !this.model.ended && left > 0; left -= 1) {
      const by = APPROVERS.find((name) => !this.model.question?.by.includes(name)) ?? '';
      if (this.model.isHeldBack) await this.#waitFor('write');
      else await this.#verdict({ ...PLAINLY, by, said: { verdict: 'approve' } });
      await this.#watch.settle();
    }
    const { ledger, code } = this.#lane.world;
    expect(await this.#handle.result()).toMatchObject({ caseId: this.caseId, outcome: this.model.ended });
    const file = await ledger.reads.caseFile(this.caseId);
    if (!file) throw new Error('the case is gone');
    expectKept(file, this.model, await this.#lane.downstream(this.caseId));
    await Worker.runReplayHistory({ workflowBundle: { code } }, await this.#handle.fetchHistory(), this.caseId);
  }

  async close(): Promise<void> {
    // Only a course that failed leaves it open.
    if (!this.model.ended) await this.#handle.terminate().catch(() => undefined);
  }

  async #verdict(move: VerdictMove): Promise<void> {
    const { said, message } = this.#voices.verdict(move);
    const { question } = this.model;
    const expected = this.#refusalOf(said, move);
    const before = await snapshotOf(this.#lane.world.ledger, this.caseId);
    const rival = move.races && question ? this.#rival(question.seen) : undefined;
    const code = await this.#cutOff(move.lost, () => this.#mail.verdict(message, move.channel));
    const rivalled = (await rival) === true;
    const between = this.#between(rivalled);
    if (between.length > 0) expect(this.#possible(said, expected, between), said.verdict).toContain(code);
    else expect(code, `${JSON.stringify(said)} by ${move.channel}`).toBe(expected);
    if (code !== GONE) this.#voices.sent(message, code === undefined);
    if (code === undefined) await this.#take(said);
    else if (between.length === 0 && !rival) await this.#unchangedSince(before, code);
    if (question && between.includes('group')) await this.#watch.adopt(question, [...GROUPS, question.group, to(said)]);
  }

  /** A claim decides nothing, and keeps nobody from answering. */
  async #claim(by: string): Promise<void> {
    const { question } = this.model;
    if (!question) return;
    const { caseId } = this;
    const { ledger } = this.#lane.world;
    const before = await snapshotOf(ledger, caseId);
    // Where time is short, it may be asked about no more.
    const claimed = await ledger.desk.claim({ caseId, taskNo: question.taskNo }, by, 60_000).catch(() => undefined);
    if (claimed && this.#between(false).length === 0) await this.#unchangedSince(before, undefined);
  }

  /** Somebody goes away, or comes back, and the case is told. Where time is short, a timer could come between. */
  async #absence({ who, substitute, back }: Extract<Move, { kind: 'absence' }>): Promise<void> {
    const { model } = this;
    if (this.#groupMs < WAITABLE_MS) return;
    if (back) model.away.delete(who);
    else model.away.set(who, substitute === who ? null : substitute);
    await this.#lane.away(model.away);
    if (!model.question) return;
    await this.#handle.signal(replanSignal);
    model.replan();
  }

  /** Somebody else puts the question to the next group at the same moment. True: that was taken. */
  async #rival(seen: string): Promise<boolean> {
    return (await this.#mail.verdict(this.#voices.rival(seen), 'update')) === undefined;
  }

  #refusalOf(said: Said, { channel }: Pick<VerdictMove, 'channel'>): string | undefined {
    if (!this.model.ended) return this.model.refuses(said, Date.now());
    if (channel === 'signal') return GONE;
    return said.verdict === 'withdraw' && this.model.ended === 'written' ? 'window-over' : 'case-not-waiting';
  }

  /** What has, or may have, come between by now. */
  #between(rivalled: boolean): Between[] {
    const { due } = this.#watch;
    return [...(rivalled ? ['group' as const] : []), ...(due && due.at <= Date.now() ? [due.kind] : [])];
  }

  /** Answers that are right where something came between, before or after. */
  #possible(said: Said, expected: string | undefined, between: readonly Between[]): (string | undefined)[] {
    const moves = said.verdict === 'reassign' || said.verdict === 'escalate';
    return [
      expected,
      ...(between.includes('group') && moves ? ['stale', 'not-allowed-here', 'nobody-left', undefined] : []),
      ...(between.includes('submitter') && said.verdict !== 'withdraw' ? ['stale'] : []),
      ...(between.includes('write') ? ['window-over', 'case-not-waiting', GONE] : []),
    ];
  }

  async #take(said: Said): Promise<void> {
    const { model } = this;
    const taken = model.take(said, Date.now());
    if (taken.kind === 'asked-anew' || taken.kind === 'taken-back') this.#watch.expectNext(taken.next);
    if (taken.kind === 'decided') return await this.#decided();
    if (taken.kind !== 'submitter-asked' || said.verdict !== 'request-information') return;
    const requests = await this.#lane.world.ledger.reads.informationRequests({ caseId: this.caseId });
    const { requestId = '', proposeAgain } = requests.at(-1) ?? {};
    expect(proposeAgain).toBe(said.proposeAgain);
    model.askSubmitter({ requestId, proposeAgain: said.proposeAgain });
  }

  /** It is decided as the model says, and held back for the whole of its window or not at all. */
  async #decided(): Promise<void> {
    const { latest, windowMs } = this.model;
    const file = await this.#lane.world.ledger.reads.caseFile(this.caseId);
    const decision = file?.decisions.at(-1);
    if (!latest || !decision) throw new Error('nothing was decided');
    expect(decision).toMatchObject({ decisionNo: latest.decisionNo, output: { amount: latest.amount } });
    const until = decision.undo ? Date.parse(decision.undo.until) : undefined;
    expect(until !== undefined).toBe(isHeld(latest.amount));
    if (until === undefined) return;
    expect(until - decision.at.getTime()).toBeLessThanOrEqual(windowMs);
    expect(until - decision.at.getTime()).toBeGreaterThan(windowMs / 2);
    latest.until = until;
  }

  /** Sent again it is answered as before; with other content it is refused. */
  async #repeat(which: number, changed: boolean): Promise<void> {
    const former = this.#voices.former(which);
    if (!former) return;
    const { message, accepted } = former;
    if (changed)
      return await this.#refused(
        this.#voices.changed(message),
        this.model.ended ? 'case-not-waiting' : 'verdict-id-reused',
      );
    const before = await snapshotOf(this.#lane.world.ledger, this.caseId);
    const code = await this.#mail.verdict(message, 'update');
    expect(code === undefined, `${JSON.stringify(message)} again: ${code}`).toBe(accepted);
    if (this.#between(false).length === 0) await this.#unchangedSince(before, undefined);
  }

  async #answer({ about, channel, lost }: Extract<Move, { kind: 'answer' }>): Promise<void> {
    const { model } = this;
    const { requestId, message } = this.#voices.answer(about);
    const expected = model.ended ? GONE : model.refusesAnswer(requestId);
    const before = await snapshotOf(this.#lane.world.ledger, this.caseId);
    const code = await this.#cutOff(lost, () => this.#mail.answer(message, channel));
    const between = this.#between(false);
    const late = between.includes('submitter') ? ['too-late'] : between.includes('write') ? [GONE] : [];
    expect([expected, ...late], JSON.stringify(message)).toContain(code);
    if (code === undefined) this.#watch.expectNext(model.answer());
    else if (between.length === 0) await this.#unchangedSince(before, code);
  }

  /** Sends it, and kills the worker so many milliseconds later. */
  async #cutOff<T>(lost: Lost, send: () => Promise<T>): Promise<T> {
    if (lost === null) return await send();
    const [answer] = await Promise.all([send(), sleep(lost).then(() => this.#lane.restart(true))]);
    return answer;
  }

  async #refused(message: Record<string, unknown>, expected: string): Promise<void> {
    const before = await snapshotOf(this.#lane.world.ledger, this.caseId);
    const code = await this.#mail.verdict(message, 'update');
    const between = this.#between(false);
    expect([expected, ...(between.includes('write') ? ['case-not-waiting'] : [])]).toContain(code);
    if (between.length === 0) await this.#unchangedSince(before, code);
  }

  /** Nothing but the audit trail has changed, by one entry: `code` says why it was refused. */
  async #unchangedSince(before: Awaited<ReturnType<typeof snapshotOf>>, code: string | undefined): Promise<void> {
    const after = await snapshotOf(this.#lane.world.ledger, this.caseId);
    if (this.#between(false).length > 0) return;
    expect(after.state).toEqual(before.state);
    const added = after.trail.slice(before.trail.length);
    expect(added).toEqual(
      code === undefined || code === GONE ? [] : [expect.stringMatching(/^(verdict|information)-refused$/)],
    );
  }

  /** Nobody does anything until that has happened by itself, where it comes soon. */
  async #waitFor(...kinds: Between[]): Promise<void> {
    const { due } = this.#watch;
    if (due && kinds.includes(due.kind) && due.at < Date.now() + WAITABLE_MS) await this.#watch.settle(due.at);
  }
}

const PLAINLY = { kind: 'verdict', about: 'now', channel: 'update', lost: null, races: false } as const;
/** In which every case can be brought to its end. */
const MOST_APPROVALS = 12;

function to(said: Said): string {
  return said.verdict === 'reassign' ? said.to : '';
}
