import type { Finding } from '../../domain/route.ts';
import type { SourceDocument } from '../pack.ts';

/** What a data-quality rule looks at. */
export interface QualityInput {
  /** The cleaned texts of one case. */
  sources: readonly SourceDocument[];
  now: Date;
}

interface Named {
  /** Kebab-case; the finding carries it. */
  name: string;
  /** `note` is only shown; `review` and `refuse` send the case to a person. */
  severity: Finding['severity'];
}

/**
 * A data-quality rule. `notices` returns the sentence that tells a person what was noticed, without personal data or
 * content of the document, or undefined when there is nothing to say. Kinds:
 *
 * - `clean`: what cleaning could not settle, such as an amount that reads two ways
 * - `enrich`: what was found, and what not, in the feeds that the pack reads
 * - `refuse`: this is no document of this process
 * - `flag`: it is one, but something about it is unusual
 */
export type QualityRule<Enrichment> =
  | (Named & { kind: 'clean' | 'refuse' | 'flag'; notices(input: QualityInput): string | undefined })
  | (Named & { kind: 'enrich'; notices(input: QualityInput & { enrichment: Enrichment }): string | undefined });

/** The findings of rules that need nothing but the text, in the order of the rules. */
export function textFindings<E>(rules: readonly QualityRule<E>[], input: QualityInput): Finding[] {
  return rules.flatMap((rule) => (rule.kind === 'enrich' ? [] : findingOf(rule, rule.notices(input))));
}

/** The findings of all rules, in the order of the rules. */
export function allFindings<E>(rules: readonly QualityRule<E>[], input: QualityInput & { enrichment: E }): Finding[] {
  return rules.flatMap((rule) => findingOf(rule, rule.notices(input)));
}

function findingOf({ name, severity }: Named, message: string | undefined): Finding[] {
  return message === undefined ? [] : [{ name, severity, message }];
}
