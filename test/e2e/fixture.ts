import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { openLedger, type Ledger } from '../../src/adapters/ledger/ledger.ts';
import type { CaseRecord } from '../../src/activities/case-ports.ts';
import { startStack, type Stack } from '../../src/dev/stack.ts';
import type { VerdictAnswer } from '../../src/messages.ts';
import { expect } from 'vitest';

/** A real stack on a throwaway state, with a client to Temporal and a view into the ledger. */
export interface Fixture {
  stack: Stack;
  ledger: Ledger;
  temporal: Client;
  close(): Promise<void>;
}

export async function startFixture(
  env: Record<string, string> = {},
  { worker = true, web = false }: { worker?: boolean; web?: boolean } = {},
): Promise<Fixture> {
  const stateDir = await mkdtemp(join(tmpdir(), 'countersign-e2e-'));
  const stack = await startStack({ stateDir, log: (line) => console.log(line), env, worker, web });
  const ledger = openLedger({ url: stack.databaseUrl, poolSize: 3 });
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const temporal = new Client({ connection, namespace: stack.namespace });
  return {
    stack,
    ledger,
    temporal,
    async close() {
      await ledger.close();
      await connection.close();
      await stack.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

/** Asks again until there is an answer; fails after `limitMs` saying what was waited for. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>, limitMs = 90_000): Promise<T> {
  for (const end = Date.now() + limitMs; Date.now() < end; await sleep(150)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
  }
  throw new Error(`waited ${limitMs} ms for: ${what}`);
}

/** One submission through the API: the HTTP status and the body. */
export async function submit(
  { stack }: Pick<Fixture, 'stack'>,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${stack.apiUrl}/v1/cases`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A submission of one text. */
export function textCase(packId: string, caseKey: string, text: string) {
  return { packId, caseKey, documents: [{ name: 'note.txt', mediaType: 'text/plain', text }] };
}

export async function inReview({ ledger }: Fixture, caseId: string, taskNo = 1) {
  return await until(`${caseId}: review task ${taskNo}`, async () => {
    const task = await ledger.reviews.openTask(caseId);
    return task !== undefined && task.taskNo >= taskNo && task;
  });
}

export async function ended({ ledger }: Fixture, caseId: string): Promise<CaseRecord> {
  return await until(`${caseId}: an outcome`, async () => {
    const record = await ledger.cases.get(caseId);
    return record !== undefined && record.outcome !== null && record;
  });
}

/** A verdict through the API; refusals come back as problems. */
export async function decide(
  { stack }: Fixture,
  body: Record<string, unknown>,
): Promise<{ status: number; body: VerdictAnswer & { detail?: string } }> {
  const response = await fetch(`${stack.apiUrl}/v1/verdicts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as VerdictAnswer & { detail?: string } };
}

/** Tells a stand-in how to misbehave, or with `undefined` to stop it. `url`: its admin address. */
export async function behave(url: string, rule: object | undefined): Promise<void> {
  const init = rule
    ? { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(rule) }
    : { method: 'DELETE' };
  expect((await fetch(url, init)).ok).toBe(true);
}
