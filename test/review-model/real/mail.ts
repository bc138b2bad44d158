import { WorkflowNotFoundError } from '@temporalio/client';
import { NotConfirmed } from '../../../src/client/update-case.ts';
import { until } from '../../../src/dev/until.ts';
import { provideInformationSignal, submitInformation, verdictSignal } from '../../../src/messages.ts';
import type { Channel } from '../moves.ts';
import type { Lane } from './lane.ts';

type Message = Record<string, unknown>;

/** Temporal holds no open case any more that could be told. */
export const GONE = 'gone';

/** Sends messages to a case as people and programs do. Each answers with why it was refused; undefined: it is taken. */
export class Mail {
  readonly #lane: Lane;
  readonly #caseId: string;

  constructor(lane: Lane, caseId: string) {
    this.#lane = lane;
    this.#caseId = caseId;
  }

  /** An update goes as the API sends it: until it is confirmed. */
  async verdict(message: Message, channel: Channel): Promise<string | undefined> {
    if (channel === 'signal') return await this.#signal('verdict', message, String(message['verdictId']));
    for (;;) {
      try {
        const answer = await this.#lane.cases.decide(this.#caseId, message);
        return answer.accepted ? undefined : answer.refusal.code;
      } catch (error) {
        if (!(error instanceof NotConfirmed)) throw error;
      }
    }
  }

  /** What the submitter answers. */
  async answer(message: Message & { answerId: string }, channel: Channel): Promise<string | undefined> {
    if (channel === 'signal') return await this.#signal('information', message, message.answerId);
    return await this.#unlessGone(async () => {
      const answer = await this.#handle.executeUpdate(submitInformation, { args: [message] });
      return answer.accepted ? undefined : answer.refusal.code;
    });
  }

  /** A signal has no answer: what became of it stands in the audit trail. */
  async #signal(kind: 'verdict' | 'information', message: Message, id: string): Promise<string | undefined> {
    return await this.#unlessGone(async () => {
      await this.#handle.signal(kind === 'verdict' ? verdictSignal : provideInformationSignal, message);
      const told = await until(`${this.#caseId}: ${id} is judged`, async () => {
        const file = await this.#lane.world.ledger.reads.caseFile(this.#caseId);
        return file?.audit.find(({ data }) => (kind === 'verdict' ? data['verdictId'] : data['answerId']) === id);
      });
      const refusal = told.data['refusal'] as { code: string } | undefined;
      return refusal?.code;
    });
  }

  async #unlessGone<T>(send: () => Promise<T>): Promise<T | typeof GONE> {
    try {
      return await send();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return GONE;
      throw error;
    }
  }

  get #handle() {
    return this.#lane.world.temporal.workflow.getHandle(this.#caseId);
  }
}
