// Countersign against a textbook Temporal workflow that does the same work, on one machine in one run.
// Usage: node bench/bench.ts [--json FILE] [--short] [--seconds N] [--parked N] [--waiting N] [--think-ms N] [--only model|desk]
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Arm } from './arm.ts';
import { costOf, type CaseCost } from './cost.ts';
import { deskLoad } from './desk.ts';
import { deskAsJson, deskAsText } from './desk-report.ts';
import { verdictToWrite } from './latency.ts';
import { machineLine } from './machine.ts';
import { modelStepAsJson, modelStepAsText } from './model-report.ts';
import { modelStep } from './model-step.ts';
import { park, type Parked } from './parked.ts';
import { asJson, asText, type Measured } from './report.ts';
import { loadRound, type Round } from './throughput.ts';
import { startWorld, type World } from './world.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    short: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    parked: { type: 'string' },
    waiting: { type: 'string' },
    'think-ms': { type: 'string' },
    only: { type: 'string' },
  },
});
const { short, only } = values;
if (only !== undefined && only !== 'model' && only !== 'desk')
  throw new Error(`--only: '${only}' is no part that runs alone; give model or desk`);
const plan = {
  rounds: short ? 2 : 4,
  seconds: wholeNumber('seconds', values.seconds, short ? 5 : 15),
  parked: wholeNumber('parked', values.parked, short ? 500 : 10_000),
  warmUpSeconds: short ? 3 : 8,
  reviewed: short ? 40 : 200,
  costCases: short ? 10 : 20,
  model: { calls: short ? 60 : 300, cachedMessages: short ? 20 : 100, limitSeconds: short ? 20 : 60 },
  desk: {
    waiting: wholeNumber('waiting', values.waiting, short ? 500 : 10_000),
    seconds: wholeNumber('seconds', values.seconds, short ? 10 : 300),
    reviewers: 20,
    thinkMs: wholeNumber('think-ms', values['think-ms'], 200),
  },
};

/** Each on servers of its own. The people of the desk are known by their keys; other verdicts come from nobody in particular. */
const PARTS = {
  arms: { env: {}, run: arms },
  model: { env: {}, run: modelOnly },
  desk: { env: { COUNTERSIGN_ACCESS: 'required' }, run: desk },
} as const;
type Figures = { text: string; json: object };

const startedAt = performance.now();
const log = (line: string) =>
  process.stderr.write(`[${Math.round((performance.now() - startedAt) / 1_000)} s] ${line}\n`);
let world: World | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void Promise.resolve(world?.stop()).then(() => process.exit(1)));
}
const json: object = {};
for (const part of only === undefined ? (['arms', 'desk'] as const) : ([only] as const)) {
  world = await startWorld(log, PARTS[part].env);
  try {
    const { text, json: figures } = await PARTS[part].run(world);
    process.stdout.write(`${text}\n`);
    Object.assign(json, figures);
  } finally {
    await world.stop();
  }
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(json, null, 2)}\n`);

async function arms(on: World): Promise<Figures> {
  const measured = await measure(on);
  return { text: asText(measured), json: asJson(measured) };
}

async function modelOnly(on: World): Promise<Figures> {
  const measured = await modelStep(on, plan.model, log);
  const machine = machineLine(on.server.version);
  const text = `${machine}\n${modelStepAsText(measured)}`;
  return { text, json: { machine, plan: plan.model, modelStep: modelStepAsJson(measured) } };
}

async function desk(on: World): Promise<Figures> {
  const measured = await deskLoad(on, plan.desk, log);
  const machine = machineLine(on.server.version);
  return { text: `${machine}\n${deskAsText(measured)}`, json: { machine, desk: deskAsJson(measured) } };
}

async function measure(on: World): Promise<Measured> {
  for (const arm of on.arms) {
    log(`warm-up: ${arm.name}`);
    await loadRound(on, arm, plan.warmUpSeconds);
  }
  const rounds: Record<Arm['name'], Round[]> = { countersign: [], textbook: [] };
  for (let at = 0; at < plan.rounds; at++) {
    for (const arm of at % 2 === 0 ? on.arms : on.arms.toReversed()) {
      const round = await loadRound(on, arm, plan.seconds);
      rounds[arm.name].push(round);
      log(`round ${at + 1}: ${arm.name} ${round.casesPerSecond.toFixed(1)} cases/s`);
    }
  }
  const straight = await eachArm(on, (arm) => costOf(on, arm, 'straight', plan.costCases));
  const reviewed = await eachArm(on, (arm) => costOf(on, arm, 'reviewed', plan.costCases));
  log(`cost per case measured; ${plan.reviewed} cases per arm wait for a verdict next`);
  const verdictToWriteMs = await verdictToWrite(on, plan.reviewed);
  const ofModelStep = await modelStep(on, plan.model, log);
  const parked = await eachArm(on, (arm) => park(on, arm, plan.parked, log));
  const machine = machineLine(on.server.version);
  return { machine, plan, rounds, straight, reviewed, verdictToWriteMs, modelStep: ofModelStep, parked };
}

async function eachArm<T extends CaseCost | Parked>(
  on: World,
  work: (arm: Arm) => Promise<T>,
): Promise<Record<Arm['name'], T>> {
  const [countersign, textbook] = on.arms;
  return { countersign: await work(countersign), textbook: await work(textbook) };
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name}: '${text}' is no whole number from 1`);
  return value;
}
