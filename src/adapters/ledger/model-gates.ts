import { sql } from 'kysely';
import type { ModelCalls } from '../../activities/model-call-ports.ts';
import { json } from '../../canonical.ts';
import { type Store, recordInCase } from './record.ts';

type GatePart = Pick<ModelCalls, 'usualMs' | 'waitMs' | 'worthAskingAgain'>;

const FEWEST_ANSWERS = 20;
/** Cases that wait for a provider come back at this rate at most, so that it is not run over when it returns. */
const RELEASED_PER_SECOND = 5;
/** A case whose own document makes every model fail must come to rest with a person. */
const MOST_TASKS = 3;
const LEAST_WAIT_MS = 5_000;
const MOST_WAIT_MS = 5 * 60_000;

/** What is known of the models as such, apart from single calls. */
export function gatesOf({ db, clock }: Store): GatePart {
  return {
    async usualMs(provider, model) {
      // A late call that a second one superseded counts as well: without those the latency sinks with every second call.
      const { rows } = await sql<{ ms: number | null; n: number }>`
        select percentile_disc(0.95) within group (order by latency_ms) as ms, count(*)::int as n from (
          select case when outcome = 'ok' then latency_ms
            else (extract(epoch from finished_at - started_at) * 1000)::int end as latency_ms from model_calls
          where provider = ${provider} and model = ${model} and (outcome = 'ok' or failure_type = 'Superseded')
            and reused_from is null and turn <> 'hedge'
          order by finished_at desc limit 200) as latest`.execute(db);
      const [found] = rows;
      return found && found.n >= FEWEST_ANSWERS ? (found.ms ?? undefined) : undefined;
    },

    async waitMs(caseId, models, round) {
      const at = clock();
      const { rows } = await sql<{ waiting: number; away: number | null }>`
        select (select count(*)::int from cases where stage = 'waiting-for-model') as waiting,
          (select min(case when g.state <> 'closed'
             then extract(epoch from greatest(g.open_until, g.probe_until) - ${at}::timestamptz) * 1000 else 0 end)::float8
           from jsonb_to_recordset(${json(models)}::jsonb) as m (provider text, model text)
             left join model_gates g using (provider, model)) as away`.execute(db);
      const { waiting = 0, away = 0 } = rows[0] ?? {};
      const grown = Math.min(MOST_WAIT_MS, LEAST_WAIT_MS * 2 ** Math.min(round - 1, 10));
      const spread = Math.max(LEAST_WAIT_MS / 2, (waiting / RELEASED_PER_SECOND) * 1_000);
      // An opening ends sooner than that; one that does not was written by a clock that was ahead.
      const ms = Math.round(Math.min(Math.max(away ?? 0, grown), MOST_WAIT_MS) + Math.random() * spread);
      const until = new Date(at.getTime() + ms);
      await sql`select ${recordInCase(caseId, at, [['waiting-for-model', { round, until }]], { stage: 'waiting-for-model' })}`.execute(
        db,
      );
      return ms;
    },

    async worthAskingAgain(limit) {
      const { rows } = await sql<{ case_id: string }>`
        select t.case_id from review_tasks t join cases c using (case_id)
        where t.closed_at is null and t.kind = 'proposal' and t.viewed_at is null and t.output is null
          and t.task_no <= ${MOST_TASKS}
          and c.outcome is null and not jsonb_path_exists(t.reasons, '$[*] ? (@.code != "model-unavailable")')
          and exists (
            select from model_gates g join jsonb_to_recordset(c.plan -> 'models') as m (provider text, model text)
              using (provider, model)
            where g.state = 'closed' and g.last_ok_at > t.opened_at)
        order by t.opened_at limit ${limit}`.execute(db);
      return rows.map((row) => row.case_id);
    },
  };
}
