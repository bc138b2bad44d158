import { staleness } from '../domain/freshness.ts';
import type { Finding } from '../domain/route.ts';
import type { ProcessPack } from '../packs/pack.ts';
import type { Ports } from './ports.ts';

/**
 * A finding per feed of the pack that is too old now, in one look-up for all of them. Ask before the pack reads its
 * feeds: a feed that is loaded in between then asks a person once too often, never once too seldom.
 */
export async function staleFeeds(
  { feeds, clock }: Pick<Ports, 'feeds' | 'clock'>,
  { feeds: limits }: Pick<ProcessPack, 'feeds'>,
): Promise<Finding[]> {
  if (limits.length === 0) return [];
  const asOf = await feeds.asOf(limits.map(({ feed }) => feed));
  const now = clock();
  return limits.flatMap((limit) => staleness(limit, asOf.get(limit.feed), now) ?? []);
}

/** What was found at intake, and the feeds that went stale since; each feed is named once, as it was first found. */
export function withStale(findings: readonly Finding[], stale: readonly Finding[]): Finding[] {
  const named = new Set(findings.map(({ feed }) => feed));
  return [...findings, ...stale.filter(({ feed }) => !named.has(feed))];
}
