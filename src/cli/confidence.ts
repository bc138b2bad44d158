/**
 * Confidence as a word. `low`: below the threshold of the pack, so it alone asks for a person; `high`: in the upper half
 * of what lies above it.
 */
export function confidenceWord(value: number | null | undefined, threshold: number): 'high' | 'medium' | 'low' | '-' {
  if (value === undefined) return '-';
  if (value === null || value < threshold) return 'low';
  return value >= threshold + (1 - threshold) / 2 ? 'high' : 'medium';
}
