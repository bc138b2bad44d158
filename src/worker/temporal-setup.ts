import { ScheduleAlreadyRunning, type Client } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../messages.ts';

/** temporal.api.enums.v1.IndexedValueType, as the protocol numbers it. */
const CODES: Record<SearchAttributeType, number> = {
  TEXT: 1,
  KEYWORD: 2,
  INT: 3,
  DOUBLE: 4,
  BOOL: 5,
  DATETIME: 6,
  KEYWORD_LIST: 7,
};

/**
 * Registers the search attributes that are missing. Where the operator service is closed to us (Temporal Cloud), they
 * must be made with its own tools; the message says which.
 */
export async function registerSearchAttributes(client: Client, namespace: string): Promise<string[]> {
  const { operatorService } = client.connection as unknown as { operatorService: OperatorService };
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter(({ name }) => !(name in customAttributes));
  if (missing.length === 0) return [];
  const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, CODES[type]]));
  try {
    await operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    // Another worker may have been faster.
    if (!String(error).includes('already exist'))
      throw new Error(`search attributes missing in ${namespace}: ${Object.keys(searchAttributes).join(', ')}`, {
        cause: error,
      });
  }
  return missing.map(({ name }) => name);
}

interface OperatorService {
  listSearchAttributes(request: { namespace: string }): Promise<{ customAttributes: Record<string, unknown> }>;
  addSearchAttributes(request: { namespace: string; searchAttributes: Record<string, number> }): Promise<unknown>;
}

/** The schedule that runs the sweep; a second worker finds it there. */
export async function scheduleSweep(client: Client, taskQueue: string, every: string): Promise<void> {
  await scheduled(client, taskQueue, {
    name: 'sweep',
    workflowType: 'sweep',
    every,
    summary: 'Find cases that are lost',
  });
}

/** The schedule that watches the age of the feeds; a second worker finds it there. */
export async function scheduleWatchFeeds(client: Client, taskQueue: string, every: string): Promise<void> {
  const summary = 'Find feeds that are too old';
  await scheduled(client, taskQueue, { name: 'watch-feeds', workflowType: 'watchFeeds', every, summary });
}

/** The schedule that looks whether people or calendars move open questions; a second worker finds it there. */
export async function scheduleReplan(client: Client, taskQueue: string, every: string): Promise<void> {
  const summary = 'Find questions that others should answer, or at other times';
  await scheduled(client, taskQueue, { name: 'replan', workflowType: 'replanReviews', every, summary });
}

async function scheduled(
  client: Client,
  taskQueue: string,
  { name, workflowType, every, summary }: { name: string; workflowType: string; every: string; summary: string },
): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: `${taskQueue}-${name}`,
      spec: { intervals: [{ every: every as '1 minute' }] },
      action: {
        type: 'startWorkflow',
        workflowType,
        taskQueue,
        workflowId: `${taskQueue}-${name}`,
        staticSummary: summary,
      },
      policies: { overlap: 'SKIP', catchupWindow: '1 minute' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
