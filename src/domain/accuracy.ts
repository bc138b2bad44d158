/** Share of right values per field, over the cases that have ground truth. */
export interface FieldAccuracy {
  right: number;
  of: number;
}

/**
 * Compares outputs with their ground truth field by field: a value is right when it is the same JSON value. A missing
 * output counts as wrong in every field: what the model did not give, somebody has to fill in.
 */
export function fieldAccuracy(
  pairs: readonly { output: Record<string, unknown> | null; truth: Record<string, unknown> }[],
): Record<string, FieldAccuracy> {
  const fields: Record<string, FieldAccuracy> = {};
  for (const { output, truth } of pairs) {
    for (const [name, value] of Object.entries(truth)) {
      const field = (fields[name] ??= { right: 0, of: 0 });
      field.of += 1;
      if (output !== null && same(output[name], value)) field.right += 1;
    }
  }
  return fields;
}

/** True when every field of the truth has its value in the output. */
export function wholeRight(output: Record<string, unknown> | null, truth: Record<string, unknown>): boolean {
  return output !== null && Object.entries(truth).every(([name, value]) => same(output[name], value));
}

function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  return keys.length === Object.keys(b).length && keys.every((key) => key in right && same(left[key], right[key]));
}
