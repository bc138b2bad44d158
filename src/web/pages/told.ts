import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import { words } from '../format.ts';

type Event = DeskTaskBody['events'][number];

const TOLD = [
  ...['by', 'from', 'to', 'group', 'verdict', 'kind', 'outcome', 'reason', 'why', 'because'],
  ...['title', 'reference', 'provider', 'model', 'channel', 'packVersion'],
];

/** The parts of an entry of the audit trail that tell people something, as lines. */
export function linesOf({ data }: Pick<Event, 'data'>, sayOr: (key: string, otherwise: string) => string): string[] {
  const lines = TOLD.flatMap((key) => {
    const value = data[key];
    const name = sayOr(`told.${key}`, words(key));
    if (key === 'verdict' && typeof value === 'string') return [`${name}: ${sayOr(`verdict.${value}`, words(value))}`];
    if (typeof value === 'string' && value !== '') return [`${name}: ${value}`];
    if (key === 'by' && typeof value === 'object' && value !== null)
      return [`${name}: ${String(Object.values(value).at(-1))}`];
    return [];
  });
  const reasons = data['reasons'];
  const refusal = data['refusal'];
  return [
    ...lines,
    ...(Array.isArray(reasons) ? reasons.map((reason: { message?: string }) => reason.message ?? '') : []),
    ...(typeof refusal === 'object' && refusal !== null && 'message' in refusal ? [String(refusal.message)] : []),
  ];
}
