import { z } from 'zod';
import type { AskingPlan, ModelRef, Plan } from '../domain/plan.ts';
import type {
  Checked,
  Evidence,
  ModelTiers,
  Output,
  PackDefinition,
  PackManifest,
  ProcessPack,
  SourceDocument,
} from './pack.ts';
import type { RuleResult } from '../domain/route.ts';
import { digestOf, hashOfFolder } from './digest.ts';
import { durationMs } from './duration.ts';
import { reviewPlanOf } from './review-plan.ts';
import { readFacts } from './live-facts.ts';
import { faultsOf } from './faults.ts';
import { redacted, restored } from './redaction.ts';
import { fieldsOf } from './quality/fields.ts';
import { allFindings, textFindings } from './quality/rule.ts';
import { declaredFeeds, feedLimits } from './feeds.ts';
import { instructionsIn } from './untrusted-text.ts';

/** Checks a pack's definition and erases its types. Throws on a definition that cannot work, naming the pack and field. */
export function definePack<Answer extends z.ZodType, O extends z.ZodObject, Facts, Enrichment>(
  pack: PackDefinition<Answer, O, Facts, Enrichment>,
): ProcessPack {
  const answerSchema = z.toJSONSchema(pack.answer, { target: 'draft-7', io: 'input' }) as Record<string, unknown>;
  const { quality = [], recheckAtWrite = {} } = pack;
  const faults = faultsOf(pack, Object.keys(answerSchema['properties'] ?? {}), Object.keys(pack.output.shape));
  if (faults.length > 0) throw new Error(`pack ${pack.id}:\n  ${faults.join('\n  ')}`);
  const limits = feedLimits(pack.feeds ?? {});
  const manifest: PackManifest = {
    id: pack.id,
    version: pack.version,
    owner: pack.owner,
    instructions: pack.instructions,
    answerSchema,
    outputSchema: z.toJSONSchema(pack.output, { target: 'draft-7', io: 'input' }),
    redact: [...(pack.redact ?? [])],
    maxOutputTokens: pack.maxOutputTokens,
    critical: [...pack.confidence.critical],
    threshold: pack.confidence.threshold,
    rules: pack.rules.map(({ name, severity }) => ({ name, severity })),
    quality: quality.map(({ name, kind, severity }) => ({ name, kind, severity })),
    effects: pack.effects.map(({ name, sink }) => ({ name, sink })),
    recheckAtWrite: Object.entries(recheckAtWrite).map(([name, { title }]) => ({ name, title })),
    feeds: limits,
    review: pack.review,
    sources: hashOfFolder(pack.folder),
  };
  const check = (value: unknown): Checked<Output> => {
    const parsed = pack.output.safeParse(value);
    return parsed.success ? { ok: true, value: parsed.data } : { ok: false, problems: problemsOf(parsed.error) };
  };
  const hash = digestOf(manifest);
  return {
    id: pack.id,
    version: pack.version,
    title: pack.title,
    owner: pack.owner,
    hash,
    accepts: pack.accepts,
    onePerDocument: pack.onePerDocument ?? false,
    evaluation: pack.evaluation,
    feeds: limits,
    manifest,
    check,
    plan: (tiers) => planOf(pack, hash, tiers),
    alike: pack.alike,
    fields: fieldsOf(answerSchema, pack.hints ?? {}),
    examine: (sources, now = new Date()) => [...instructionsIn(sources), ...textFindings(quality, { sources, now })],
    async prepare(sources, feeds, now = new Date()) {
      const enrichment = (await pack.enrich?.(sources, declaredFeeds(pack.id, limits, feeds))) as Enrichment;
      const { text, placeholders } = redacted(pack.present(sources, enrichment), manifest.redact);
      const findings = [...instructionsIn(sources), ...allFindings(quality, { sources, now, enrichment })];
      return { enrichment, present: text, placeholders: ownOf(placeholders, sources), findings };
    },
    read(given, sources, placeholders) {
      const answer = restored(given, placeholders);
      const parsed = pack.answer.safeParse(pack.cleanAnswer ? pack.cleanAnswer(answer, sources) : answer);
      if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error) };
      const interpreted = pack.interpret(parsed.data, sources);
      const checked = check(interpreted.output);
      if (!checked.ok) return checked;
      return {
        ok: true,
        value: { output: checked.value, evidence: interpreted.evidence as Record<string, Evidence | null> },
      };
    },
    async judge(output, { sources, feeds, enrichment, evidence }) {
      const typed = output as z.output<O>;
      const facts = await pack.facts(typed, declaredFeeds(pack.id, limits, feeds), enrichment as Enrichment);
      return pack.rules.map((rule) => {
        const said = rule.holds(typed, { sources, facts, evidence });
        const result: RuleResult = { name: rule.name, severity: rule.severity, holds: said === true };
        if (said !== true) result.message = said;
        if (rule.field !== undefined) result.field = rule.field;
        return result;
      });
    },
    liveFacts: async (output, feeds) =>
      await readFacts(recheckAtWrite, output as z.output<O>, declaredFeeds(pack.id, limits, feeds)),
    calendarOf: (group) => pack.review.calendars?.[group] ?? pack.review.calendar,
    effects: (output, caseId) =>
      pack.effects.map((effect) => {
        const typed = output as z.output<O>;
        const { name, sink, collection } = effect;
        const request = effect.request(typed, { caseId });
        const reversal = effect.reversal(typed, { caseId });
        const prepared = { name, sink, collection, title: effect.title(typed), request, reversal };
        return effect.identity ? { ...prepared, identity: effect.identity(typed) } : prepared;
      }),
  };
}

/**
 * The placeholders of values that stand in the case's own documents. One of an example is another customer's: a document
 * that talks the model into copying it gets the placeholder, and the ledger keeps no copy of the value with this case.
 */
function ownOf(placeholders: Record<string, string>, sources: readonly SourceDocument[]): Record<string, string> {
  // An account number is given back without its spaces too, as a schema may ask for it.
  const texts = sources.flatMap(({ name, text }) => [name, text, text.replaceAll(/[\s.-]/g, '')]);
  return Object.fromEntries(
    Object.entries(placeholders).filter(([, value]) => texts.some((text) => text.includes(value))),
  );
}

/** A zod error as sentences that name the field: 'iban: Invalid input: expected string'. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join('.') || '(whole)'}: ${issue.message}`);
}

function planOf<A extends z.ZodType, O extends z.ZodObject, F, E>(
  pack: PackDefinition<A, O, F, E>,
  packHash: string,
  tiers: ModelTiers,
): Plan {
  const models = pack.models.flatMap(({ tier, timeout, attempts }): ModelRef[] => {
    const model = tiers[tier];
    return model ? [{ ...model, timeoutMs: durationMs(timeout), attempts }] : [];
  });
  const [first, ...rest] = models;
  if (!first) throw new Error(`pack ${pack.id}: no model is configured for any of its tiers`);
  const { id: packId, version: packVersion, owner } = pack;
  const review = reviewPlanOf(pack.review);
  return {
    packId,
    packVersion,
    packHash,
    owner,
    review,
    asking: askingOf(pack.asking ?? {}),
    models: [first, ...rest],
    threshold: pack.confidence.threshold,
  };
}

type Asking = NonNullable<PackDefinition<z.ZodType, z.ZodObject, unknown, unknown>['asking']>;
const MICROS = 1_000_000;

function askingOf({ patience, budget, answersGoodFor, hedge }: Asking): AskingPlan {
  const micros = (units: number | undefined) => (units === undefined ? null : Math.round(units * MICROS));
  return {
    patienceMs: durationMs(patience ?? '30 minutes'),
    budget: {
      perCaseMicros: micros(budget?.perCase),
      perDayMicros: micros(budget?.perDay),
      whenSpent: budget?.whenSpent ?? 'person',
    },
    answersGoodForMs: durationMs(answersGoodFor ?? '30 days'),
    hedge: hedge ?? false,
  };
}
