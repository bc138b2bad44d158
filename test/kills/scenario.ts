import { sql } from 'kysely';
import type { Sample } from '../../src/dev/samples.ts';
import { finish } from './checks.ts';
import { Person } from './person.ts';
import type { Rig } from './rig.ts';
import { caseOf } from '../../src/dev/supply.ts';

/** One crash, or several of one kind, and what must come of it. */
export interface Scenario {
  /** For `--only`. */
  name: string;
  title: string;
  run(rig: Rig): Promise<Told>;
}

/** What a scenario tells. `caught`: how many steps were at that very point when a kill came; none means it missed. */
export interface Told {
  cases: number;
  caught: number;
  note?: string;
  faults: string[];
}

/** Submits samples in one stream; each must be accepted. Returns their case ids. */
export async function submitted(rig: Rig, samples: readonly Sample[]): Promise<string[]> {
  const receipts = await rig.submit(samples);
  const refused = receipts.filter(({ caseId }) => caseId === undefined);
  if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`);
  return samples.map((sample) => caseOf(sample));
}

export function personFor(rig: Rig, samples: readonly Sample[], ...more: PersonMore): Person {
  return new Person(rig, new Map(samples.map((sample) => [caseOf(sample), sample])), ...more);
}
type PersonMore = [onRefused?: (caseId: string) => 'approve' | 'reject'];

/** The usual end: the reviewer answers, every case is written. */
export async function allWritten(rig: Rig, samples: readonly Sample[], person = personFor(rig, samples)) {
  return await finish(rig, person, new Map(samples.map((sample) => [caseOf(sample), 'written'])));
}

const STARTED = 2;

/** Of how many cases a worker holds this step now, as the server sees it: after a kill, what the kill interrupted. */
export async function holding(rig: Rig, caseIds: readonly string[], step: string): Promise<number> {
  const runs = await Promise.all(caseIds.map((caseId) => rig.run(caseId)));
  return runs.filter((run) =>
    run?.raw.pendingActivities?.some(({ activityType, state }) => activityType?.name === step && state === STARTED),
  ).length;
}

/** Of how many cases a worker holds a workflow task now: local activities run inside one. */
export async function thinking(rig: Rig, caseIds: readonly string[]): Promise<number> {
  const runs = await Promise.all(caseIds.map((caseId) => rig.run(caseId)));
  return runs.filter((run) => run?.raw.pendingWorkflowTask?.state === STARTED).length;
}

/** How many of these cases the ledger has in one of these stages. */
export async function inStage(rig: Rig, caseIds: readonly string[], ...stages: string[]): Promise<number> {
  return await counted(rig, sql`select from cases where case_id = any(${caseIds}::text[]) and stage = any(${stages})`);
}

/** How many model calls of these cases stand so. */
export async function calls(rig: Rig, caseIds: readonly string[], outcome: string): Promise<number> {
  return await counted(
    rig,
    sql`select from model_calls where case_id = any(${caseIds}::text[]) and outcome = ${outcome}`,
  );
}

/** How many effects of these cases stand so. */
export async function effects(rig: Rig, caseIds: readonly string[], state: string, name?: string): Promise<number> {
  return await counted(
    rig,
    sql`select from effects where case_id = any(${caseIds}::text[]) and state = ${state}
      and (${name ?? null}::text is null or name = ${name ?? null})`,
  );
}

async function counted(rig: Rig, rowsOf: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from (${rowsOf}) as found`.execute(
    rig.ledger.db,
  );
  return rows[0]?.count ?? 0;
}

/** Milliseconds between an event and a kill, anew in each run, and reported. */
export function offsets(count: number, upToMs: number): number[] {
  return Array.from({ length: count }, () => Math.round(Math.random() * upToMs)).toSorted((a, b) => a - b);
}
