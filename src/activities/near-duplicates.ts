import { parseCaseId, type CaseName } from '../domain/case.ts';
import type { Finding } from '../domain/route.ts';
import type { ProcessPack, SourceDocument } from '../packs/pack.ts';
import { bandsOf, likeness, shinglesOf } from '../packs/quality/alike.ts';
import type { Cases } from './case-ports.ts';

export interface Duplicates {
  findings: Finding[];
  /** To be stored with the case, so that later ones find it; none where the pack does not look for likeness. */
  bands: number[];
}

/**
 * Earlier cases with the same document, or with nearly the same text where the pack wants that. Hints only: the write
 * enforces the business identity, and two that come at the same moment do not see each other.
 */
export async function earlierCases(
  cases: Pick<Cases, 'withSameDocuments' | 'withSharedBands'>,
  pack: ProcessPack,
  caseId: string,
  name: CaseName,
  sources: readonly SourceDocument[],
): Promise<Duplicates> {
  const shingles = pack.alike ? sources.map(({ text }) => shinglesOf(text)) : [];
  const bands = shingles.flatMap(bandsOf);
  const [same, candidates] = await Promise.all([
    cases.withSameDocuments(caseId),
    bands.length > 0 ? cases.withSharedBands(caseId, bands, MOST_COMPARED) : [],
  ]);
  const [first] = same.filter((other) => isOther(other, name));
  if (first !== undefined) {
    const message = `The same document came before, as ${first}`;
    return { bands, findings: [{ name: 'same-document', severity: 'review', message }] };
  }
  let best: { caseId: string; share: number } | undefined;
  for (const candidate of candidates) {
    if (!pack.alike || !isOther(candidate.caseId, name) || pack.alike.differ(sources, candidate.sources)) continue;
    const theirs = candidate.sources.map(({ text }) => shinglesOf(text));
    const share = Math.max(0, ...shingles.flatMap((one) => theirs.map((other) => likeness(one, other))));
    if (share >= pack.alike.least && share > (best?.share ?? 0)) best = { caseId: candidate.caseId, share };
  }
  if (!best) return { bands, findings: [] };
  const message = `Nearly the same text came before, as ${best.caseId} (${Math.floor(best.share * 100)} % alike)`;
  return { bands, findings: [{ name: 'near-duplicate', severity: 'review', message }] };
}

/** Cases of which the texts are compared; those with the most bands in common come first. */
const MOST_COMPARED = 10;

/** A part always has the document of the whole that it is from, and a revision that of the former one. */
function isOther(other: string, name: CaseName): boolean {
  const parsed = parseCaseId(other);
  if (parsed?.packId !== name.packId || parsed.caseKey === name.caseKey) return false;
  return !name.caseKey.startsWith(`${parsed.caseKey}#`) && !parsed.caseKey.startsWith(`${name.caseKey}#`);
}
