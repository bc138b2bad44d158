import type { z } from 'zod';
import type { PreparedEffect } from '../domain/decision.ts';
import type { Plan, ReviewPlan } from '../domain/plan.ts';
import type { Duration } from './duration.ts';
import type { Finding, RuleResult } from '../domain/route.ts';

/** One document as text, cleaned; evidence spans count UTF-16 code units in `text`. */
export interface SourceDocument {
  name: string;
  text: string;
}

/** Where in the source a field was found. `document` is the index into the case's sources. */
export interface Evidence {
  document: number;
  start: number;
  end: number;
}

/** One entry of a feed: a supplier of the register, a labelled example. */
export interface FeedItem {
  key: string;
  text: string;
  data: Record<string, unknown>;
}

/** What a pack reads from outside, by feed name. Feeds are loaded into PostgreSQL and searched there. */
export interface Feeds {
  lookUp(feed: string, key: string): Promise<FeedItem | undefined>;
  /** The `limit` items whose text is most alike, best first (trigram similarity). */
  similar(feed: string, text: string, limit: number): Promise<(FeedItem & { similarity: number })[]>;
}

/** What `interpret` makes of a model's answer: the output, and where each field was found. */
export interface Interpreted<Output> {
  output: Output;
  evidence: Partial<Record<keyof Output & string, Evidence | null>>;
}

/** How people are asked, with durations as people write them; the plan carries the same in milliseconds. */
export interface ReviewPolicy extends Pick<ReviewPlan, 'groups' | 'deadlineDefault' | 'fourEyes'> {
  remindAfter: Duration;
  escalateAfter: Duration;
  deadline: Duration;
}

export interface RuleContext<Facts> {
  sources: readonly SourceDocument[];
  facts: Facts;
  evidence: Record<string, Evidence | null | undefined>;
}

/** A business rule. `holds` returns true, or the sentence that tells a reviewer what is wrong (no personal data). */
export interface Rule<Output, Facts> {
  name: string;
  /** `hard`: a person cannot approve against it. `soft`: a person may. Both stop straight-through. */
  severity: 'hard' | 'soft';
  field?: keyof Output & string;
  holds(output: Output, context: RuleContext<Facts>): true | string;
}

/** An effect downstream, in the order of writing. */
export interface EffectDefinition<Output> {
  name: string;
  sink: string;
  collection: string;
  title(output: Output): string;
  request(output: Output, context: { caseId: string }): Record<string, unknown>;
  reversal(output: Output, context: { caseId: string }): Record<string, unknown>;
  /** The business identity, claimed uniquely per pack: only one effect of a pack names it. */
  identity?(output: Output): string;
}

export interface PackDefinition<Answer extends z.ZodType, Output extends z.ZodObject, Facts, Enrichment> {
  id: string;
  /** For people; the pinned version is the hash of everything in the pack's folder. */
  version: string;
  title: string;
  /** The named person who answers for the process after go-live. */
  owner: string;
  /** The pack's folder: `import.meta.dirname`. Its sources are part of the version hash. */
  folder: string;
  accepts: { mediaTypes: readonly string[]; maxBytes: number };
  /** What the model is asked for, as JSON Schema with descriptions. */
  answer: Answer;
  /** What is decided and what a reviewer amends: business values, money in minor units. */
  output: Output;
  instructions: string;
  maxOutputTokens: number;
  /** Fallback chain by tier; the worker maps tiers to configured models. */
  models: readonly { tier: 'primary' | 'fallback'; timeout: Duration; attempts: number }[];
  enrich?(sources: readonly SourceDocument[], feeds: Feeds): Promise<Enrichment>;
  /** Findings on the cleaned input. */
  examine?(sources: readonly SourceDocument[]): Finding[];
  /** The user message: delimited document, examples. */
  present(sources: readonly SourceDocument[], enrichment: Enrichment): string;
  interpret(answer: z.output<Answer>, sources: readonly SourceDocument[]): Interpreted<z.input<Output>>;
  /** Facts that the rules need about an output, e.g. the supplier's entry in the register. */
  facts(output: z.output<Output>, feeds: Feeds, enrichment: Enrichment): Promise<Facts>;
  rules: readonly Rule<z.output<Output>, Facts>[];
  /** Answer properties whose confidence decides the route, and the least value, 0..1, that goes straight through. */
  confidence: { critical: readonly string[]; threshold: number };
  review: ReviewPolicy;
  effects: readonly EffectDefinition<z.output<Output>>[];
  /** A mail with several documents becomes one case each. Default: false. */
  onePerDocument?: boolean;
  /** Folder of the evaluation set with its ground truth, relative to the project. */
  evaluation: string;
}

/** A pack as the activities use it: types erased, every value checked by the pack's own schemas. */
export interface ProcessPack {
  id: string;
  version: string;
  title: string;
  owner: string;
  hash: string;
  accepts: { mediaTypes: readonly string[]; maxBytes: number };
  onePerDocument: boolean;
  evaluation: string;
  manifest: PackManifest;
  plan(models: ModelTiers): Plan;
  prepare(
    sources: readonly SourceDocument[],
    feeds: Feeds,
  ): Promise<{ present: string; enrichment: unknown; findings: Finding[] }>;
  /** The model's answer as output and evidence, or what is wrong with it, field by field. */
  read(
    answer: unknown,
    sources: readonly SourceDocument[],
  ): Checked<{ output: Output; evidence: Record<string, Evidence | null> }>;
  check(output: unknown): Checked<Output>;
  judge(
    output: Output,
    context: {
      sources: readonly SourceDocument[];
      feeds: Feeds;
      enrichment: unknown;
      evidence: Record<string, Evidence | null>;
    },
  ): Promise<RuleResult[]>;
  effects(output: Output, caseId: string): PreparedEffect[];
}
export type Output = Record<string, unknown>;
export type Checked<T> = { ok: true; value: T } | { ok: false; problems: string[] };
export type ModelTiers = Record<'primary' | 'fallback', { provider: string; model: string } | undefined>;

/** What is stored in the ledger under the pack's hash: enough to call the model and to explain a decision later. */
export interface PackManifest {
  id: string;
  version: string;
  owner: string;
  instructions: string;
  answerSchema: Record<string, unknown>;
  outputSchema: Record<string, unknown>;
  maxOutputTokens: number;
  critical: string[];
  threshold: number;
  rules: { name: string; severity: string }[];
  effects: { name: string; sink: string }[];
  review: ReviewPolicy;
  sources: string;
}

/** The packs of this worker. Several versions of one pack may be present; `current` is what new cases get. */
export interface PackRegistry {
  /** Throws `UnknownPack` naming the packs there are. */
  current(packId: string): ProcessPack;
  /** The pinned version, or undefined: another version is never put in its place silently. */
  pinned(hash: string): ProcessPack | undefined;
  ids(): string[];
  models: ModelTiers;
}
