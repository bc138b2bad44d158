import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { lostRuns } from './lost-runs.ts';
import { Rig } from './rig.ts';
import type { Scenario, Told } from './scenario.ts';
import { serverKills } from './server-kills.ts';
import { workerKills } from './worker-kills.ts';
import { writeKills } from './write-kills.ts';

/**
 * Kills every part of the real stack at every line of a case, and looks whether each case still ends right and stands
 * in the business system's own books once. `--only NAME` runs one scenario, `--json FILE` writes the results,
 * and with KEEP_STATE in the environment the logs and databases stay.
 */
const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });
const all: Scenario[] = [...workerKills, ...writeKills, ...serverKills, ...lostRuns];
const chosen = all.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) throw new Error(`--only: one of ${all.map(({ name }) => name).join(', ')}`);
// Everything here is killed and thrown away: nothing that the environment names may be used.
for (const name of [
  'DATABASE_URL',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_PROFILE',
  'TEMPORAL_CONFIG_FILE',
  'OPENAI_API_KEY',
  'COUNTERSIGN_SINKS',
])
  delete process.env[name];

const LIMIT_MS = 180_000;
const quiet = () => undefined;

interface Result extends Told {
  name: string;
  title: string;
  seconds: number;
}

const results: Result[] = [];
let rig: Rig | undefined;
let stateDir = '';
try {
  for (const scenario of chosen) {
    rig ??= await started();
    const result = await tried(scenario, rig);
    results.push(result);
    const { name, faults, cases, caught, note, seconds } = result;
    console.log(
      `${faults.length === 0 ? 'passed' : 'FAILED'}  ${name}: ${cases} cases, ${caught} cut off, ${seconds} s${note ? `, ${note}` : ''}`,
    );
    for (const fault of faults.slice(0, 12)) console.log(`        ${fault}`);
    if (faults.length > 0) {
      // What a failure left behind must not fail the next one.
      await ended(rig);
      rig = undefined;
    }
  }
} finally {
  if (rig) await ended(rig);
}
report();

async function started(): Promise<Rig> {
  stateDir = await mkdtemp(join(tmpdir(), 'countersign-kills-'));
  return await Rig.start(stateDir, quiet);
}

async function ended(which: Rig): Promise<void> {
  await which.stop();
  if (process.env['KEEP_STATE']) console.log(`        state kept: ${stateDir}`);
  else await rm(stateDir, { recursive: true, force: true });
}

async function tried(scenario: Scenario, on: Rig): Promise<Result> {
  const { name, title } = scenario;
  const began = Date.now();
  const timer = AbortSignal.timeout(LIMIT_MS);
  const late = new Promise<never>((_, reject) => {
    timer.addEventListener('abort', () => reject(new Error(`not done within ${LIMIT_MS / 1000} s`)));
  });
  let told: Told;
  try {
    await on.calm();
    told = await Promise.race([scenario.run(on), late]);
    if (told.caught === 0) told.faults.push('the kill hit no case at the point that it was meant for');
  } catch (error) {
    const said: string[] = [];
    for (let at: unknown = error; at instanceof Error; at = at.cause) said.push(at.message);
    told = { cases: 0, caught: 0, faults: [said.join(' < ')] };
  }
  return { name, title, ...told, seconds: Math.round((Date.now() - began) / 1000) };
}

function report(): never {
  const table = new Table({ head: ['scenario', 'cases', 'cut off', 'time', ''], style: { head: [], border: [] } });
  for (const { title, cases, caught, seconds, faults } of results)
    table.push([
      title,
      cases,
      caught,
      `${seconds} s`,
      faults.length === 0 ? 'passed' : `FAILED: ${faults.length} faults`,
    ]);
  const failed = results.filter(({ faults }) => faults.length > 0).length;
  console.log(`\n${table.toString()}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}
