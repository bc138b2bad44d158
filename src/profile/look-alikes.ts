import type { Finding } from '../domain/route.ts';
import type { ProcessPack, SourceDocument } from '../packs/pack.ts';
import { bandsOf, likeness, shinglesOf } from '../packs/quality/alike.ts';
import type { Read } from './read-input.ts';

/** The earlier document that one is a copy of. */
export interface LookAlike {
  of: string;
  /** The share of word groups in common; 1 with `exact` for the same bytes. */
  share: number;
  exact: boolean;
  /** Present where a case would get it. */
  finding?: Finding;
}

/** What counts as nearly the same where the pack does not say. */
const LEAST = 0.8;

interface Seen {
  name: string;
  sources: readonly SourceDocument[];
  shingles: ReadonlySet<number>[];
}

/** Tells for one document after the other which earlier one it is a copy of, exact or nearly. */
export function lookAlikes(pack: ProcessPack): (read: Read) => LookAlike | null {
  const byHash = new Map<string, string>();
  const byBand = new Map<number, Seen[]>();
  const { least = LEAST, differ = () => false } = pack.alike ?? {};

  return ({ name, hash, sources }) => {
    if (sources.length === 0) return null;
    const first = byHash.get(hash);
    if (first !== undefined) {
      const message = 'the same document came before';
      return { of: first, share: 1, exact: true, finding: { name: 'same-document', severity: 'review', message } };
    }
    byHash.set(hash, name);
    const own: Seen = { name, sources, shingles: sources.map(({ text }) => shinglesOf(text)) };
    const bands = own.shingles.flatMap(bandsOf);
    let best: LookAlike | null = null;
    for (const other of new Set(bands.flatMap((band) => byBand.get(band) ?? []))) {
      const share = Math.max(0, ...own.shingles.flatMap((one) => other.shingles.map((two) => likeness(one, two))));
      if (share < least || share <= (best?.share ?? 0) || differ(sources, other.sources)) continue;
      best = { of: other.name, share, exact: false };
    }
    for (const band of bands) byBand.set(band, [...(byBand.get(band) ?? []), own]);
    if (!best || !pack.alike) return best;
    const message = `nearly the same text came before (${Math.floor(best.share * 100)} % alike)`;
    return { ...best, finding: { name: 'near-duplicate', severity: 'review', message } };
  };
}
