import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { DrillRig } from './drill-rig.ts';
import { faultsOf, lineOf, passed, reportOf } from './report.ts';
import { historyLengths, type Median, type Row } from './row.ts';
import { runScenario } from './run-scenario.ts';
import { TIME_SCALE } from './scale.ts';
import { chosen, scenarios, undisturbed } from './scenarios.ts';

/**
 * `npm run drill`: everything that Countersign depends on misbehaves, one thing after the other and then all at once, on
 * the real stack. Each scenario gives a row of figures; a case that is lost or written twice fails the drill.
 *
 * `--list`, `--only NAME` (repeatable), `--short` (a few minutes), `--json FILE`, `--keep` (state and logs stay).
 */
const { values } = parseArgs({
  options: {
    list: { type: 'boolean' },
    only: { type: 'string', multiple: true, default: [] },
    short: { type: 'boolean', default: false },
    json: { type: 'string' },
    keep: { type: 'boolean' },
  },
});
const say = (line = '') => console.log(line);
if (values.list) {
  for (const { name, title } of scenarios) say(`${name.padEnd(20)} ${title}`);
  process.exit(0);
}

const wanted = chosen(values.only, values.short);
const began = Date.now();
const rows: Row[] = [];
/** Scenarios that did not come to a row. */
const broken: string[] = [];
let baseline: Median | undefined;
let rig: DrillRig | undefined;
let stateDir = '';
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopped().then(() => process.exit(1)));

say(pc.bold(`Failure drill: ${wanted.length} scenarios on the real stack (Temporal, PostgreSQL, worker, API).`));
say('Model and business system are the stand-ins that come along, told to misbehave; the reviewer is played.');
say(`Outages of minutes are scaled: time passes ${TIME_SCALE} times faster there.`);
say();
try {
  for (const scenario of wanted) {
    const { name, title, mostExtraEvents } = scenario;
    say(pc.dim(`${clock()} ${name}: ${title} ...`));
    try {
      rig ??= await started();
      if (mostExtraEvents !== undefined && !baseline) {
        say(pc.dim(`${clock()} ${undisturbed.name} first, to compare with ...`));
        const { ended } = await runScenario(undisturbed, rig, { short: values.short, baseline: new Map() });
        baseline = historyLengths(ended.cases);
      }
      const { row, ended } = await runScenario(scenario, rig, { short: values.short, baseline: baseline ?? new Map() });
      if (scenario === undisturbed) baseline = historyLengths(ended.cases);
      rows.push(row);
      say(lineOf(row));
      for (const fault of faultsOf(row)) say(pc.red(`        ✗ ${fault}`));
    } catch (error) {
      broken.push(name);
      say(pc.red(`FAILED  ${name}: ${wordsOf(error)}`));
      // What it left behind must not spoil the next one.
      await stopped();
    }
  }
} finally {
  await stopped();
}
say(`\n${reportOf(rows)}\n`);
const failures = rows.filter((row) => !passed(row)).map(({ scenario }) => scenario);
for (const name of broken) say(pc.red(`✗ ${name} came to no end, see above`));
const minutes = ((Date.now() - began) / 60_000).toFixed(1);
say(`${rows.length - failures.length} passed, ${failures.length + broken.length} failed, in ${minutes} minutes.`);
if (values.json !== undefined) {
  const result = { rows, broken, timeScale: TIME_SCALE, short: values.short, minutes: Number(minutes) };
  await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`);
}
process.exit(failures.length + broken.length > 0 ? 1 : 0);

async function started(): Promise<DrillRig> {
  stateDir = await mkdtemp(join(tmpdir(), 'countersign-drill-'));
  // PostgreSQL may run as another user, who must be able to enter.
  await chmod(stateDir, 0o755);
  return await DrillRig.start(stateDir, () => undefined);
}

async function stopped(): Promise<void> {
  const ending = rig;
  rig = undefined;
  await ending?.stop();
  if (stateDir === '') return;
  if (values.keep) say(`State and logs are kept in ${stateDir}`);
  else await rm(stateDir, { recursive: true, force: true, maxRetries: 5 });
  stateDir = '';
}

function clock(): string {
  const seconds = Math.round((Date.now() - began) / 1000);
  return `[${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}]`;
}

function wordsOf(error: unknown): string {
  const said: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) said.push(at.message);
  return said.join(' < ') || String(error);
}
