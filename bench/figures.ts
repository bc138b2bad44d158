/** The value below which `share` (0..1) of `values` lie, by the nearest-rank method; NaN of an empty list. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.min(Math.max(Math.ceil(share * sorted.length), 1), sorted.length);
  return sorted[rank - 1] ?? Number.NaN;
}

/** The middle value, or the mean of the two in the middle; NaN of an empty list. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * Billable actions by type, from the server's own counter `action` in Prometheus text. Several local activities of one
 * workflow task are one action (`command_BatchMarkers`); the counts per single marker are for information and left out.
 */
export function actionsByType(metrics: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of metrics.split('\n')) {
    const [, labels = '', value] = /^action(?:_total)?\{(.*)\} (\S+)/.exec(line) ?? [];
    const type = /(?:^|,)action_type="([^"]*)"/.exec(labels)?.[1];
    if (type === undefined || value === undefined || type.startsWith('command_RecordMarker')) continue;
    counts.set(type, (counts.get(type) ?? 0) + Number(value));
  }
  return counts;
}

export function actionsIn(metrics: string): number {
  return [...actionsByType(metrics).values()].reduce((sum, count) => sum + count, 0);
}
