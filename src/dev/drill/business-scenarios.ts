import { setTimeout as sleep } from 'node:timers/promises';
import type { Facts } from './facts.ts';
import type { Scenario } from './scenario.ts';
import type { Trial } from './trial.ts';

const CLOSED = { code: 'period-closed', message: 'The period is closed' };
const ALL = ['tickets', 'postings', 'payment-proposals'] as const;
const DOWN_MS = 15_000;

const inState = (facts: Facts, ...states: string[]) =>
  facts.effects.filter(({ state }) => states.includes(state)).length;
const because = (code: string) => (facts: Facts) =>
  facts.cases.filter(({ tasks }) => tasks.some(({ reasons }) => reasons.some((reason) => reason.code === code))).length;

/** The business system misbehaves until every case is answered; what it refused is answered when it behaves again. */
function scenario(
  name: string,
  title: string,
  rules: readonly Record<string, unknown>[],
  more: { met: Scenario['met']; cases: [messages: number, invoices: number]; afterRefusal?: 'reject' },
): Scenario {
  const { met, cases, ...habits } = more;
  const run = async (trial: Trial) => {
    for (const rule of rules) await trial.rig.business(rule);
    const [messages, invoices] = cases;
    await trial.feed([...trial.messages(messages), ...trial.invoices(invoices)]);
    await trial.answered(ANSWERED_MS);
    await trial.over();
  };
  return { name, group: 'business', title, met, run, reviewMeanwhile: true, ...habits };
}

/** The fault lasts no longer: pauses between attempts grow to a minute. */
const ANSWERED_MS = 60_000;
const everywhere = (rule: Record<string, unknown>) => ALL.map((collection) => ({ collection, ...rule }));
const written: Scenario['met'] = ({ effects }) => effects.length;
const both = { cases: [30, 12], met: written } satisfies { cases: [number, number]; met: Scenario['met'] };

export const businessScenarios: Scenario[] = [
  scenario('business-slow', 'every call to the business system takes 6 s', everywhere({ latencyMs: 6_000 }), both),
  {
    name: 'business-down',
    group: 'business',
    title: `the business system drops every connection for ${DOWN_MS / 1000} s`,
    met: written,
    reviewMeanwhile: true,
    async run(trial) {
      for (const rule of everywhere({ down: true })) await trial.rig.business(rule);
      await Promise.all([trial.feed([...trial.messages(30), ...trial.invoices(12)]), sleep(DOWN_MS)]);
      await trial.over();
    },
  },
  scenario(
    'business-5xx',
    'half of the writes are applied and answered with 500',
    everywhere({ status: 500, afterApplying: true, rate: 0.5 }),
    both,
  ),
  scenario(
    'business-reset',
    'half of the writes are applied, then the connection breaks',
    everywhere({ resetAfterApplying: true, rate: 0.5 }),
    both,
  ),
  scenario(
    'business-refuses',
    'half of the tickets are refused for good',
    [{ collection: 'tickets', refuse: CLOSED, rate: 0.5 }],
    {
      cases: [30, 0],
      met: because('effect-refused'),
      afterRefusal: 'reject',
    },
  ),
  scenario(
    'second-refused',
    'the payment is refused after the posting',
    [{ collection: 'payment-proposals', refuse: CLOSED }],
    {
      cases: [0, 16],
      met: (facts) => inState(facts, 'compensated'),
    },
  ),
  scenario(
    'undo-refused',
    'the payment is refused, and so is undoing the posting',
    [
      { collection: 'payment-proposals', refuse: CLOSED },
      { collection: 'postings', refuseReversal: CLOSED },
    ],
    { cases: [0, 16], met: because('compensation-refused') },
  ),
];
