import pc from 'picocolors';
import { sql } from 'kysely';
import type { CaseFile } from '../adapters/ledger/case-file.ts';
import type { Ledger } from '../adapters/ledger/ledger.ts';
import { tableOf } from './table.ts';
import { fieldAccuracy, type FieldAccuracy } from '../domain/accuracy.ts';
import type { Sample } from './samples.ts';

/** What `--json` writes: the figures that the demonstration prints. */
export interface DemoFigures {
  cases: number;
  straightThrough: number;
  reviewed: number;
  amended: number;
  rejected: number;
  /** Approved by more than one person. */
  bySeveral: number;
  /** Approved, and held back for an undo window before the write. */
  heldBack: number;
  written: number;
  /** Submitted cases that the ledger does not hold, or that ended without an outcome. */
  lost: number;
  /** Effects that stand more than once in the business system's own books. */
  writtenTwice: number;
  /** Written without a person although the ground truth says otherwise. */
  wrongWithoutPerson: number;
  /** Micro-units of the price list's currency. */
  costMicros: number;
  packs: Record<string, { cases: number; fields: Record<string, number> }>;
}

/** One finished case with its ground truth. */
export interface Finished {
  caseId: string;
  sample: Sample;
  file: CaseFile | undefined;
}

/** What the names of played reviewers end with. */
const PLAYED = / \(played\)$/;

/** What happened to a case, in one line for a person. */
export function lineOf({ caseId, file }: Finished): string {
  if (!file) return `${pc.red('LOST')}        ${caseId}`;
  const { record, verdicts, effects } = file;
  const verdict = verdicts.findLast(({ accepted }) => accepted);
  const by =
    file.decisions
      .at(-1)
      ?.approvedBy?.map((name) => name.replace(PLAYED, ''))
      .join(' and ') ?? verdict?.by;
  const how = verdict ? `${verdict.verdict} by ${by}` : 'straight-through';
  const colour = record.outcome === 'written' ? pc.green : record.outcome === 'rejected' ? pc.yellow : pc.red;
  const wrote = effects
    .filter(({ state }) => state === 'applied')
    .map(({ effect, reference }) => `${effect.name} ${reference}`);
  const why = record.outcome === 'rejected' ? (file.reason ?? '') : wrote.join(', ');
  return `${colour((record.outcome ?? record.stage).padEnd(9))} ${caseId.padEnd(46)} ${how.padEnd(46)} ${why}`;
}

/** Counts over all cases; `proposal` is what the model said, before any person. */
export async function figuresOf(
  finished: readonly Finished[],
  ledger: Ledger,
  writtenTwice: number,
): Promise<DemoFigures> {
  const files = finished.flatMap(({ file }) => (file ? [file] : []));
  const verdictsOf = (file: CaseFile) => file.verdicts.filter(({ accepted }) => accepted).map(({ verdict }) => verdict);
  const ended = (outcome: string) => files.filter(({ record }) => record.outcome === outcome).length;
  const { rows } = await sql<{ cost: string | null }>`select sum(cost_micros) as cost from model_calls`.execute(
    ledger.db,
  );
  const packs: DemoFigures['packs'] = {};
  for (const packId of new Set(finished.map(({ sample }) => sample.packId))) {
    const own = finished.filter(({ sample }) => sample.packId === packId);
    const accuracy = fieldAccuracy(
      own.map(({ file, sample }) => ({ output: file ? proposalOf(file) : null, truth: sample.truth })),
    );
    packs[packId] = {
      cases: own.length,
      fields: Object.fromEntries(Object.entries(accuracy).map(([name, field]) => [name, shareOf(field)])),
    };
  }
  return {
    cases: finished.length,
    straightThrough: files.filter((file) => file.decisions[0]?.by.kind === 'policy').length,
    reviewed: files.filter((file) => file.tasks.length > 0).length,
    amended: files.filter((file) => verdictsOf(file).includes('amend')).length,
    rejected: ended('rejected'),
    bySeveral: files.filter(({ decisions }) => (decisions.at(-1)?.approvedBy ?? []).length > 1).length,
    heldBack: files.filter(({ decisions }) => decisions.some(({ undo }) => undo !== undefined)).length,
    written: ended('written'),
    lost: finished.filter(({ file }) => !file || file.record.outcome === null || file.record.outcome === 'orphaned')
      .length,
    writtenTwice,
    wrongWithoutPerson: finished.filter((one) => wrongFields(one).length > 0).length,
    costMicros: Number(rows[0]?.cost ?? 0),
    packs,
  };
}

/** The summary and the accuracy tables as text. */
export function summaryOf(figures: DemoFigures): string {
  const {
    cases,
    straightThrough,
    reviewed,
    amended,
    rejected,
    bySeveral,
    heldBack,
    written,
    lost,
    writtenTwice,
    wrongWithoutPerson,
    costMicros,
  } = figures;
  const summary = tableOf(
    ['what happened', ''],
    [
      ['cases', cases],
      ['straight-through', `${straightThrough} (${percent(straightThrough / cases)})`],
      ['reviewed', `${reviewed} (${amended} amended, ${rejected} rejected)`],
      ['approved by two people', `${bySeveral} (by amount)`],
      ['held back for undo', `${heldBack} (by amount)`],
      ['written', written],
      ['lost', lost],
      ['written twice', writtenTwice],
      ['wrong without a person', `${wrongWithoutPerson} (in at least one field, by ground truth)`],
      ['cost of the model', `${money(costMicros)} (stand-in prices), ${money(costMicros / cases)} a case`],
    ],
  );
  const tables = Object.entries(figures.packs).map(([packId, { cases: of, fields }]) =>
    tableOf(
      [`${packId}: ${of} cases`, "the model's accuracy"],
      Object.entries(fields).map(([name, share]) => [name, percent(share)]),
      [1],
    ),
  );
  return [summary, ...tables].join('\n\n');
}

/** The model's proposal: what its last good answer was worth, before any person; null when there was none. */
function proposalOf(file: CaseFile): Record<string, unknown> | null {
  const first = file.tasks.find(({ kind }) => kind === 'proposal');
  return first ? first.output : (file.decisions[0]?.output ?? null);
}

/** The fields of a case written without a person that differ from the ground truth; empty when it is right. */
export function wrongFields({ file, sample }: Finished): string[] {
  if (file?.record.outcome !== 'written' || file.tasks.length > 0) return [];
  const output = file.decisions[0]?.output ?? null;
  const fields = Object.entries(fieldAccuracy([{ output, truth: sample.truth }]));
  return fields.filter(([, { right }]) => right === 0).map(([name]) => name);
}

function shareOf({ right, of }: FieldAccuracy): number {
  return Math.round((right / of) * 10_000) / 10_000;
}

function money(micros: number): string {
  return (micros / 1_000_000).toFixed(6);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
