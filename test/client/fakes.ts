import { pino } from 'pino';
import type { CaseFile } from '../../src/adapters/ledger/case-file.ts';
import type { InformationFile } from '../../src/adapters/ledger/information-reads.ts';
import type { CaseRow } from '../../src/adapters/ledger/reads.ts';
import { attest } from '../../src/activities/attest.ts';
import { createApi } from '../../src/client/api/api.ts';
import type { AccessPorts } from '../../src/client/api/access.ts';
import type { Api, ApiPorts } from '../../src/client/api/ports.ts';
import type { CaseClient } from '../../src/client/case-client.ts';
import type { PackInfo } from '../../src/client/submission.ts';
import { testSigner } from '../support/signing-key.ts';
import { LOCAL_ACCESS } from './access.ts';
import { orThrow } from './or-throw.ts';

export const PACKS: PackInfo[] = [
  {
    id: 'invoice-intake',
    title: 'Supplier invoices',
    owner: 'petra.vogel',
    accepts: { mediaTypes: ['text/plain'], maxBytes: 1000 },
  },
  {
    id: 'ticket-triage',
    title: 'Customer messages',
    owner: 'daniel.okafor',
    accepts: { mediaTypes: ['text/plain'], maxBytes: 1000 },
  },
];

/** Ports of which a test gives what it needs; whatever else is called says so. */
export interface Given {
  client?: Partial<CaseClient>;
  reads?: Partial<ApiPorts['reads']>;
  audit?: ApiPorts['audit'];
  documents?: ApiPorts['documents'];
  feedLoader?: ApiPorts['feedLoader'];
  reviews?: Partial<ApiPorts['reviews']>;
  outbox?: ApiPorts['outbox'];
  linkRows?: Partial<ApiPorts['linkRows']>;
  linkTokens?: ApiPorts['linkTokens'];
  signer?: ApiPorts['signer'];
  submitters?: ApiPorts['submitters'];
  desk?: Partial<ApiPorts['desk']>;
  manifests?: ApiPorts['manifests'];
  web?: string;
  packs?: ApiPorts['packs'];
  access?: AccessPorts;
  links?: ApiPorts['links'];
}

export function apiOf(given: Given): Api {
  const { client = {}, reads = {}, audit, documents, feedLoader, submitters, packs = PACKS, links } = given;
  const { reviews = {}, outbox, linkRows = {}, linkTokens, desk = {}, manifests, web } = given;
  return createApi({
    client: orThrow<CaseClient>('client', client),
    reads: orThrow<ApiPorts['reads']>('reads', reads),
    audit: audit ?? orThrow<ApiPorts['audit']>('audit', {}),
    documents: documents ?? orThrow<ApiPorts['documents']>('documents', {}),
    reviews: orThrow<ApiPorts['reviews']>('reviews', reviews),
    outbox: outbox ?? orThrow<ApiPorts['outbox']>('outbox', {}),
    linkRows: orThrow<ApiPorts['linkRows']>('linkRows', linkRows),
    ...(linkTokens ? { linkTokens } : {}),
    feedLoader: feedLoader ?? orThrow<ApiPorts['feedLoader']>('feedLoader', {}),
    desk: orThrow<ApiPorts['desk']>('desk', desk),
    manifests: manifests ?? orThrow<ApiPorts['manifests']>('manifests', {}),
    ...(web === undefined ? {} : { web }),
    signer: given.signer ?? orThrow<ApiPorts['signer']>('signer', {}),
    submitters: submitters ?? orThrow<ApiPorts['submitters']>('submitters', {}),
    packs,
    access: given.access ?? LOCAL_ACCESS,
    attest: (...said) => attest({ signer: testSigner, clock: () => new Date() }, ...said),
    links: links ?? { namespace: 'default', temporalUi: 'http://127.0.0.1:8233/' },
    log: pino({ level: 'silent' }),
  });
}

export async function collected<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const AT = new Date('2026-03-01T10:00:00.000Z');
export const later = (ms: number) => new Date(AT.getTime() + ms);

export function rowOf(caseId: string, more: Partial<CaseRow> = {}): CaseRow {
  const [, packId = '', caseKey = ''] = caseId.split('/');
  return {
    ...{ caseId, packId, caseKey, revision: 1, owner: 'petra.vogel', stage: 'closed', outcome: 'written' },
    ...{ reason: null, receivedAt: AT, touchedAt: later(900), closedAt: later(1000) },
    ...more,
  };
}

/** A question to the submitter that waits for an answer. */
export function requestOf(more: Partial<InformationFile> = {}): InformationFile {
  return {
    ...{ requestId: 'q-1', caseId: 'case/invoice-intake/INV-1', taskNo: 1, question: 'Which order is it?' },
    ...{ askedBy: 'rita', askedOf: 'sam', proposeAgain: false, askedAt: AT, answerBy: later(86_400_000) },
    ...{ answeredAt: null, givenUpAt: null, taskOpen: true, answer: null },
    ...more,
  };
}

/** A case in review: read, proposed with a doubtful field, one soft rule broken; one verdict was refused. */
export function fileInReview(caseId = 'case/invoice-intake/INV-1'): CaseFile {
  const [, packId = '', caseKey = ''] = caseId.split('/');
  const prepared = {
    ...{ name: 'post', sink: 'accounts-payable', collection: 'postings', title: 'Post 119.00 EUR' },
    ...{ request: { amount: 11_900 }, reversal: {} },
  };
  return {
    record: {
      ...{ caseId, packId, caseKey: decodeURIComponent(caseKey), revision: 1, contentHash: 'c'.repeat(64) },
      ...{ submittedBy: 'ann', owner: 'petra.vogel', stage: 'review', outcome: null, receivedAt: AT, decided: false },
      documents: [{ hash: 'd'.repeat(64), name: 'inv.txt', mediaType: 'text/plain', size: 40 }],
      answers: [],
      lastTaskNo: 1,
      plan: {
        ...{ packId, packVersion: '1.0.0', packHash: 'p'.repeat(64), owner: 'petra.vogel', threshold: 0.8 },
        models: [{ provider: 'openai', model: 'large', timeoutMs: 1, attempts: 1 }],
        review: {
          ...{ groups: ['clerks', 'heads'], remindAfterMs: 1, escalateAfterMs: 2, deadlineMs: 3 },
          ...{ deadlineDefault: 'reject', fourEyes: true },
        },
        asking: {
          ...{ patienceMs: 0, answersGoodForMs: 0, hedge: false },
          budget: { perCaseMicros: null, perDayMicros: null, whenSpent: 'person' },
        },
      },
    },
    input: {
      present: 'x',
      sources: [{ name: 'inv.txt', text: 'Invoice RE-7 of ACME\nTotal 119.00' }],
      findings: [{ name: 'old', severity: 'note', message: 'the invoice is old' }],
      enrichment: null,
    },
    ...{ channel: 'api', reason: null, touchedAt: later(700), closedAt: null },
    modelCalls: [
      {
        ...{
          callId: 'call-1',
          requestHash: 'r'.repeat(64),
          provider: 'openai',
          model: 'large',
          attempt: 1,
          outcome: 'ok',
          text: '{"total":119}',
        },
        ...{ inputTokens: 1000, outputTokens: 50, cachedTokens: 0, costMicros: 1250, responseModel: 'large-1' },
        ...{ latencyMs: 400, failureType: null, failureMessage: null, startedAt: later(100), finishedAt: later(500) },
      },
    ],
    tasks: [
      {
        ...{ caseId, taskNo: 1, kind: 'proposal', seen: 'abcdef123456', packHash: 'p'.repeat(64), group: 'clerks' },
        digest: 'abcdef123456'.padEnd(64, '0'),
        ...{
          openedAt: later(600),
          askedAt: later(600),
          dueAt: later(86_400_000),
          remindAt: later(3_600_000),
          closedAt: null,
        },
        reasons: [{ code: 'low-confidence', field: 'total', message: 'total: confidence 0.41 is below 0.80' }],
        output: { number: 'RE-7', total: 11_900 },
        evidence: { number: { document: 0, start: 8, end: 12 }, total: null },
        confidence: { number: 0.97, total: 0.41 },
        rules: [
          { name: 'totals-add-up', severity: 'hard', holds: true },
          { name: 'known-supplier', severity: 'soft', holds: false, message: 'the supplier is not in the register' },
        ],
        effects: [prepared],
        callId: 'call-1',
      },
    ],
    information: [],
    verdicts: [
      {
        ...{ verdictId: 'v1', channel: 'update', verdict: 'approve', by: 'ann', seen: 'abcdef123456', body: {} },
        accepted: false,
        refusal: { code: 'four-eyes', message: 'by: ann submitted this case; someone else must decide it.' },
        ...{ taskNo: 1, at: later(700) },
      },
    ],
    ...{ decisions: [], countersignatures: [], auditHead: { seq: 4, hash: 'e'.repeat(64) } },
    effects: [],
    audit: [
      entry(1, 0, 'received', { channel: 'api' }),
      entry(2, 90, 'ingested', { packVersion: '1.0.0', findings: [{}] }),
      entry(3, 500, 'model-answered', { callId: 'call-1', outcome: 'ok' }),
      entry(4, 600, 'task-opened', { group: 'clerks', reasons: [{}] }),
    ],
  };

  function entry(seq: number, ms: number, kind: string, data: Record<string, unknown>) {
    return { caseId, seq, at: later(ms).toISOString(), kind, data, prevHash: '0'.repeat(64), hash: 'e'.repeat(64) };
  }
}

/** The same case after bob amended it and it was written. */
export function fileWritten(caseId = 'case/invoice-intake/INV-1'): CaseFile {
  const file = fileInReview(caseId);
  const effect = {
    ...{ name: 'post', sink: 'accounts-payable', collection: 'postings', title: 'Post 119.50 EUR' },
    ...{ request: {}, reversal: {} },
  };
  const key = `${caseId}/1/post`;
  const decision: CaseFile['decisions'][number] = {
    ...{ caseId, decisionNo: 1, kind: 'accept', by: { kind: 'reviewer', name: 'bob' }, effects: [effect] },
    ...{ output: { number: 'RE-7', total: 11_950 }, reason: 'misread', taskNo: 1, at: later(60_000) },
    withdrawnBy: null,
  };
  const [task] = file.tasks;
  const audit = (seq: number, ms: number, kind: string, data: Record<string, unknown>) => ({
    ...{ caseId, seq, at: later(ms).toISOString(), kind, data, prevHash: '0'.repeat(64), hash: 'e'.repeat(64) },
  });
  return {
    ...file,
    record: { ...file.record, stage: 'closed', outcome: 'written', decided: true },
    closedAt: later(61_000),
    tasks: task ? [{ ...task, closedAt: later(60_000) }] : [],
    decisions: [decision],
    effects: [
      {
        ...{ key, caseId, decisionNo: 1, effect, state: 'applied', called: true, reference: 'P-77', undoCalled: false },
        ...{ reason: null, calledAt: later(60_500), settledAt: later(61_000) },
      },
    ],
    audit: [
      ...file.audit,
      audit(5, 60_000, 'verdict-accepted', { by: 'bob', verdict: 'amend', reason: 'misread' }),
      audit(6, 60_000, 'decision', { kind: 'accept', by: { kind: 'reviewer', name: 'bob' } }),
      audit(7, 60_500, 'effect-pending', { key, title: 'Post 119.50 EUR' }),
      audit(8, 61_000, 'effect-applied', { key, reference: 'P-77' }),
      audit(9, 61_000, 'closed', { outcome: 'written' }),
    ],
  };
}
