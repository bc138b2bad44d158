import type { Kysely } from 'kysely';
import { type CaseName, REVISABLE } from '../../domain/case.ts';
import type { Tables } from './tables.ts';

/** The same key and revision, other content. */
export function contentConflict({ caseKey, revision }: CaseName): string {
  return (
    `caseKey: "${caseKey}" was submitted before with other content; send it under its own key, ` +
    `or as revision ${revision + 1} once that case is rejected, cancelled or reversed`
  );
}

/** Why a revision above 1 cannot be received now; undefined when it can, or when it is there already. */
export async function revisionConflict(db: Kysely<Tables>, name: CaseName): Promise<string | undefined> {
  const { packId, caseKey, revision } = name;
  const former = await db
    .selectFrom('cases')
    .select(['case_id', 'revision', 'outcome'])
    .where('pack_id', '=', packId)
    .where('case_key', '=', caseKey)
    .orderBy('revision', 'desc')
    .execute();
  if (former.some((row) => row.revision === revision)) return undefined;
  const latest = former[0];
  if (!latest) return `revision: "${caseKey}" was never submitted before; send it without a revision first`;
  if (revision !== latest.revision + 1)
    return `revision: the latest of "${caseKey}" is ${latest.revision}, so the next one is ${latest.revision + 1}`;
  if (latest.outcome === 'orphaned' && (await mayStand(db, latest.case_id)))
    return `revision: revision ${latest.revision} of "${caseKey}" was lost after it had written; reverse it first`;
  if (latest.outcome !== null && REVISABLE.includes(latest.outcome)) return undefined;
  const stands = latest.outcome === null ? 'is still open' : `ended as ${latest.outcome}`;
  return (
    `revision: revision ${latest.revision} of "${caseKey}" ${stands}; ` +
    'the next one is taken once it is rejected, cancelled or reversed'
  );
}

/** True when something of a case stands downstream, or may. */
async function mayStand(db: Kysely<Tables>, caseId: string): Promise<boolean> {
  const query = db.selectFrom('effects').select('key').where('case_id', '=', caseId);
  return (await query.where('state', 'in', ['applied', 'pending', 'unknown']).executeTakeFirst()) !== undefined;
}
