import { z } from 'zod';
import type { ModelRef, Plan, ReviewPlan } from '../domain/plan.ts';
import type { Evidence, Checked, ModelTiers, Output, PackDefinition, PackManifest, ProcessPack } from './pack.ts';
import type { RuleResult } from '../domain/route.ts';
import { digestOf, hashOfFolder } from './digest.ts';
import { durationMs } from './duration.ts';
import { faultsOf } from './faults.ts';

/** Checks a pack's definition and erases its types. Throws on a definition that cannot work, naming the pack and field. */
export function definePack<Answer extends z.ZodType, O extends z.ZodObject, Facts, Enrichment>(
  pack: PackDefinition<Answer, O, Facts, Enrichment>,
): ProcessPack {
  const answerSchema = z.toJSONSchema(pack.answer, { target: 'draft-7', io: 'input' }) as Record<string, unknown>;
  const faults = faultsOf(pack, Object.keys(answerSchema['properties'] ?? {}));
  if (faults.length > 0) throw new Error(`pack ${pack.id}:\n  ${faults.join('\n  ')}`);
  const manifest: PackManifest = {
    id: pack.id,
    version: pack.version,
    owner: pack.owner,
    instructions: pack.instructions,
    answerSchema,
    outputSchema: z.toJSONSchema(pack.output, { target: 'draft-7', io: 'input' }),
    maxOutputTokens: pack.maxOutputTokens,
    critical: [...pack.confidence.critical],
    threshold: pack.confidence.threshold,
    rules: pack.rules.map(({ name, severity }) => ({ name, severity })),
    effects: pack.effects.map(({ name, sink }) => ({ name, sink })),
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
    manifest,
    check,
    plan: (tiers) => planOf(pack, hash, tiers),
    async prepare(sources, feeds) {
      const enrichment = (await pack.enrich?.(sources, feeds)) as Enrichment;
      return { enrichment, present: pack.present(sources, enrichment), findings: pack.examine?.(sources) ?? [] };
    },
    read(answer, sources) {
      const parsed = pack.answer.safeParse(answer);
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
      const facts = await pack.facts(typed, feeds, enrichment as Enrichment);
      return pack.rules.map((rule) => {
        const said = rule.holds(typed, { sources, facts, evidence });
        const result: RuleResult = { name: rule.name, severity: rule.severity, holds: said === true };
        if (said !== true) result.message = said;
        if (rule.field !== undefined) result.field = rule.field;
        return result;
      });
    },
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
  const { groups, deadlineDefault, fourEyes, remindAfter, escalateAfter, deadline } = pack.review;
  const review: ReviewPlan = {
    groups,
    deadlineDefault,
    fourEyes,
    remindAfterMs: durationMs(remindAfter),
    escalateAfterMs: durationMs(escalateAfter),
    deadlineMs: durationMs(deadline),
  };
  return {
    packId,
    packVersion,
    packHash,
    owner,
    review,
    models: [first, ...rest],
    threshold: pack.confidence.threshold,
  };
}
