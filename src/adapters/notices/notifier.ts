import type { NoticeContent } from './content.ts';

/** One message to one recipient. */
export interface Outgoing {
  /** The same when it is sent again, so that a receiver can tell a repeat. */
  id: string;
  /** The recipient's address in this channel; empty where the channel itself is one. */
  to: string;
  content: NoticeContent;
}

/** A way by which notices reach people. One call is one attempt, within the channel's time limit. */
export interface Notifier {
  /** Resolves once the other side has taken it; throws `NotSent`. */
  send(message: Outgoing): Promise<void>;
}

/** A message was not taken, or nothing is known of it. */
export class NotSent extends Error {
  override name = 'NotSent';
  /** True where sending the same again cannot help. */
  readonly final: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, how: { final?: boolean; retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: how.cause });
    this.final = how.final ?? false;
    this.retryAfterMs = how.retryAfterMs;
  }
}
