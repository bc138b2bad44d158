import { sampleFeeds } from '../samples.ts';
import { PENNILESS } from './drill-packs.ts';
import type { Facts } from './facts.ts';
import type { Scenario } from './scenario.ts';
import type { Trial } from './trial.ts';

const DAYS_MS = 48 * 3_600_000;
/** Just past the two days that the packs allow. */
const STALE_MS = DAYS_MS + 60_000;

const askedBecause = (text: RegExp) => (facts: Facts) =>
  facts.cases.filter(({ tasks }) =>
    tasks.some(({ reasons }) => reasons.some(({ code, message }) => text.test(`${code} ${message}`))),
  ).length;

/** What a case is decided on is old, or may not be paid for. */
export const dataScenarios: Scenario[] = [
  {
    name: 'feed-stale',
    group: 'data',
    title: 'supplier register and examples are 48 h old',
    met: askedBecause(/stale|hours .*old|days .*old/),
    async run(trial) {
      await loadFeeds(trial, new Date(Date.now() - STALE_MS));
      try {
        await trial.feed([...trial.messages(16), ...trial.invoices(8)]);
        await trial.settled(60_000);
      } finally {
        await loadFeeds(trial, new Date());
      }
      await trial.over();
    },
  },
  {
    // What may be spent, and what happens then, is set in drill-packs.ts.
    name: 'budget-spent',
    group: 'data',
    title: 'the budget is used up before the first call',
    met: askedBecause(/budget/),
    run: async (trial) => await trial.feed(trial.messages(16).map((sample) => ({ ...sample, packId: PENNILESS }))),
  },
];

async function loadFeeds({ rig }: Trial, asOf: Date): Promise<void> {
  const feeds = await sampleFeeds();
  for (const [feed, items] of Object.entries(feeds)) await rig.ledger.feedLoader.load(feed, items, asOf);
}
