import { type Selectable, sql } from 'kysely';
import type { Claimed, EffectRecord, EffectState, Effects } from '../../activities/effect-ports.ts';
import { type PreparedEffect, idempotencyKeyOf } from '../../domain/decision.ts';
import type { AuditKind } from './audit-chain.ts';
import { IDENTITY_TAKEN, NOT_DECIDED, hasState } from './faults.ts';
import { json } from '../../canonical.ts';
import { type Entry, type Store, recordInCase, textOrNull } from './record.ts';
import type { Tables } from './tables.ts';

/** Effects downstream and the business identities they hold. */
export function effectsOf({ db, clock }: Store): Effects {
  const read = async (key: string): Promise<EffectRecord | undefined> => {
    const row = await db.selectFrom('effects').selectAll().where('key', '=', key).executeTakeFirst();
    return row && effectOf(row);
  };

  /** One try: true when this call made the record. Throws `IDENTITY_TAKEN` or `NOT_DECIDED`, with nothing recorded. */
  const insert = async (caseId: string, decisionNo: number, effect: PreparedEffect): Promise<boolean> => {
    const at = clock();
    const key = idempotencyKeyOf(caseId, decisionNo, effect.name);
    const { name, title, identity } = effect;
    const entry: Entry = ['effect-pending', { key, decisionNo, name, title, identity }];
    const { rows } = await sql`
      with done as (
        insert into effects (key, case_id, decision_no, name, position, prepared, state, calls, called_at)
        select ${key}, ${caseId}, ${decisionNo}::int, ${name},
          (select count(*) from effects where case_id = ${caseId} and decision_no = ${decisionNo}::int),
          ${json(effect)}::jsonb, 'pending', 1, ${at}::timestamptz
        where case when exists (select from effects where key = ${key}) then false
          when may_begin(${caseId}, ${decisionNo}::int) then true else refuse_to_begin() end
        on conflict do nothing returning key
      ), held as (
        insert into business_identities as b (pack_id, identity, case_id, key, claimed_at)
        select c.pack_id, ${identity ?? null}::text, c.case_id, done.key, ${at}::timestamptz
        from done join cases c on c.case_id = ${caseId} where ${identity ?? null}::text is not null
        on conflict (pack_id, identity) do update set key = excluded.key, claimed_at = excluded.claimed_at
          where b.case_id = excluded.case_id
        returning 1
      )
      select case when ${identity === undefined}::boolean or exists (select from held)
        then ${recordInCase(caseId, at, [entry], { stage: 'writing' })} else refuse_identity() end
      from done`.execute(db);
    return rows.length > 0;
  };

  /** A repeated claim: counts the call that follows, and tells whether one was counted before. */
  const again = async (key: string): Promise<EffectRecord> => {
    const { rows } = await sql<Selectable<Tables['effects']>>`
      update effects set calls = calls + 1
      where key = ${key} and state in ('pending', 'unknown') returning *`.execute(db);
    const [counted] = rows;
    const record = counted ? effectOf({ ...counted, calls: counted.calls - 1 }) : await read(key);
    if (!record) throw new TypeError('an effect that was claimed before must be readable');
    return record;
  };

  const holderOf = async (caseId: string, identity: string): Promise<string | undefined> => {
    const { rows } = await sql<{ case_id: string }>`
      select b.case_id from business_identities b join cases c using (pack_id)
      where c.case_id = ${caseId} and b.identity = ${identity}`.execute(db);
    return rows[0]?.case_id;
  };

  return {
    async claim(caseId, decisionNo, effect): Promise<Claimed> {
      for (;;) {
        try {
          if (await insert(caseId, decisionNo, effect))
            return { kind: 'claimed', record: fresh(caseId, decisionNo, effect) };
          return { kind: 'claimed', record: await again(idempotencyKeyOf(caseId, decisionNo, effect.name)) };
        } catch (error) {
          if (hasState(error, NOT_DECIDED)) return { kind: 'not-decided' };
          if (!hasState(error, IDENTITY_TAKEN) || effect.identity === undefined) throw error;
          const by = await holderOf(caseId, effect.identity);
          if (by !== undefined && by !== caseId) return { kind: 'identity-taken', by };
          // Released between the two statements: free to claim now.
        }
      }
    },

    get: read,
    holder: holderOf,

    async ofCase(caseId) {
      const query = db.selectFrom('effects').selectAll().where('case_id', '=', caseId);
      return (await query.orderBy('decision_no').orderBy('position').execute()).map(effectOf);
    },

    async notSent(key) {
      await sql`update effects set calls = calls - 1 where key = ${key} and state = 'pending' and calls > 0`.execute(
        db,
      );
    },

    async undoing(key) {
      await sql`update effects set undo_called_at = ${clock()} where key = ${key}`.execute(db);
    },

    async undoNotSent(key) {
      await sql`update effects set undo_called_at = null where key = ${key}`.execute(db);
    },

    async callingAgain(key) {
      await sql`update effects set called_at = ${clock()} where key = ${key}`.execute(db);
    },

    async settle(key, state, { reference, reason, by, last }) {
      const at = clock();
      const caseId = caseIdOfKey(key);
      const entry: Entry = [ENTRY_OF[state], { key, reference, reason, by }];
      const close = { outcome: 'written', by: by ?? 'policy' } as const;
      await sql`
        with done as (
          update effects set state = ${state}, reference = coalesce(${textOrNull(reference)}::text, reference),
            reason = coalesce(${textOrNull(reason)}::text, reason), settled_at = ${at}
          where key = ${key} and state <> ${state}
            and (state in ('pending', 'unknown') or (state = 'applied' and ${state} = 'compensated'))
          returning key
        ), released as (
          delete from business_identities b using done where b.key = done.key and ${RELEASING.has(state)}::boolean
        )
        select ${recordInCase(caseId, at, [entry], last === true && state === 'applied' ? { close } : {})} from done
      `.execute(db);
    },
  };
}

/** States after which nothing stands downstream, so that the business identity is free again. */
const RELEASING: ReadonlySet<EffectState> = new Set(['refused', 'abandoned', 'compensated']);

const ENTRY_OF: Record<EffectState, AuditKind> = {
  pending: 'effect-pending',
  applied: 'effect-applied',
  refused: 'effect-refused',
  unknown: 'effect-unknown',
  abandoned: 'effect-abandoned',
  compensated: 'compensated',
};

/** The case of an idempotency key `<caseId>/<decisionNo>/<effect>`. */
function caseIdOfKey(key: string): string {
  const caseId = /^(.+)\/\d+\/[^/]+$/.exec(key)?.[1];
  if (caseId === undefined) throw new TypeError(`key: "${key}" is no idempotency key`);
  return caseId;
}

function fresh(caseId: string, decisionNo: number, effect: PreparedEffect): EffectRecord {
  const key = idempotencyKeyOf(caseId, decisionNo, effect.name);
  return { key, caseId, decisionNo, effect, state: 'pending', called: false, reference: null, undoCalled: false };
}

/** An effect row as the port gives it. */
export function effectOf(row: Selectable<Tables['effects']>): EffectRecord {
  return {
    key: row.key,
    caseId: row.case_id,
    decisionNo: row.decision_no,
    effect: row.prepared,
    state: row.state,
    called: row.calls > 0,
    reference: row.reference,
    calledAt: row.called_at,
    undoCalled: row.undo_called_at !== null,
    undoCalledAt: row.undo_called_at,
  };
}
