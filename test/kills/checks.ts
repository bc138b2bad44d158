import { sql } from 'kysely';
import type { EffectState } from '../../src/activities/effect-ports.ts';
import type { CaseFile } from '../../src/adapters/ledger/case-file.ts';
import { bookedTwice, type BookEntry } from '../../src/dev/books.ts';
import type { CaseOutcome } from '../../src/domain/case.ts';
import type { Person } from './person.ts';
import type { Rig } from './rig.ts';
import { until } from '../../src/dev/until.ts';

/** How each case must end. */
export type Expected = ReadonlyMap<string, CaseOutcome>;

/** Plays the reviewer until every case has ended; then says what is not as it must be. */
export async function finish(rig: Rig, person: Person, expected: Expected, withinMs = 80_000): Promise<string[]> {
  try {
    await until(
      'every case has ended',
      async () => {
        await person.round();
        return (await stillOpen(rig, expected)).length === 0;
      },
      { withinMs, everyMs: 250 },
    );
  } catch {
    return await Promise.all((await stillOpen(rig, expected)).map((caseId) => evidence(rig, caseId)));
  }
  return await faultsOf(rig, expected);
}

async function stillOpen(rig: Rig, expected: Expected): Promise<string[]> {
  const open = await Promise.all(
    [...expected.keys()].map(async (caseId) => {
      const record = await rig.ledger.cases.get(caseId);
      if (!record || record.outcome === null) return [caseId];
      // The ledger is closed with the last effect, a moment before the run ends.
      const run = await rig.run(caseId);
      return run === undefined || run.status.name === 'RUNNING' ? [caseId] : [];
    }),
  );
  return open.flat();
}

/** What the ledger, Temporal and the business system's own books say against each other. */
export async function faultsOf(rig: Rig, expected: Expected): Promise<string[]> {
  const books = await rig.books();
  const faults = bookedTwice(books);
  for (const { caseId, seq, fault } of await rig.ledger.audit.verifyChains({}))
    faults.push(`audit chain of ${caseId}, entry ${seq}: ${fault}`);
  for (const [caseId, outcome] of expected) {
    const file = await rig.ledger.reads.caseFile(caseId);
    if (!file) {
      faults.push(`${caseId}: the ledger does not know it`);
      continue;
    }
    const status = (await rig.run(caseId))?.status.name;
    const ended = outcome === 'orphaned' || outcome === 'reversed' ? 'TERMINATED' : 'COMPLETED';
    if (file.record.outcome !== outcome) faults.push(`${caseId}: ended ${file.record.outcome}, expected ${outcome}`);
    if (status !== ended)
      faults.push(`${caseId}: its run is ${status}, expected ${ended}${await whyFailed(rig, caseId)}`);
    faults.push(...effectFaults(file, books, outcome).map((fault) => `${caseId}: ${fault}`));
  }
  faults.push(...(await boughtTwice(rig, [...expected.keys()])));
  return faults;
}

/** How often an effect may stand in the books, reversed or not, by what the ledger says of it. */
const TIMES: Readonly<Record<EffectState, readonly [least: number, most: number]>> = {
  applied: [1, 1],
  compensated: [1, 1],
  pending: [0, 1],
  unknown: [0, 1],
  refused: [0, 0],
  abandoned: [0, 0],
};

/** Every effect once, every reversed one reversed once, and nothing in the books that the ledger does not know. */
function effectFaults(file: CaseFile, books: readonly BookEntry[], outcome: CaseOutcome): string[] {
  const faults: string[] = [];
  const { caseId } = file.record;
  for (const { key, state } of file.effects) {
    const entries = books.filter(({ kind, reference }) => kind === 'entry' && reference === key).length;
    const reversals = books.filter(({ kind, reference }) => kind === 'reversal' && reference === `${key}/undo`).length;
    const [least, most] = TIMES[state];
    if (entries > most || entries < least) faults.push(`${key} is ${state}, and booked ${entries} times`);
    if (reversals !== (state === 'compensated' ? 1 : 0))
      faults.push(`${key} is ${state}, and reversed ${reversals} times`);
    if ((state === 'pending' || state === 'unknown') && outcome !== 'orphaned') faults.push(`${key} is still ${state}`);
  }
  const keys = new Set(file.effects.flatMap(({ key }) => [key, `${key}/undo`]));
  for (const { id, reference } of books) {
    if (reference?.replace(/\/\d+\/[^/]+(\/undo)?$/, '') === caseId && !keys.has(reference))
      faults.push(`${id} is booked for ${reference}, which the ledger does not know`);
  }
  const last = file.decisions.at(-1);
  const standing = file.effects.filter(({ state }) => state === 'applied').map(({ key }) => key);
  if (outcome === 'written') {
    if (last?.kind !== 'accept') faults.push('written without an accepting decision');
    for (const { name } of last?.effects ?? []) {
      const key = `${caseId}/${last?.decisionNo}/${name}`;
      if (!standing.includes(key)) faults.push(`written, but ${key} is not applied`);
    }
    if (standing.length !== last?.effects.length) faults.push(`written with ${standing.length} effects standing`);
  }
  if (outcome === 'rejected' && standing.length > 0) faults.push(`rejected, but ${standing.join(', ')} stands`);
  return faults;
}

/** An answer that the ledger holds is never bought again. */
async function boughtTwice(rig: Rig, caseIds: string[]): Promise<string[]> {
  const { rows } = await sql<{ case_id: string; calls: number }>`
    select case_id, count(*)::int as calls from model_calls where outcome = 'ok' and case_id = any(${caseIds}::text[])
    group by case_id, request_hash having count(*) > 1`.execute(rig.ledger.db);
  return rows.map(({ case_id, calls }) => `${case_id}: the same answer was bought ${calls} times`);
}

async function whyFailed(rig: Rig, caseId: string): Promise<string> {
  try {
    await rig.temporal.withDeadline(Date.now() + 2_000, () => rig.temporal.workflow.getHandle(caseId).result());
    return '';
  } catch (error) {
    const said: string[] = [];
    for (let at: unknown = error; at instanceof Error; at = at.cause) said.push(at.message);
    return ` (${said.join(' < ')})`;
  }
}

/** Where a case hangs, for the report of a failure. */
async function evidence(rig: Rig, caseId: string): Promise<string> {
  const record = await rig.ledger.cases.get(caseId);
  const run = await rig.run(caseId);
  const steps = (run?.raw.pendingActivities ?? []).map(
    ({ activityType, attempt, lastFailure }) =>
      `${activityType?.name} attempt ${attempt}${lastFailure?.message ? `: ${lastFailure.message}` : ''}`,
  );
  const task = run?.raw.pendingWorkflowTask;
  const where = [...steps, ...(task ? [`workflow task attempt ${task.attempt}`] : [])].join('; ') || 'nothing pending';
  return `${caseId} hangs: ${record?.stage} (${record?.outcome}) in the ledger, ${run?.status.name ?? 'missing'} in Temporal, ${where}`;
}
