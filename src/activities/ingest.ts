import { faultOfCaseKey, caseIdOf, type CaseName, type DocumentRef, type InlineDocument } from '../domain/case.ts';
import type { Finding, Reason } from '../domain/route.ts';
import { failure } from '../failures.ts';
import type { DecideCaseInput } from '../messages.ts';
import type { ProcessPack, SourceDocument } from '../packs/pack.ts';
import { staleFeeds } from './freshness.ts';
import { earlierCases } from './near-duplicates.ts';
import type { CaseRecord } from './case-ports.ts';
import type { Ports } from './ports.ts';
import { contentOf, INLINE_BYTES, readDocuments, type Part } from './read-documents.ts';
import { decisionRefOf, resultOf } from './results.ts';
import type { Ingested, Steps } from './steps.ts';

type Needs = Pick<Ports, 'documents' | 'cases' | 'packs' | 'reader' | 'feeds' | 'reviews' | 'clock'>;

/**
 * Reads, cleans and enriches what came in, and pins the plan. Repeats the client's checks for starts that bypass it.
 * Throws `InvalidInput`, `UnknownPack` or `Conflict`, each naming the field; nothing has been accepted then.
 */
export const ingest =
  (ports: Needs): Steps['ingest'] =>
  async ({ caseId, start }) => {
    const { cases, reviews, packs, feeds } = ports;
    const name = nameOf(caseId, start);
    const pack = packs.current(name.packId);
    const record = await accepted(ports, pack, caseId, name, start);
    const { lastTaskNo } = record;
    if (record.outcome !== null)
      return { kind: 'duplicate', result: resultOf(record, await reviews.latestDecision(caseId)) };
    if (record.decided && record.plan) {
      const decision = await reviews.latestDecision(caseId);
      if (decision) return { kind: 'decided', plan: record.plan, decision: decisionRefOf(decision), lastTaskNo };
    }
    const before = record.plan && (await cases.input(caseId));
    if (record.plan && before) {
      const unreadable = unreadableOf(before.sources, before.findings);
      return { kind: 'ready', plan: record.plan, unreadable, lastTaskNo };
    }

    const [read, stale] = await Promise.all([readDocuments(ports, pack, record.documents), staleFeeds(ports, pack)]);
    if (pack.onePerDocument && read.parts.length > 1) return await split(ports, pack, record, read.parts);
    const prepared = await pack.prepare(read.sources, feeds, ports.clock());
    const earlier = await earlierCases(cases, pack, caseId, name, read.sources);
    const findings = [...read.findings, ...prepared.findings, ...earlier.findings, ...stale];
    const plan = pack.plan(packs.models);
    const { present, enrichment, placeholders } = prepared;
    const input = { present, placeholders, enrichment, findings, sources: read.sources };
    await cases.ingested(caseId, input, plan, pack.manifest, earlier.bands);
    return { kind: 'ready', plan, unreadable: unreadableOf(read.sources, findings), lastTaskNo };
  };

function nameOf(caseId: string, start: DecideCaseInput): CaseName {
  const fault = faultOfCaseKey(start?.caseKey);
  if (fault) throw failure('InvalidInput', fault);
  if (typeof start.packId !== 'string') throw failure('InvalidInput', 'packId: name a process pack');
  const revision = start.revision ?? 1;
  if (!Number.isInteger(revision) || revision < 1)
    throw failure('InvalidInput', `revision: ${String(revision)} is no whole number from 1`);
  const name = { packId: start.packId, caseKey: start.caseKey, revision };
  const expected = caseIdOf(name);
  if (caseId !== expected)
    throw failure('InvalidInput', `workflow id: start this case as '${expected}', not as '${caseId}'`);
  return name;
}

/** The case row, made here when the start came past the client. */
async function accepted(
  { cases, documents }: Needs,
  pack: ProcessPack,
  caseId: string,
  name: CaseName,
  start: DecideCaseInput,
): Promise<CaseRecord> {
  checkDocuments(start);
  const known = await cases.get(caseId);
  const hashes = start.documents.map((document) => ('hash' in document ? document.hash : undefined));
  if (known && known.documents.map(({ hash }) => hash).join() === hashes.join()) return known;
  const inline = start.documents.filter((document): document is InlineDocument => !('hash' in document));
  const contents = inline.map(contentOf);
  const bytes = contents.reduce((sum, content) => sum + content.bytes.length, 0);
  if (bytes > INLINE_BYTES) {
    throw failure(
      'InvalidInput',
      `documents: ${bytes} bytes inline, at most ${INLINE_BYTES}; submit larger ones through the API or CLI`,
    );
  }
  const refs = start.documents.filter((document): document is DocumentRef => 'hash' in document);
  const stored = [...refs, ...(await documents.put(contents))];
  const submittedBy = start.submittedBy ?? null;
  const received = await cases.receive({
    name,
    documents: stored,
    submittedBy,
    owner: pack.owner,
    channel: 'temporal',
  });
  if (received.kind === 'conflict') throw failure('Conflict', received.message);
  return received.record;
}

/** A start message past the client may hold anything; a plain error here would be retried without end. */
function checkDocuments(start: DecideCaseInput): void {
  const { documents, submittedBy } = start;
  if (!Array.isArray(documents) || documents.length === 0)
    throw failure('InvalidInput', 'documents: give at least one');
  for (const [at, one] of (documents as unknown[]).entries()) {
    if (typeof one !== 'object' || one === null) throw failure('InvalidInput', `documents[${at}]: is no document`);
    const { hash, name, mediaType, size } = one as Record<string, unknown>;
    if (mediaType !== undefined && typeof mediaType !== 'string')
      throw failure('InvalidInput', `documents[${at}].mediaType: must be text such as "text/plain"`);
    if (!('hash' in one)) continue;
    if (typeof hash !== 'string' || typeof name !== 'string' || mediaType === undefined || typeof size !== 'number')
      throw failure('InvalidInput', `documents[${at}]: a stored one needs hash, name, mediaType and size`);
  }
  if (submittedBy !== undefined && submittedBy !== null && typeof submittedBy !== 'string')
    throw failure('InvalidInput', 'submittedBy: must be a name');
}

/** A mail with several documents: each becomes a case `<caseKey>#<n>`; accepted here, started by the workflow or the sweep. */
async function split(
  { documents, cases }: Needs,
  pack: ProcessPack,
  record: CaseRecord,
  parts: Part[],
): Promise<Ingested> {
  const refs = await documents.put(parts);
  const named: { caseKey: string; revision: number; documents: DocumentRef[] }[] = [];
  for (const [at, ref] of refs.entries()) {
    const part = { submittedBy: record.submittedBy, owner: pack.owner, channel: 'split', documents: [ref] };
    // A part is a case of its own, so its first revision. Its key may be taken by other content: the next one is free.
    for (let number = at + 1; ; number += refs.length) {
      const name = { packId: pack.id, caseKey: `${record.caseKey}#${number}`, revision: 1 };
      if ((await cases.receive({ ...part, name })).kind === 'conflict') continue;
      named.push({ caseKey: name.caseKey, revision: 1, documents: [ref] });
      break;
    }
  }
  await cases.close(record.caseId, {
    outcome: 'split',
    by: 'policy',
    reason: `${parts.length} documents, one case each: ${named.map(({ caseKey }) => caseKey).join(', ')}`,
  });
  return { kind: 'split', owner: pack.owner, parts: named };
}

function unreadableOf(sources: readonly SourceDocument[], findings: readonly Finding[]): Reason[] {
  if (sources.some(({ text }) => text.trim() !== '')) return [];
  const refused = findings.filter(({ severity }) => severity === 'refuse');
  return refused.map(({ message }) => ({ code: 'data-quality', message }));
}
