import { type RawBuilder, sql } from 'kysely';

export interface QueueFilter {
  packId?: string;
  /** Only these; absent: all. */
  packs?: readonly string[];
  group?: string;
  /** A reason code. */
  reason?: string;
  /** A part of the case key, case ignored. */
  text?: string;
  /** What makes cases alike, e.g. the supplier. */
  alike?: string;
  /** Default false: what somebody put off until later is left out. */
  snoozed?: boolean;
  /** Only what this person holds. */
  claimedBy?: string;
}

/** Of a row `q`; undefined: all packs. */
export function inPacks(packs: readonly string[] | undefined): RawBuilder<boolean> {
  return packs === undefined ? sql`true` : sql`q.pack_id = any (${packs}::text[])`;
}

/** Whether a row `q` fits the filter. */
export function fits(
  { packId, packs, group, reason, text, alike, snoozed = false, claimedBy }: QueueFilter,
  now: Date,
): RawBuilder<boolean> {
  // Not joined: leases are few, and the planner would walk through them once per question.
  const isSnoozed = sql`(q.case_id, q.task_no) in (select case_id, task_no from desk_snoozes where until > ${now}::timestamptz)`;
  const all = [snoozed ? isSnoozed : sql`not (${isSnoozed})`];
  if (packId !== undefined) all.push(sql`q.pack_id = ${packId}`);
  if (packs !== undefined) all.push(inPacks(packs));
  if (group !== undefined) all.push(sql`q.group_name = ${group}`);
  if (reason !== undefined) all.push(sql`${reason} = any (q.codes)`);
  if (alike !== undefined) all.push(sql`q.alike = ${alike}`);
  if (claimedBy !== undefined)
    all.push(sql`(q.case_id, q.task_no) in (select case_id, task_no from desk_claims
      where by_name = ${claimedBy} and until > ${now}::timestamptz)`);
  if (text !== undefined) all.push(sql`strpos(lower(q.case_key), lower(${text})) > 0`);
  return sql<boolean>`${sql.join(all, sql` and `)}`;
}
