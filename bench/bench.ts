// Countersign against a textbook Temporal workflow that does the same work, on one machine in one run.
// Usage: node bench/bench.ts [--json FILE] [--short] [--seconds N] [--parked N]
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Arm } from './arm.ts';
import { costOf, type CaseCost } from './cost.ts';
import { verdictToWrite } from './latency.ts';
import { machineLine } from './machine.ts';
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
  },
});
const { short } = values;
const plan = {
  rounds: short ? 2 : 4,
  seconds: wholeNumber('seconds', values.seconds, short ? 5 : 15),
  parked: wholeNumber('parked', values.parked, short ? 500 : 10_000),
  warmUpSeconds: short ? 3 : 8,
  reviewed: short ? 40 : 200,
  costCases: short ? 10 : 20,
};

const startedAt = performance.now();
const log = (line: string) =>
  process.stderr.write(`[${Math.round((performance.now() - startedAt) / 1_000)} s] ${line}\n`);
const world = await startWorld(log);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void world.stop().then(() => process.exit(1)));
}
try {
  const measured = await measure(world);
  process.stdout.write(asText(measured));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(asJson(measured), null, 2)}\n`);
} finally {
  await world.stop();
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
  const parked = await eachArm(on, (arm) => park(on, arm, plan.parked, log));
  return { machine: machineLine(on.server.version), plan, rounds, straight, reviewed, verdictToWriteMs, parked };
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
