import type { FastifyBaseLogger } from 'fastify';
import type { Changes } from '../../adapters/ledger/desk/changes.ts';

const POLL_MS = 400;
const FORGET_EVERY_MS = 60_000;
const FORGET_AFTER_MS = 10 * 60_000;

/** Hears of cases that changed; `undefined`: some may have been missed, read everything anew. */
export type Listener = (caseIds: readonly string[] | undefined) => void;

/** One reader of the ledger for all browsers of this process; it reads only while somebody listens. */
export interface Live {
  /** Returns how to stop listening. */
  listen(listener: Listener): () => void;
  stop(): void;
}

export function liveOf(desk: Changes, log: FastifyBaseLogger): Live {
  const listeners = new Set<Listener>();
  let timer: NodeJS.Timeout | undefined;
  let position: string | undefined;
  let missed = false;
  let forgottenAt = 0;

  function tell(caseIds: readonly string[] | undefined): void {
    for (const listener of listeners) listener(caseIds);
  }

  async function look(): Promise<void> {
    try {
      const next = await desk.changes(position);
      position = next.position;
      if (missed) tell(undefined);
      else if (next.caseIds.length > 0) tell(next.caseIds);
      missed = false;
      if (Date.now() - forgottenAt > FORGET_EVERY_MS) {
        forgottenAt = Date.now();
        await desk.forgetChanges(FORGET_AFTER_MS);
      }
    } catch (error) {
      if (!missed) log.warn({ err: error }, 'the desk cannot be followed; tried again');
      missed = true;
      position = undefined;
    }
    timer = listeners.size > 0 ? setTimeout(() => void look(), POLL_MS) : undefined;
    if (!timer) position = undefined;
  }

  return {
    listen(listener) {
      listeners.add(listener);
      timer ??= setTimeout(() => void look(), 0);
      return () => listeners.delete(listener);
    },
    stop() {
      listeners.clear();
      clearTimeout(timer);
    },
  };
}
