import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithSignals, runCommand } from './command.ts';
import {
  closingLine,
  countsOfVitest,
  failuresOfVitest,
  firstLine,
  NOTHING,
  sumOf,
  type Counts,
  type VitestReport,
} from './counts.ts';

/** One thing that must hold. A command passes by exit code 0; a vitest project counts each of its tests. */
export type Gate = {
  name: string;
  /** A file, or a pattern of files, without which there is nothing to run. */
  needs?: string;
} & (
  | {
      kind: 'command';
      command: readonly [string, ...string[]];
      /** May run beside the gates next to it that are quick too; its output is shown only when it fails. */
      quick?: boolean;
    }
  | { kind: 'vitest'; project: string }
);

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

/** A program of node_modules. */
export const tool = (name: string, ...args: string[]) => [bin(name), ...args] as const satisfies readonly string[];
/** A script of this repository, under the Node that runs now. */
export const script = (...args: string[]) => [process.execPath, ...args] as const satisfies readonly string[];

/**
 * Runs the gates in their order, all of them even when one fails, and closes with the line 'N passed, N failed'. The
 * exit code is 1 when anything failed. A gate whose `needs` are not there is skipped.
 *
 * @param only names of gates; none means all
 * @param limitMs for all of them; what runs then is stopped, and it and what did not start count as failed
 */
export async function runGates(gates: readonly Gate[], only: readonly string[], limitMs: number): Promise<void> {
  const unknown = only.filter((name) => !gates.some((gate) => gate.name === name));
  if (unknown.length > 0) {
    console.error(`No gate ${unknown.join(', ')}; there are: ${gates.map(({ name }) => name).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  endWithSignals();
  const deadline = Date.now() + limitMs;
  const outcomes: Outcome[] = [];
  const wanted = gates.filter(({ name }) => only.length === 0 || only.includes(name));
  for (const batch of batchesOf(wanted)) {
    const queue = [...batch];
    const work = async () => {
      for (let gate = queue.shift(); gate && process.exitCode === undefined; gate = queue.shift()) {
        outcomes.push(await runGate(gate, deadline));
      }
    };
    await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
  }
  const sum = sumOf(outcomes.map(({ counts }) => counts));
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  console.log(['', ...failures.map((failure) => `FAILED ${failure}`), closingLine(sum)].join('\n'));
  process.exitCode ??= sum.failed > 0 ? 1 : 0;
}

/** Quick gates that follow each other run side by side, every other gate alone. */
function batchesOf(gates: readonly Gate[]): Gate[][] {
  const batches: Gate[][] = [];
  const isQuick = (gate: Gate | undefined) => gate?.kind === 'command' && gate.quick === true;
  for (const gate of gates) {
    const last = batches.at(-1);
    if (last && isQuick(gate) && isQuick(last[0])) last.push(gate);
    else batches.push([gate]);
  }
  return batches;
}

interface Outcome {
  counts: Counts;
  /** A line for each thing that failed: the gate, what it was, why. */
  failures: string[];
}

async function runGate(gate: Gate, deadline: number): Promise<Outcome> {
  const { name, needs } = gate;
  if (needs !== undefined && globSync(needs, { cwd: root }).length === 0) {
    tell(name, 'skipped', `there is no ${needs}`);
    return { counts: { ...NOTHING, skipped: 1 }, failures: [] };
  }
  if (Date.now() >= deadline) {
    tell(name, 'FAILED', 'not started: the time limit for all gates is over');
    return { counts: { ...NOTHING, failed: 1 }, failures: [`${name}: not started, the time was over`] };
  }
  const startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  if (gate.kind === 'vitest') {
    tell(name, 'runs', '');
    const { counts, failures, late } = await runVitest(gate.project, deadline);
    tell(name, counts.failed > 0 ? 'FAILED' : 'passed', `${seconds()}  ${closingLine(counts)}${late ? lateNote : ''}`);
    return { counts, failures: failures.map((failure) => `${name}: ${failure}`) };
  }
  if (!gate.quick) tell(name, 'runs', '');
  const ended = await runCommand(gate.command, { cwd: root, deadline, show: gate.quick ? 'none' : 'errors' });
  const passed = ended.code === 0 && !ended.late;
  tell(name, passed ? 'passed' : 'FAILED', seconds() + (ended.late ? lateNote : ''));
  if (passed) return { counts: { ...NOTHING, passed: 1 }, failures: [] };
  const output = ended.output.trim() || `exit code ${ended.code}, and no output`;
  console.log(indented(output));
  // Most programs say last what was wrong.
  const reason = firstLine(output.slice(output.lastIndexOf('\n') + 1)) + (ended.late ? lateNote : '');
  return { counts: { ...NOTHING, failed: 1 }, failures: [`${name}: ${reason}`] };
}

const lateNote = ', stopped: the time limit for all gates is over';

async function runVitest(project: string, deadline: number) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  try {
    const file = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const command = tool('vitest', 'run', `--project=${project}`, ...reporters);
    const { code, late } = await runCommand(command, { cwd: root, deadline, show: 'all' });
    const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as VitestReport) : undefined;
    const exitCode = late ? null : code;
    return { counts: countsOfVitest(report, exitCode), failures: failuresOfVitest(report, exitCode, root), late };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tell(name: string, state: 'runs' | 'passed' | 'FAILED' | 'skipped', detail: string): void {
  console.log(`${name.padEnd(9)} ${state.padEnd(8)} ${detail}`.trimEnd());
}

const indented = (text: string) => text.trimEnd().replaceAll(/^/gm, '    ');
