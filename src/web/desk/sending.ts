import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import type { AcceptedBody } from '../../client/api/schema-verdict.ts';
import { ApiProblem, get, isPassing, send, under } from '../api.ts';
import { withPasskey } from '../passkeys.ts';
import { askWhoIAm, currentName, hasPasskey } from '../session.ts';

/** What is said of a question; `by`, `seen` and an id are added when it is sent. */
export type Said =
  | { verdict: 'approve' }
  | { verdict: 'amend'; output: Record<string, unknown> }
  | { verdict: 'reject'; reason: string; reasonCode?: string }
  | { verdict: 'confirm'; reason: string }
  | { verdict: 'request-information'; question: string }
  | { verdict: 'reassign'; to: string; reason?: string };

/** A verdict on its way to the case, or answered by it. */
export interface Sent {
  id: string;
  caseId: string;
  caseKey: string;
  taskNo: number;
  seen: string;
  /** Absent: it was no answer, but came too late as one can. */
  verdict?: Said['verdict'];
  state: 'sending' | 'waiting' | 'done' | 'refused';
  /** Why it was refused; who was faster. */
  message?: string;
  faster?: { by: string; verdict: string; reason: string };
  approvals?: { given: number; needed: number };
  /** It was tried to take it back, and it is too late for that. */
  final?: true;
  /** An approval that is written only then (ISO 8601). */
  heldUntil?: string;
  /** When the case has answered, ms since 1970. */
  doneAt?: number;
}

const RETRY_MS = 1_500;
const KEPT = 30;

/** Sends verdicts and keeps what became of them. The same id is sent until the case has answered, so none is lost or taken twice. */
export function useSending(): {
  sent: readonly Sent[];
  /** Undefined: it is on its way. Else it waits for the person's passkey; rejects when that does not sign. */
  give: (task: DeskTaskBody, said: Said) => Promise<void> | undefined;
  forget: (id: string) => void;
  /** Cannot be taken back: it stays counted, and the next try is about the one before. */
  settle: (id: string) => void;
  /** Keeps that a hold, or whatever else is no answer, came too late; false: it failed for another reason. */
  missed: (task: DeskTaskBody, error: unknown) => Promise<boolean>;
} {
  const client = useQueryClient();
  const [sent, setSent] = useState<readonly Sent[]>([]);
  const stopped = useRef(false);
  const change = (id: string, part: Partial<Sent>) =>
    setSent((all) => all.map((one) => (one.id === id ? { ...one, ...part } : one)));

  async function deliver(one: Sent, body: Record<string, unknown>): Promise<void> {
    for (;;) {
      try {
        const { approvals, heldUntil } = await send<AcceptedBody>('POST', '/v1/verdicts', body);
        const more = { ...(approvals ? { approvals } : {}), ...(heldUntil === undefined ? {} : { heldUntil }) };
        change(one.id, { state: 'done', doneAt: Date.now(), ...more });
        return;
      } catch (error) {
        if (!isPassing(error)) {
          // Registered meanwhile, in another window: from now on they are signed here too.
          if (error instanceof ApiProblem && error.code === 'passkey-required') await askWhoIAm();
          change(one.id, { state: 'refused', ...(await whatHappened(one, error as Error)) });
          return;
        }
      }
      if (stopped.current) return;
      change(one.id, { state: 'waiting' });
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  return {
    sent,
    settle: (id) => change(id, { final: true }),
    forget: (id) => setSent((all) => all.filter((one) => one.id !== id)),
    async missed(task, error) {
      if (!task.task || !isTooLate(error)) return false;
      const one = { ...aboutOf(task, task.task), state: 'refused' } as const;
      const told = { ...one, ...(await whatHappened(one, error)) };
      setSent((all) => [told, ...all].slice(0, KEPT));
      await client.invalidateQueries({ queryKey: ['task', task.caseId] });
      return true;
    },
    give(task, said) {
      if (!task.task) return undefined;
      const one: Sent = { ...aboutOf(task, task.task), verdict: said.verdict, state: 'sending' };
      const { caseId, seen } = one;
      const start = (body: Record<string, unknown>) => {
        setSent((all) => [one, ...all].slice(0, KEPT));
        void deliver(one, body).then(() => client.invalidateQueries({ queryKey: ['task', caseId] }));
      };
      const body = { caseId, verdictId: one.id, by: currentName(), seen, ...said };
      if (hasPasskey()) return withPasskey(body).then(start);
      start(body);
      return undefined;
    },
  };
}

/** For how many ms more an approval can be taken back. */
export function heldFor({ heldUntil }: Sent, now = Date.now()): number {
  return heldUntil === undefined ? 0 : Math.max(0, Date.parse(heldUntil) - now);
}

/** What Z takes back: the newest that still can be. */
export function undoable(sent: readonly Sent[], now = Date.now()): Sent | undefined {
  return sent.find((one) => heldFor(one, now) > 0);
}

function aboutOf({ caseId, caseKey }: DeskTaskBody, { taskNo, seen }: NonNullable<DeskTaskBody['task']>) {
  return { id: `desk-${crypto.randomUUID()}`, caseId, caseKey, taskNo, seen };
}

/** Somebody was faster, or the question has changed. */
function isTooLate(error: unknown): error is ApiProblem {
  return error instanceof ApiProblem && ['stale', 'already-decided', 'case-not-waiting'].includes(error.code);
}

/** Reads the case again, to tell who was faster and what they said. */
async function whatHappened(
  one: Pick<Sent, 'caseId' | 'taskNo'>,
  problem: Error,
): Promise<Pick<Sent, 'message' | 'faster'>> {
  const message = problem.message;
  if (!isTooLate(problem)) return { message };
  const now = await get<DeskTaskBody>(under('/v1/desk/tasks', one.caseId)).catch(() => undefined);
  const faster = now && fasterOf(now, one.taskNo);
  return faster ? { message, faster } : { message };
}

/** Who answered a question, when it was somebody. */
export function fasterOf(task: DeskTaskBody, taskNo: number): Sent['faster'] {
  const answered = task.verdicts.findLast((verdict) => verdict.accepted && verdict.taskNo === taskNo);
  return answered && { by: answered.by, verdict: answered.verdict, reason: answered.reason ?? '' };
}
