import { expect, it } from 'vitest';
import { testPack } from '../support/fake-pack.ts';
import { fakePorts } from '../support/fake-ports.ts';

const HOUR = 3_600_000;

function watched(...packs: Parameters<typeof testPack>[0][]) {
  const fakes = fakePorts();
  if (packs.length > 0) fakes.usePacks(packs.map((pack) => testPack(pack)));
  const age = (feed: string, hours: number) => fakes.asOf.set(feed, new Date(fakes.now.at.getTime() - hours * HOUR));
  return { ...fakes, age };
}

it('the owner is told once that a feed is too old, and once that it is fresh again', async () => {
  const { activities, told, age } = watched();
  age('suppliers', 61);
  expect(await activities.watchFeeds()).toEqual({ stale: ['suppliers, olga was told'], fresh: [] });
  expect(await activities.watchFeeds()).toEqual({ stale: [], fresh: [] });
  age('suppliers', 0);
  expect(await activities.watchFeeds()).toEqual({ stale: [], fresh: ['suppliers, olga was told'] });
  await activities.watchFeeds();
  expect(told).toEqual([
    'feed-stale suppliers olga: the supplier register is 61 hours old, at most 48 hours are allowed: ' +
      'cases go to review until it is loaded',
    'feed-fresh suppliers olga: the supplier register is fresh again: cases may go straight through',
  ]);
});

it('nobody is told about feeds that are fresh from the start', async () => {
  const { activities, told } = watched();
  await activities.watchFeeds();
  expect(told).toEqual([]);
});

it('one notice per owner, whichever of their packs it is too old for', async () => {
  const { activities, told, age } = watched(
    { id: 'first', feeds: { suppliers: { maxAge: '3 days' } } },
    { id: 'second', feeds: { suppliers: { maxAge: '1 day' } } },
    { id: 'third', owner: 'nils', feeds: { suppliers: {} } },
    { id: 'fourth', owner: 'mia', feeds: { suppliers: { maxAge: '30 days' } } },
  );
  age('suppliers', 61);
  await activities.watchFeeds();
  expect(told.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    'feed-stale suppliers olga:',
    'feed-stale suppliers nils:',
  ]);
  expect(told[0]).toContain('at most 24 hours are allowed');
});

it('a feed that was never loaded is too old', async () => {
  const { activities, asOf } = watched();
  asOf.set('suppliers', undefined);
  expect((await activities.watchFeeds()).stale).toHaveLength(1);
});
