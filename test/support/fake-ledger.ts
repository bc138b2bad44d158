import type { Authentication } from '../../src/domain/attestation.ts';
import type { CaseInput, CaseRecord } from '../../src/activities/case-ports.ts';
import type { EffectRecord } from '../../src/activities/effect-ports.ts';
import type { DecisionRecord, Judged, TaskOpening } from '../../src/activities/review-ports.ts';
import type { CallBegun, CallTerms, ModelCallRecord } from '../../src/activities/model-call-ports.ts';
import type { Ports } from '../../src/activities/ports.ts';
import { caseIdOf, type DocumentRef } from '../../src/domain/case.ts';
import { idempotencyKeyOf } from '../../src/domain/decision.ts';
import type { InformationRequest } from '../../src/domain/information.ts';
import type { Refusal, Verdict } from '../../src/domain/verdict.ts';
import type { Countersignature } from '../../src/domain/countersignature.ts';
import { sha256 } from '../../src/canonical.ts';
import type { PackManifest } from '../../src/packs/pack.ts';
import { fakeCountersignatures } from './fake-countersignatures.ts';
import { fakeInformation, type FakeAnswer } from './fake-information.ts';
import { fakeReviews } from './fake-reviews.ts';

/** A review task as it stands. */
export type Task = TaskOpening & { open: boolean };
type LedgerPorts = Pick<
  Ports,
  'documents' | 'cases' | 'modelCalls' | 'reviews' | 'information' | 'effects' | 'countersignatures'
>;

/** The ledger's contracts in memory; `audit` has a line for each thing recorded. */
export class FakeLedger {
  readonly clock: () => Date;
  readonly audit: string[] = [];
  readonly bytes = new Map<string, Uint8Array>();
  readonly cases = new Map<string, CaseRecord & { input: CaseInput | null }>();
  readonly manifests = new Map<string, PackManifest>();
  readonly calls = new Map<
    string,
    ModelCallRecord & { requestHash: string; failureType?: string; possiblyPaid?: boolean }
  >();
  /** What `begin` was asked, and what it says next in place of the rule. */
  readonly terms: CallTerms[] = [];
  readonly begins: CallBegun[] = [];
  usualMs: number | undefined;
  readonly tasks: Task[] = [];
  readonly openedAt = new Map<Task, Date>();
  readonly askedAt = new Map<Task, Date>();
  readonly decisions: DecisionRecord[] = [];
  readonly withdrawn: { caseId: string; decisionNo: number; by: string; reason?: string }[] = [];
  readonly verdicts: {
    caseId: string;
    verdict: Verdict;
    contentHash: string;
    authentication?: Authentication;
    judged: Judged;
  }[] = [];
  readonly refusals: { caseId: string; verdictId: string; refusal: Refusal }[] = [];
  readonly signed: Countersignature[] = [];
  /** What the write check found. */
  readonly held: string[] = [];
  readonly effects = new Map<string, EffectRecord>();
  readonly identities = new Map<string, string>();
  readonly requests: InformationRequest[] = [];
  readonly answers: FakeAnswer[] = [];
  readonly bands = new Map<string, readonly number[]>();

  constructor(clock: () => Date) {
    this.clock = clock;
  }

  ports(): LedgerPorts {
    return {
      documents: this.#documents(),
      cases: this.#cases(),
      modelCalls: this.#modelCalls(),
      reviews: fakeReviews(this),
      information: fakeInformation(this),
      effects: this.#effects(),
      countersignatures: fakeCountersignatures(this),
    };
  }

  case(caseId: string): CaseRecord & { input: CaseInput | null } {
    const found = this.cases.get(caseId);
    if (!found) throw new TypeError(`no case ${caseId}`);
    return found;
  }

  #documents(): Ports['documents'] {
    return {
      put: (documents) =>
        Promise.resolve(
          documents.map(({ name, mediaType, bytes }): DocumentRef => {
            const hash = sha256(bytes);
            this.bytes.set(hash, bytes);
            return { hash, name, mediaType, size: bytes.length };
          }),
        ),
      get: (hashes) => Promise.resolve(new Map([...this.bytes].filter(([hash]) => hashes.includes(hash)))),
      missing: (hashes) => Promise.resolve(hashes.filter((hash) => !this.bytes.has(hash))),
    };
  }

  #cases(): Ports['cases'] {
    const get = (caseId: string): CaseRecord | undefined => {
      const found = this.cases.get(caseId);
      if (!found) return undefined;
      const tasks = this.tasks.filter((task) => task.caseId === caseId);
      const decided = found.outcome !== null || this.decisions.some((decision) => decision.caseId === caseId);
      return { ...found, decided, lastTaskNo: Math.max(0, ...tasks.map(({ taskNo }) => taskNo)) };
    };
    return {
      get: (caseId) => Promise.resolve(get(caseId)),
      receive: ({ name, documents, submittedBy, owner }) => {
        const caseId = caseIdOf(name);
        const contentHash = documents.map(({ hash }) => hash).join();
        const known = get(caseId);
        if (known) {
          return Promise.resolve(
            known.contentHash === contentHash
              ? { kind: 'existing', record: known }
              : { kind: 'conflict', message: `caseKey: '${name.caseKey}' has other content` },
          );
        }
        if (name.revision > 1 && !this.cases.has(caseIdOf({ ...name, revision: name.revision - 1 })))
          return Promise.resolve({ kind: 'conflict', message: 'revision: was never submitted before' });
        const record: CaseRecord & { input: CaseInput | null } = {
          ...{ ...name, caseId, contentHash, submittedBy, owner, stage: 'received', outcome: null },
          ...{ documents: [...documents], receivedAt: this.clock(), decided: false, lastTaskNo: 0 },
          ...{ plan: null, input: null, answers: [] },
        };
        this.cases.set(caseId, record);
        this.audit.push(`received ${caseId}`);
        return Promise.resolve({ kind: 'created', record });
      },
      input: (caseId) => Promise.resolve(this.cases.get(caseId)?.input ?? undefined),
      manifest: (hash) => Promise.resolve(this.manifests.get(hash)),
      ingested: (caseId, input, plan, manifest, bands = []) => {
        this.bands.set(caseId, bands);
        this.manifests.set(plan.packHash, manifest);
        return this.change(caseId, { input, plan, stage: 'proposing' });
      },
      informed: (caseId, input) => this.change(caseId, { input }),
      moved: (caseId, plan, manifest) => {
        this.manifests.set(plan.packHash, manifest);
        this.audit.push(`moved ${caseId}`);
        return this.change(caseId, { plan });
      },
      withSameDocuments: (caseId) => {
        const own = this.case(caseId).documents.map(({ hash }) => hash);
        const others = [...this.cases.values()].filter((one) => one.caseId !== caseId);
        return Promise.resolve(
          others.filter((one) => one.documents.some(({ hash }) => own.includes(hash))).map((one) => one.caseId),
        );
      },
      withSharedBands: (caseId, bands, limit) => {
        const { packId } = this.case(caseId);
        const found = [...this.cases.values()].filter((one) => {
          const theirs = this.bands.get(one.caseId) ?? [];
          return one.caseId !== caseId && one.packId === packId && theirs.some((band) => bands.includes(band));
        });
        const shown = found.slice(0, limit);
        return Promise.resolve(shown.map((one) => ({ caseId: one.caseId, sources: one.input?.sources ?? [] })));
      },
      close: (caseId, { outcome, by }) => {
        this.audit.push(`closed ${outcome} by ${by}`);
        return this.change(caseId, { outcome, stage: 'closed' });
      },
      stage: (caseId, stage) => this.change(caseId, { stage }),
      open: (_, limit, after = '') => {
        const open = [...this.cases.values()].filter((one) => one.stage !== 'closed' && one.caseId > after);
        return Promise.resolve(open.toSorted((a, b) => (a.caseId < b.caseId ? -1 : 1)).slice(0, limit));
      },
    };
  }

  change(caseId: string, change: Partial<CaseRecord & { input: CaseInput | null }>): Promise<void> {
    this.cases.set(caseId, { ...this.case(caseId), ...change });
    return Promise.resolve();
  }

  #modelCalls(): Ports['modelCalls'] {
    return {
      begin: (terms) => {
        this.terms.push(terms);
        const scripted = this.begins.shift();
        if (scripted) return Promise.resolve(scripted);
        const { caseId, requestHash, provider, model, attempts } = terms;
        const same = [...this.calls.values()].filter(
          (call) => call.caseId === caseId && call.requestHash === requestHash,
        );
        for (const { callId, outcome, costMicros } of same) {
          if (outcome !== 'started' && outcome !== 'failed')
            return Promise.resolve({ kind: 'answered', callId, outcome, costMicros });
        }
        const callId = `call-${this.calls.size + 1}`;
        const usage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 };
        this.calls.set(callId, {
          ...{ callId, caseId, requestHash, provider, model, usage, outcome: 'started', costMicros: null },
          ...{ text: '', tokens: [], responseId: '', responseModel: '', latencyMs: 0, problems: [] },
        });
        return Promise.resolve({ kind: 'begun', callId, last: same.length + 1 >= attempts });
      },
      finished: (callId, _, reply, { costMicros, problems }) => {
        const call = this.calls.get(callId);
        if (call)
          this.calls.set(callId, { ...call, ...reply, costMicros: costMicros ?? null, problems: [...problems] });
        return Promise.resolve();
      },
      failed: (callId, _, { type, possiblyPaid }) => {
        const call = this.calls.get(callId);
        if (call) this.calls.set(callId, { ...call, outcome: 'failed', failureType: type, possiblyPaid });
        return Promise.resolve();
      },
      get: (callId) => Promise.resolve(this.calls.get(callId)),
      usualMs: () => Promise.resolve(this.usualMs),
      waitMs: (_, __, round) => Promise.resolve(round * 1_000),
      worthAskingAgain: () => Promise.resolve([]),
    };
  }

  #effects(): Ports['effects'] {
    const put = (record: EffectRecord) => {
      this.effects.set(record.key, record);
      return Promise.resolve();
    };
    return {
      claim: async (caseId, decisionNo, effect) => {
        const key = idempotencyKeyOf(caseId, decisionNo, effect.name);
        const before = this.effects.get(key);
        if (before) {
          await put({ ...before, called: true });
          return { kind: 'claimed', record: before };
        }
        if (this.withdrawn.some((one) => one.caseId === caseId && one.decisionNo === decisionNo))
          return { kind: 'not-decided' };
        const holder = effect.identity === undefined ? undefined : this.identities.get(effect.identity);
        if (holder !== undefined && holder !== caseId) return { kind: 'identity-taken', by: holder };
        if (effect.identity !== undefined) this.identities.set(effect.identity, caseId);
        const record: EffectRecord = {
          ...{ key, caseId, decisionNo, effect, state: 'pending', called: false, reference: null, undoCalled: false },
        };
        await put({ ...record, called: true });
        this.audit.push(`pending ${key}`);
        return { kind: 'claimed', record };
      },
      get: (key) => Promise.resolve(this.effects.get(key)),
      holder: (_, identity) => Promise.resolve(this.identities.get(identity)),
      ofCase: (caseId) => Promise.resolve([...this.effects.values()].filter((one) => one.caseId === caseId)),
      notSent: (key) => put({ ...this.#effect(key), called: false }),
      undoing: (key) => put({ ...this.#effect(key), undoCalled: true }),
      undoNotSent: (key) => put({ ...this.#effect(key), undoCalled: false }),
      callingAgain: () => Promise.resolve(),
      settle: async (key, state, { reference, last }) => {
        const record = this.#effect(key);
        const allowed = record.state === 'pending' || record.state === 'unknown';
        if (!allowed && !(record.state === 'applied' && state === 'compensated')) return;
        await put({ ...record, state, reference: reference ?? record.reference });
        const { identity } = record.effect;
        if (identity !== undefined && ['refused', 'abandoned', 'compensated'].includes(state))
          this.identities.delete(identity);
        this.audit.push(`${state} ${key}`);
        if (last && state === 'applied') await this.change(record.caseId, { outcome: 'written', stage: 'closed' });
      },
    };
  }

  #effect(key: string): EffectRecord {
    const found = this.effects.get(key);
    if (!found) throw new TypeError(`no effect ${key}`);
    return found;
  }
}
