import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { QueuePageBody } from '../src/client/api/schema-desk.ts';
import { timed, type Ask, type Timings } from './desk-http.ts';
import { filteredPath, PAGE } from './desk-reviewer.ts';

export interface Comparing {
  ask: Ask;
  temporal: Client;
  timings: Timings;
  /** Between one pair and the next. */
  pauseMs: number;
  /** By performance.now(). */
  until: number;
}

/** Rows that both answered with, in all: they are only comparable where these are about the same. */
export interface Rows {
  desk: number;
  temporal: number;
}

/**
 * While the reviewers work, one more asks the desk and Temporal's visibility the same, one at a time, first the one, then
 * the other: both meet the same load, and Temporal gets none from the questions but these.
 */
export async function compare({ ask, temporal, timings, pauseMs, until }: Comparing): Promise<Rows> {
  const rows: Rows = { desk: 0, temporal: 0 };
  const { workflowService } = temporal;
  const { namespace } = temporal.options;
  for (let round = 0; performance.now() < until; round++) {
    await sleep(pauseMs);
    const [like] = (await ask<QueuePageBody>('/v1/desk/queue?limit=1')).items;
    if (!like) continue;
    const stage = "CsStage = 'review'";
    const query = `${stage} AND CsPack = '${like.packId}' AND CsGroup = '${like.group}' AND CsReasons = '${like.codes[0] ?? ''}'`;
    const list = async () => await workflowService.listWorkflowExecutions({ namespace, query, pageSize: PAGE });
    const count = async () => await workflowService.countWorkflowExecutions({ namespace, query: stage });
    const pairs = [
      [
        async () =>
          (rows.desk +=
            (await timed(timings, 'pairedFilter', () => ask<QueuePageBody>(filteredPath(like))))?.items.length ?? 0),
        async () => (rows.temporal += (await timed(timings, 'temporalList', list))?.executions.length ?? 0),
      ],
      [
        () => timed(timings, 'pairedCounts', () => ask('/v1/desk/counts')),
        () => timed(timings, 'temporalCount', count),
      ],
    ];
    for (const pair of pairs) for (const one of round % 2 === 0 ? pair : pair.toReversed()) await one();
  }
  return rows;
}
