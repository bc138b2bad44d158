import type { Authentication } from '../domain/attestation.ts';
import type { CaseName, CaseOutcome, DocumentRef, Stage } from '../domain/case.ts';
import type { Plan } from '../domain/plan.ts';
import type { Finding } from '../domain/route.ts';
import type { PackManifest, SourceDocument } from '../packs/pack.ts';

export interface Documents {
  put(documents: readonly { name: string; mediaType: string; bytes: Uint8Array }[]): Promise<DocumentRef[]>;
  get(hashes: readonly string[]): Promise<Map<string, Uint8Array>>;
  /** Those of the hashes whose content is not stored. */
  missing(hashes: readonly string[]): Promise<string[]>;
}

/** A case as the ledger holds it. */
export interface CaseRecord extends CaseName {
  caseId: string;
  contentHash: string;
  submittedBy: string | null;
  owner: string;
  stage: Stage;
  outcome: CaseOutcome | null;
  documents: DocumentRef[];
  receivedAt: Date;
  /** True once a decision is recorded, whatever became of it. */
  decided: boolean;
  /** The number of its latest review task, 0 when it had none. */
  lastTaskNo: number;
  /** Documents that its submitter answered with, oldest first. */
  answers: DocumentRef[];
  /** Null before ingest. */
  plan: Plan | null;
}

/** What ingest made of the documents: the text the model sees, and what was noticed. Only an answer of the submitter makes a new one. */
export interface CaseInput {
  /** The user message to the model. */
  present: string;
  /** What the placeholders in `present` stand for; undefined in cases from before there were any. */
  placeholders?: Record<string, string>;
  /** The cleaned source texts that evidence points into, one per document. */
  sources: SourceDocument[];
  findings: Finding[];
  enrichment: unknown;
}

/** The receipt of a submission: the case, and whether this call created it. */
export type Received = { kind: 'created' | 'existing'; record: CaseRecord } | { kind: 'conflict'; message: string };

export interface Cases {
  /**
   * One transaction: document contents as far as given, case row, document links, first audit entry. Same key and
   * content: the existing case; nothing is stored then, nor on a conflict.
   */
  receive(input: {
    name: CaseName;
    documents: readonly DocumentRef[];
    /** Contents by hash, where they are not stored yet. */
    contents?: ReadonlyMap<string, Uint8Array>;
    submittedBy: string | null;
    owner: string;
    channel: string;
  }): Promise<Received>;
  get(caseId: string): Promise<CaseRecord | undefined>;
  /** Undefined before ingest. */
  input(caseId: string): Promise<CaseInput | undefined>;
  /** What is stored under a pack version's hash. */
  manifest(hash: string): Promise<PackManifest | undefined>;
  /**
   * Stores what ingest made of the case, its plan among it, and moves it to `proposing`. `bands`: by which cases that come
   * later find this one, 32-bit integers.
   */
  ingested(
    caseId: string,
    input: CaseInput,
    plan: Plan,
    manifest: PackManifest,
    bands?: readonly number[],
  ): Promise<void>;
  /** Stores the input with an answer of the submitter in it. `inputNo`: how many answers it has; again: no change. */
  informed(caseId: string, input: CaseInput, inputNo: number): Promise<void>;
  /** Pins the case to another plan: the visible move after a pack version is gone. */
  moved(caseId: string, plan: Plan, manifest: PackManifest, why: string): Promise<void>;
  /** Other cases that carry a document of the same content, oldest first. */
  withSameDocuments(caseId: string): Promise<string[]>;
  /** Other cases of the same pack that share at least one band, those that share most first, then the oldest. */
  withSharedBands(
    caseId: string,
    bands: readonly number[],
    limit: number,
  ): Promise<{ caseId: string; sources: SourceDocument[] }[]>;
  /** Ends a case without a written decision, or after one was compensated. */
  close(
    caseId: string,
    end: { outcome: CaseOutcome; by: string; reason?: string; authentication?: Authentication },
  ): Promise<void>;
  stage(caseId: string, stage: Stage): Promise<void>;
  /** Open cases last touched before `before`, for the sweep, in the order of their ids; `after` is the last of the page before. */
  open(before: Date, limit: number, after?: string): Promise<{ caseId: string; stage: Stage; receivedAt: Date }[]>;
}
