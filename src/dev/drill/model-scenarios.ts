import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../samples.ts';
import { IMPATIENT } from './drill-packs.ts';
import type { Facts } from './facts.ts';
import { OUTAGE_MS } from './scale.ts';
import type { Scenario } from './scenario.ts';
import type { Trial } from './trial.ts';

const calls = ({ cases }: Facts) => cases.flatMap((one) => one.calls);
const failed = (facts: Facts) => calls(facts).filter(({ outcome }) => outcome === 'failed').length;
const slow = (ms: number) => (facts: Facts) => calls(facts).filter(({ latencyMs }) => latencyMs >= ms).length;

/** The model misbehaves in one way for as long as there are cases. */
function lasting(
  name: string,
  title: string,
  behaviour: Record<string, unknown>,
  more: { full: [messages: number, invoices: number]; met: Scenario['met'] },
): Scenario {
  const run = async (trial: Trial) => {
    await trial.rig.model(behaviour);
    const [messages, invoices] = more.full;
    await trial.feed([...trial.messages(messages), ...(invoices > 0 ? trial.invoices(invoices) : [])]);
  };
  return { name, group: 'model', title, met: more.met, run };
}

/** How long all calls meet 429; each form of Retry-After is asked for as often. */
const STORM_MS = 6_000;

function storm(form: string, says: string, header: () => Record<string, unknown>): Scenario {
  return {
    name: `busy-${form}`,
    group: 'model',
    title: `429 for ${STORM_MS / 1000} s, ${says}`,
    met: (facts) => calls(facts).filter(({ failureType }) => failureType === 'ProviderBusy').length,
    async run(trial) {
      await trial.rig.model({ status: 429, ...header() });
      await Promise.all([trial.feed([...trial.messages(30, 8), ...trial.invoices(6, 2)]), sleep(STORM_MS)]);
      await trial.over();
    },
  };
}

/** One or both providers are away: their process is killed and comes back under the same address. */
function away(which: readonly ('primary' | 'fallback')[], of: (trial: Trial) => Sample[]): Scenario['run'] {
  return async (trial) => {
    const providers = which.map((name) => trial.rig[name]);
    await Promise.all(providers.map((provider) => provider.kill()));
    const began = Date.now();
    await trial.feed(of(trial));
    await sleep(Math.max(0, OUTAGE_MS - (Date.now() - began)));
    await Promise.all(providers.map((provider) => provider.restart()));
    await trial.over();
  };
}

export const modelScenarios: Scenario[] = [
  lasting(
    'wrong',
    'the model is wrong 15 % of the time, as sure as ever',
    { wrongRate: 0.15, seed: 'drill' },
    {
      full: [120, 50],
      met: ({ cases }) => cases.length,
    },
  ),
  lasting('slow', 'every answer takes 8 s', { latencyMs: 8_000 }, { full: [50, 15], met: slow(8_000) }),
  {
    name: 'spikes',
    group: 'model',
    title: 'every seventh answer takes 60 s',
    met: (facts) => failed(facts) + slow(15_000)(facts),
    async run(trial) {
      await trial.rig.model({ latencyMs: 60_000, rate: 1 / 7 });
      await trial.feed([...trial.messages(40), ...trial.invoices(8)]);
    },
  },
  storm('seconds', 'Retry-After in seconds', () => ({ retryAfter: '3' })),
  storm('ms', 'retry-after-ms', () => ({ retryAfterMs: 2_500 })),
  storm('date', 'Retry-After as an HTTP date', () => ({ retryAfter: new Date(Date.now() + STORM_MS).toUTCString() })),
  storm('google', "Google's retryDelay in the body", () => ({ retryDelay: '2.5s' })),
  storm('none', 'no word when to come again', () => ({})),
  {
    name: 'provider-down',
    group: 'model',
    title: 'the first provider is down for ten minutes (scaled)',
    met: failed,
    run: away(['primary'], (trial) => [...trial.messages(40), ...trial.invoices(10)]),
  },
  {
    name: 'providers-down',
    group: 'model',
    title: 'both providers are down for ten minutes (scaled), within patience',
    met: failed,
    run: away(['primary', 'fallback'], (trial) => [...trial.messages(40), ...trial.invoices(10)]),
  },
  {
    name: 'patience-over',
    group: 'model',
    title: 'both providers are down for longer than the pack waits',
    met: failed,
    run: away(['primary', 'fallback'], (trial) =>
      trial.messages(16).map((sample) => ({ ...sample, packId: IMPATIENT })),
    ),
  },
  lasting(
    'invalid-json',
    'half of the answers are no JSON',
    { invalidJson: true, rate: 0.5 },
    { full: [30, 10], met: counted('invalid') },
  ),
  lasting(
    'schema-invalid',
    'half of the answers break the schema',
    { schemaInvalid: true, rate: 0.5 },
    {
      full: [30, 10],
      met: (facts) => counted('invalid')(facts) + facts.cases.filter(invalidAnswer).length,
    },
  ),
  lasting(
    'refusals',
    'every third answer is a refusal',
    { refusal: true, rate: 1 / 3 },
    { full: [30, 10], met: counted('refusal') },
  ),
  lasting(
    'truncated',
    'half of the answers are cut off',
    { truncate: true, rate: 0.5 },
    { full: [30, 10], met: counted('truncated') },
  ),
  lasting(
    'drip',
    'answers come in drops: 1 KB every 100 ms',
    { drip: { bytes: 1_024, everyMs: 100 } },
    { full: [40, 10], met: slow(300) },
  ),
  lasting(
    'reset',
    'every third answer breaks off in the middle',
    { reset: true, rate: 1 / 3 },
    { full: [40, 10], met: failed },
  ),
];

function counted(name: string): (facts: Facts) => number {
  return (facts) => calls(facts).filter(({ outcome }) => outcome === name).length;
}

function invalidAnswer({ tasks }: Facts['cases'][number]): boolean {
  return tasks.some(({ reasons }) => reasons.some(({ code }) => code === 'model-answer-invalid'));
}
