import type { Person } from '../domain/access.ts';
import type { Passkey, RelyingParty } from '../domain/passkey.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { PackRegistry } from '../packs/pack.ts';
import type { Countersignatures } from './countersign-ports.ts';
import type { CaseRecord, Cases, Documents } from './case-ports.ts';
import type { Effects } from './effect-ports.ts';
import type { DatedFeeds, FeedAlarms } from './feed-ports.ts';
import type { Reviews } from './review-ports.ts';
import type { InformationRequests } from './information-ports.ts';
import type { ModelCalls } from './model-call-ports.ts';
import type { Replans } from './replan-ports.ts';

/**
 * What the activities need from outside. Each ledger port writes its audit entry in the same transaction as what it
 * records, and every method may be called again with the same input without a second effect.
 */
export interface Ports {
  documents: Documents;
  cases: Cases;
  modelCalls: ModelCalls;
  reviews: Reviews;
  replans: Replans;
  information: InformationRequests;
  effects: Effects;
  feeds: DatedFeeds;
  feedAlarms: FeedAlarms;
  packs: PackRegistry;
  reader: DocumentReader;
  model: Model;
  sinks: Sinks;
  temporal: Workflows;
  signer: Signer;
  countersignatures: Countersignatures;
  access: Access;
  passkeys: Passkeys;
  clock: () => Date;
}

/** The directory of people, as far as judging a verdict needs it. */
export interface Access {
  /** `local`: development on one machine; whoever sends a verdict is believed, and recorded as not authenticated. */
  mode: 'required' | 'local';
  /** As of now; undefined: nobody of that id. */
  person(personId: string): Promise<Person | undefined>;
  /** All, as of now. */
  people(): Promise<Person[]>;
}

/** The passkeys that people have registered, as far as judging a verdict needs them. */
export interface Passkeys {
  /** The host they belong to. */
  party: RelyingParty;
  /** Whether this person has one in force. */
  hasAny(personId: string): Promise<boolean>;
  /** In force; undefined: none of that id, or removed. */
  find(credentialId: string): Promise<Passkey | undefined>;
  /**
   * Notes that a signature of it is used for what `challenge` is of. False: it is not in force any more, or its counter has
   * gone back; the same use again is none.
   */
  use(use: PasskeyUse): Promise<boolean>;
}

/** `signCount`: how often the authenticator says it has signed; 0: it does not count. */
export interface PasskeyUse {
  credentialId: string;
  challenge: string;
  signCount: number;
}

/** The deployment's key: what it signed, it vouches for. */
export interface Signer {
  /** Names the public key; 16 hex digits. */
  keyId: string;
  publicKeyPem: string;
  /** This one and the former ones that still verify. */
  publicKeys: readonly { keyId: string; pem: string }[];
  /** Base64url. */
  sign(text: string): string;
  /** False also for a key that is not known. */
  verify(text: string, signature: string, keyId: string): boolean;
}

/** One question to one model. */
export interface ModelRequest {
  provider: string;
  model: string;
  instructions: string;
  input: string;
  schemaName: string;
  schema: Record<string, unknown>;
  maxOutputTokens: number;
  timeoutMs: number;
  /** Passed on as request metadata; free of personal data. */
  metadata: Record<string, string>;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
}

/** One output token and its log-probability; all tokens joined are the answer text. */
export interface AnswerToken {
  token: string;
  logprob: number;
}

/** What came back, as a value: anything the provider billed, good or not. Transport faults are thrown. */
export interface ModelReply {
  outcome: 'ok' | 'refusal' | 'truncated' | 'filtered' | 'invalid';
  text: string;
  tokens: AnswerToken[];
  usage: Usage;
  responseId: string;
  /** The model that says it answered, with its snapshot. */
  responseModel: string;
  latencyMs: number;
}

export interface Model {
  /** Throws failures of the table (`ProviderBusy`, `ProviderUnavailable`, ...); never retries by itself. */
  ask(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>;
  /** The most a request may take: tokens in, estimated, and out; and what they cost, where a price is known. */
  quote(request: ModelRequest): { tokens: number; price: { micros: number; priceVersion: string } | undefined };
  /** Cost in micro-units of the price list's currency (1,000,000 = one). Undefined when no price is known. */
  costMicros(model: ModelName, usage: Usage): number | undefined;
}
/** A model as the price list names it. */
export type ModelName = { provider: string; model: string };

/** What a sink said. Passing faults are thrown as `SinkUnavailable`. */
export type SinkReply =
  | { kind: 'applied'; reference: string }
  | { kind: 'refused'; reason: string }
  /** The request certainly never reached the sink (connection refused, unknown host). */
  | { kind: 'not-sent'; reason: string };

/** How a sink can tell a repeated request from a new one. */
export type SinkCapability = 'idempotency-key' | 'look-up' | 'neither';

export interface Sink {
  capability: SinkCapability;
  /**
   * Only for `look-up`: how long after a call it may still be applied unseen, in ms. Until then 'not there' proves
   * nothing. Default 0.
   */
  settlesWithinMs?: number;
  apply(call: { key: string; collection: string; request: Record<string, unknown> }): Promise<SinkReply>;
  /** Undoes an applied effect under the key `<key>/undo`. */
  reverse(call: {
    key: string;
    collection: string;
    reference: string;
    request: Record<string, unknown>;
  }): Promise<SinkReply>;
  /** Only for `look-up`: the reference of what was applied under the key, if anything. */
  lookUp(call: { key: string; collection: string }): Promise<string | undefined>;
}

export interface Sinks {
  /** Throws `InvalidInput` naming the sinks that are configured. */
  sink(name: string): Sink;
}

export interface DocumentReader {
  /** Text of one document, and the documents inside it (attachments). Throws `InvalidInput` naming the file. */
  read(document: { name: string; mediaType: string; bytes: Uint8Array }): Promise<ReadDocument>;
}

export interface ReadDocument {
  text: string;
  /** What was cleaned out of the text, by name ('odd-spaces'); none where it is left out. */
  cleanedOf?: readonly string[];
  /** Where the format has pages. */
  pages?: number;
  mediaType: string;
  attachments: { name: string; mediaType: string; bytes: Uint8Array }[];
}

/** The sweep's view of Temporal. */
export interface Workflows {
  /** Ids of the cases whose workflow runs, in one listing; it may lag a few seconds behind. */
  running(): Promise<ReadonlySet<string>>;
  status(caseId: string): Promise<'running' | 'missing' | 'closed'>;
  start(record: CaseRecord): Promise<void>;
  resendVerdict(caseId: string, verdict: Verdict): Promise<void>;
  /** Tells a case in review that a model may be asked again. */
  askAgain(caseId: string): Promise<void>;
  /** Tells a case that people or calendars have changed. One that has ended meanwhile is left alone. */
  replan(caseId: string): Promise<void>;
}
