/** Why a person is asked. `message` is for people and holds no personal data; `field` names the output field meant. */
export interface Reason {
  code: ReasonCode;
  message: string;
  field?: string;
}

export type ReasonCode =
  | 'low-confidence'
  | 'rule-broken'
  | 'data-quality'
  | 'model-refused'
  | 'model-truncated'
  | 'model-filtered'
  | 'model-answer-invalid'
  | 'model-unavailable'
  | 'model-failed'
  | 'over-budget'
  | 'late-verdict'
  | 'effect-refused'
  | 'effect-unknown'
  | 'identity-taken'
  | 'compensation-refused'
  | 'ledger-differs'
  | 'pack-moved'
  | 'withdrawn'
  | 'amended'
  | 'fact-changed'
  | 'tampering'
  | 'information-given'
  | 'information-missing';

/** A data-quality finding on the input. `refuse` and `review` stop straight-through; `note` does not. */
export interface Finding {
  name: string;
  severity: 'note' | 'review' | 'refuse';
  message: string;
  /** Only of `stale-feed`: the feed meant. */
  feed?: string;
}

/** The result of one business rule. A broken `hard` or `soft` rule routes to review; a person may overrule only `soft`. */
export interface RuleResult {
  name: string;
  severity: 'hard' | 'soft';
  holds: boolean;
  message?: string;
  field?: string;
}

export type Route = { kind: 'straight-through' } | { kind: 'review'; reasons: Reason[] };

export interface RouteInput {
  /** Reasons known before the rules: no valid proposal, an effect refused, a moved pack version. */
  because: readonly Reason[];
  findings: readonly Finding[];
  rules: readonly RuleResult[];
  /** Confidence per critical field, 0..1; undefined where the model gave none. */
  confidence: Readonly<Record<string, number | undefined>>;
  threshold: number;
}

/** Straight-through only when nothing at all speaks against it; otherwise every reason is listed. */
export function routeOf({ because, findings, rules, confidence, threshold }: RouteInput): Route {
  const reasons: Reason[] = [...because];
  for (const finding of findings) {
    if (finding.severity !== 'note') reasons.push({ code: 'data-quality', message: finding.message });
  }
  for (const rule of rules) {
    if (!rule.holds) reasons.push(broken(rule));
  }
  for (const [field, value] of Object.entries(confidence)) {
    if (value === undefined || Number.isNaN(value)) {
      reasons.push({ code: 'low-confidence', field, message: `${field}: the model gave no confidence` });
    } else if (value < threshold) {
      // Cut off, not rounded: '0.80 is below 0.80' tells nobody anything.
      const message = `${field}: confidence ${(Math.floor(value * 100) / 100).toFixed(2)} is below ${threshold.toFixed(2)}`;
      reasons.push({ code: 'low-confidence', field, message });
    }
  }
  return reasons.length === 0 ? { kind: 'straight-through' } : { kind: 'review', reasons };
}

function broken(rule: RuleResult): Reason {
  const reason: Reason = { code: 'rule-broken', message: `${rule.name}: ${rule.message ?? 'does not hold'}` };
  return rule.field === undefined ? reason : { ...reason, field: rule.field };
}

/** The distinct reason codes in order, as they go into the `CsReasons` search attribute. */
export function codesOf(reasons: readonly Reason[]): string[] {
  return [...new Set(reasons.map((reason) => reason.code))];
}
