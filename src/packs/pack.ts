import type { z } from 'zod';
import type { PreparedEffect } from '../domain/decision.ts';
import type { Assignment } from '../domain/assignment.ts';
import type { FeedLimit } from '../domain/freshness.ts';
import type { LinkPolicy } from '../domain/link.ts';
import type { Condition, Level } from '../domain/policy.ts';
import type { Plan, ReviewPlan } from '../domain/plan.ts';
import type { RejectReason } from '../domain/reject-reasons.ts';
import type { LiveFacts } from '../domain/countersignature.ts';
import type { Calendar } from './calendar.ts';
import type { Duration } from './duration.ts';
import type { Finding, RuleResult } from '../domain/route.ts';
import type { LiveFactDefinition } from './live-facts.ts';
import type { RedactedKind } from './personal-data.ts';
import type { QualityRule } from './quality/rule.ts';

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

/**
 * What a pack reads from outside, by feed name. Feeds are loaded into PostgreSQL and searched there. A feed that the pack
 * does not declare throws: nobody would watch its age.
 */
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
export interface ReviewPolicy extends Pick<ReviewPlan, 'groups' | 'fourEyes' | 'unattested' | 'passkey'> {
  /** `handTo`: that group or person is asked from then on. A deadline never accepts. */
  deadlineDefault: 'reject' | 'keep-waiting' | { handTo: string };
  /** These may be working time by `calendar`: '8 business hours', '2 business days'. */
  remindAfter: Duration;
  escalateAfter: Duration;
  deadline: Duration;
  /** How long a group has before the next one is asked, where that is not `escalateAfter`. */
  answerWithin?: Readonly<Record<string, Duration>>;
  /**
   * What a reviewer asks the submitter: `within`: how long there is for the answer, default 3 days. `proposeAgain`: the
   * model is asked again with every answer, default only when the reviewer says so.
   */
  information?: { within?: Duration; proposeAgain?: boolean };
  /** How often each group is reminded at most, and at least how far apart. Default: once. */
  reminders?: { most: number; every: Duration };
  /** When people work; read at each step, so a changed one counts for open cases too. */
  calendar?: Calendar;
  /** Of groups that work at other times. */
  calendars?: Readonly<Record<string, Calendar>>;
  /**
   * For how long an approval may be taken back before anything is written: the longest window of the rules that apply.
   * Default: none.
   */
  undo?: readonly { when: Condition; for: Duration }[];
  /**
   * How many different people must approve, and in which groups they are: of the levels that apply, the one that needs
   * most. Default: one, of `groups`.
   */
  levels?: readonly Level[];
  /**
   * Whether people may decide by a single-use link in a message (see docs/notices.md). `low-risk`: only where one approval
   * suffices and four eyes are not asked for. Default: never.
   */
  links?: LinkPolicy;
  /**
   * Whom of a group a question is assigned to, which binds nobody: nobody (`pull`), who waits longest for one
   * (`round-robin`), or who has the fewest (`least-load`). Default: `pull`.
   */
  assign?: Assignment;
  /**
   * What a wrong or late decision puts at stake, for the order of the review desk: a numeric field of the output, and the
   * value where there is none, both in minor units. Default: 10,000 (a hundred units of money).
   */
  stake?: { field?: string; otherwise: number };
  /** What people choose from when they reject, at most nine, most used first. Default: `REJECT_REASONS`. They may always write another. */
  rejectReasons?: readonly RejectReason[];
  /** The field of the output by which cases count as alike when several are decided at once, e.g. the supplier. */
  alikeBy?: string;
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
  /** Personal data that no model sees: placeholders stand for it in the request, and it is put back into the answer. */
  redact?: readonly RedactedKind[];
  maxOutputTokens: number;
  /** Fallback chain by tier; the worker maps tiers to configured models. */
  models: readonly { tier: 'primary' | 'fallback'; timeout: Duration; attempts: number }[];
  /** What asking may take; see `AskingPlan` for the meaning. Defaults: 30 minutes, no limits, 30 days, no hedging. */
  asking?: {
    patience?: Duration;
    /** In units of the price list's currency, e.g. 0.05. */
    budget?: { perCase?: number; perDay?: number; whenSpent?: 'person' | 'cheaper-model' };
    answersGoodFor?: Duration;
    hedge?: boolean;
  };
  /**
   * The feeds that `enrich` and `facts` read. `maxAge`: data older than that stops straight-through, default 48 hours.
   * `title`: how people call it in a sentence, default "the feed 'name'".
   */
  feeds?: Readonly<Record<string, { maxAge?: Duration; title?: string }>>;
  enrich?(sources: readonly SourceDocument[], feeds: Feeds): Promise<Enrichment>;
  /** Data-quality rules on the cleaned input, in the order of their findings. Default: none. */
  quality?: readonly QualityRule<Enrichment>[];
  /** Where a document may state a field of the answer. Default: by the labels that the field's description names. */
  hints?: Readonly<Record<string, RegExp>>;
  /** Brings a model's answer into the form of its schema before that is checked, where that is certain. */
  cleanAnswer?(answer: unknown, sources: readonly SourceDocument[]): unknown;
  /** The user message: delimited document, examples. */
  present(sources: readonly SourceDocument[], enrichment: Enrichment): string;
  interpret(answer: z.output<Answer>, sources: readonly SourceDocument[]): Interpreted<z.input<Output>>;
  /** Facts that the rules need about an output, e.g. the supplier's entry in the register. */
  facts(output: z.output<Output>, feeds: Feeds, enrichment: Enrichment): Promise<Facts>;
  rules: readonly Rule<z.output<Output>, Facts>[];
  /**
   * Facts that may change while a person decides: read when the question is put, and again right before the first write.
   * When one has changed, nothing is written and a person is asked again. Default: none.
   */
  recheckAtWrite?: Readonly<Record<string, LiveFactDefinition<z.output<Output>>>>;
  /** Answer properties whose confidence decides the route, and the least value, 0..1, that goes straight through. */
  confidence: { critical: readonly string[]; threshold: number };
  review: ReviewPolicy;
  effects: readonly EffectDefinition<z.output<Output>>[];
  /** A mail with several documents becomes one case each. Default: false. */
  onePerDocument?: boolean;
  /** Folder of the evaluation set with its ground truth, relative to the project. */
  evaluation: string;
  /**
   * Looks for earlier cases whose text is nearly the same, and flags them. Default: no, as for short messages, which are
   * alike by nature. `least`: the share of word groups in common, 0..1. `differ`: true for texts that plainly are two
   * things, such as two numbers.
   */
  alike?: { least: number; differ: (a: readonly SourceDocument[], b: readonly SourceDocument[]) => boolean };
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
  /** The feeds it reads, and how old each may be. */
  feeds: readonly FeedLimit[];
  manifest: PackManifest;
  plan(models: ModelTiers): Plan;
  prepare(
    sources: readonly SourceDocument[],
    feeds: Feeds,
    now?: Date,
  ): Promise<{ present: string; placeholders: Record<string, string>; enrichment: unknown; findings: Finding[] }>;
  /** The findings that need no feed, as `prepare` gives them among others. `now`: default the system's clock. */
  examine(sources: readonly SourceDocument[], now?: Date): Finding[];
  /** The fields of the answer, and what a text looks like that states them; undefined where nothing tells. */
  fields: readonly { name: string; looks: RegExp | undefined }[];
  alike: PackDefinition<z.ZodType, z.ZodObject, unknown, unknown>['alike'];
  /**
   * The model's answer as output and evidence, or what is wrong with it, field by field. `placeholders` are those of
   * `prepare`: what they stand for is put back before the answer is judged.
   */
  read(
    answer: unknown,
    sources: readonly SourceDocument[],
    placeholders?: Readonly<Record<string, string>>,
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
  /** The facts of `recheckAtWrite`, as they are now. */
  liveFacts(output: Output, feeds: Feeds): Promise<LiveFacts>;
  /** When the people of a group work. */
  calendarOf(group: string): Calendar | undefined;
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
  redact: readonly RedactedKind[];
  maxOutputTokens: number;
  critical: string[];
  threshold: number;
  rules: { name: string; severity: string }[];
  quality: { name: string; kind: string; severity: string }[];
  effects: { name: string; sink: string }[];
  recheckAtWrite: { name: string; title: string }[];
  feeds: FeedLimit[];
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
