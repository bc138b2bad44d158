import { setTimeout as sleep } from 'node:timers/promises';
import type { DeskTaskBody, QueueItemBody, QueuePageBody } from '../src/client/api/schema-desk.ts';
import type { EventsHeard } from './desk-events.ts';
import { timed, type Ask, type Timings } from './desk-http.ts';

export const PAGE = 100;
/** One answer in so many is given without a claim, which is another change: only these time the event stream. */
const UNCLAIMED_EVERY = 4;

export interface Reviewing {
  personId: string;
  ask: Ask;
  heard: EventsHeard;
  timings: Timings;
  /** Between the answer to one question and the next, and as long over each question. */
  thinkMs: number;
  /** By performance.now(). */
  until: number;
}

/** One reviewer: queue, filter, search, next question, claim, verdict, as the web app asks them, until the time is over. Returns how many verdicts were taken. */
export async function review(by: Reviewing): Promise<number> {
  let taken = 0;
  for (let round = 0; performance.now() < by.until; round++) {
    await sleep(by.thinkMs);
    const page = await timed(by.timings, 'firstPage', () => by.ask<QueuePageBody>(`/v1/desk/queue?limit=${PAGE}`));
    const [first] = page?.items ?? [];
    if (!page || !first) continue;
    await look(by, first);
    const free = page.items.filter(({ claim }) => claim === null);
    const item = free[Math.floor(Math.random() * free.length)];
    if (item && (await answer(by, item, round % UNCLAIMED_EVERY === 0))) taken += 1;
  }
  return taken;
}

/** Narrows the queue, reads the counts, searches. */
async function look({ ask, timings }: Reviewing, like: QueueItemBody): Promise<void> {
  await timed(timings, 'filter', () => ask(filteredPath(like)));
  await timed(timings, 'counts', () => ask('/v1/desk/counts'));
  await timed(timings, 'search', () => ask(`/v1/desk/search?text=${encodeURIComponent(like.caseKey.slice(-5))}`));
}

/** The first page of what has the same pack, group and reason. */
export function filteredPath({ packId, group, codes }: QueueItemBody): string {
  const filter = { packId, group, reason: codes[0] ?? '', limit: String(PAGE) };
  return `/v1/desk/queue?${new URLSearchParams(filter).toString()}`;
}

/** Opens one question, takes it and approves it. True when the case took the verdict. */
async function answer(by: Reviewing, { caseId, taskNo }: QueueItemBody, unclaimed: boolean): Promise<boolean> {
  const { ask, heard, timings, personId } = by;
  const file = await timed(timings, 'nextItem', () => ask<DeskTaskBody>(`/v1/desk/tasks/${encodeURI(caseId)}`));
  const task = file?.task;
  if (!task || task.taskNo !== taskNo) return false;
  await timed(timings, 'look', () => ask('/v1/desk/looks', { caseId, taskNo }));
  if (!unclaimed) {
    const claimed = await timed(timings, 'claim', () => ask('/v1/desk/claims', { caseId, taskNo }));
    if (!claimed) return false;
  }
  await sleep(by.thinkMs);
  const verdict = {
    caseId,
    verdictId: `bench-${crypto.randomUUID()}`,
    verdict: 'approve',
    by: personId,
    seen: task.seen,
  };
  if (unclaimed) heard.await(caseId);
  const accepted = await timed(timings, 'verdict', () => ask('/v1/verdicts', verdict));
  if (!accepted) heard.forget(caseId);
  return accepted !== undefined;
}
