import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from './scenario.ts';
import type { Trial } from './trial.ts';

/** How long everything misbehaves at once. */
const LASTS_MS = { full: 60_000, short: 20_000 };
const CHANGE_MS = 2_500;

/** In turn: what the model does to a share of its calls, over an error rate that never stops. */
const MODEL: readonly Record<string, unknown>[] = [
  { latencyMs: { min: 0, max: 8_000 } },
  { status: 429, retryAfter: '2', rate: 0.5 },
  { invalidJson: true, rate: 0.4 },
  { reset: true, rate: 0.4 },
  { status: 503, rate: 0.6 },
  { schemaInvalid: true, rate: 0.3 },
  { latencyMs: 60_000, rate: 0.1 },
  { status: 429, retryDelay: '3s', rate: 0.5 },
  { truncate: true, rate: 0.3 },
  { refusal: true, rate: 0.2 },
  { drip: { bytes: 2_048, everyMs: 100 } },
];
const BUSINESS: readonly Record<string, unknown>[] = [
  { latencyMs: 3_000 },
  { status: 500, afterApplying: true, rate: 0.5 },
  { down: true, rate: 0.7 },
  { resetAfterApplying: true, rate: 0.5 },
  { status: 503, rate: 0.5 },
  { refuse: { code: 'period-closed', message: 'The period is closed' }, rate: 0.1 },
];

/** Everything at once: every fault in turn every few seconds, and the worker, PostgreSQL and Temporal are killed too. */
export const allAtOnce: Scenario = {
  name: 'all-at-once',
  group: 'all',
  title: 'all of this at once',
  reviewMeanwhile: true,
  met: (_, { kills }) => kills,
  async run(trial) {
    const end = Date.now() + (trial.short ? LASTS_MS.short : LASTS_MS.full);
    const fed = trial.feed([...trial.messages(160), ...trial.invoices(50)]);
    await Promise.all([misbehaving(trial, end), killing(trial, end)]);
    await fed;
    await trial.over();
  },
};

async function misbehaving({ rig }: Trial, end: number): Promise<void> {
  for (let turn = 0; Date.now() < end; turn++) {
    await rig.model({ ...MODEL[turn % MODEL.length], wrongRate: 0.1, seed: 'drill' });
    const rule = BUSINESS[turn % BUSINESS.length] ?? {};
    for (const collection of ['tickets', 'postings', 'payment-proposals']) await rig.business({ collection, ...rule });
    await sleep(CHANGE_MS);
  }
}

/** One after the other, so that each comes back onto whatever the one before left. */
async function killing(trial: Trial, end: number): Promise<void> {
  const { rig, notes } = trial;
  const kills = {
    worker: async () => (await rig.killWorker(), await rig.launchWorker()),
    PostgreSQL: async () => (await rig.killPostgres(), await sleep(1_500), await rig.startPostgres()),
    'Temporal server': async () => (await rig.killTemporal(), await sleep(1_500), await rig.startTemporal()),
  };
  const order = ['worker', 'PostgreSQL', 'worker', 'Temporal server'] as const;
  const done: string[] = [];
  for (let turn = 0; Date.now() < end; turn++) {
    await sleep(4_000);
    const what = order[turn % order.length] ?? 'worker';
    await kills[what]();
    done.push(what);
    trial.kills += 1;
  }
  notes.push(`killed: ${done.join(', ')}`);
}
