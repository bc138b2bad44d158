import type { Messages } from './messages.ts';

/** A process that runs only for the bench, as far as the bench needs to know it. */
export interface ArmWorker {
  pid: number;
  stop(graceMs?: number): Promise<unknown>;
}

/** One of the two systems that are compared. Both are driven through this, in the same way. */
export interface Arm {
  name: 'countersign' | 'textbook';
  worker: ArmWorker;
  /** How many waiting cases its worker keeps in memory: its own setting. */
  cachedCases: number;
  messages: Messages;
  /** Accepts one new case and starts it; resolves with its workflow id. */
  submit(route: Route, message: { key: string; text: string }): Promise<string>;
  /** Resolves when the case has ended, written downstream. Throws when it ended in another way. */
  written(workflowId: string): Promise<void>;
  /** How many cases wait for a person. */
  waiting(): Promise<number>;
  /** Reads what approving needs, so that `approve` is one message and nothing else. */
  readQuestions(): Promise<void>;
  /** Sends the verdict as a signal. */
  approve(workflowId: string): Promise<void>;
  /** What names the case's effect in the help desk's books. */
  referenceOf(workflowId: string): string;
  /** Replaces the worker process by a new one. */
  restartWorker(): Promise<void>;
  close(): Promise<void>;
}

export type Route = 'straight' | 'reviewed';

/** Submits `count` new cases, at most `atOnce` being accepted at a time, and returns their workflow ids. */
export async function submitMany(
  arm: Arm,
  route: Route,
  count: number,
  { atOnce, onAccepted }: { atOnce: number; onAccepted?: (accepted: number) => void },
): Promise<string[]> {
  const ids: string[] = [];
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      ids.push(await arm.submit(route, arm.messages.next()));
      onAccepted?.(ids.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
  return ids;
}
