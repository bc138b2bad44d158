import { type Kysely, sql } from 'kysely';

/** What the model step needs to be bought once, within its budget and rate, and not from a provider that is away. */
const TABLES = `
alter table model_calls
  add column turn text not null default 'first', add column asked_by text not null default '',
  add column reserved_micros bigint, add column price_version text,
  add column possibly_paid boolean not null default false,
  add column reused_from uuid, add column problems jsonb, add column good_until timestamptz;
create index model_calls_answers on model_calls (request_hash, finished_at desc) where outcome = 'ok';
create index model_calls_speed on model_calls (provider, model, finished_at desc)
  where (outcome = 'ok' or failure_type = 'Superseded') and reused_from is null;
alter table review_tasks add column viewed_at timestamptz, add column viewed_by text;
create table budget_days (
  pack_id text not null, day date not null, spent_micros bigint not null default 0,
  reserved_micros bigint not null default 0, primary key (pack_id, day)
);
create table model_gates (
  provider text not null, model text not null, state text not null default 'closed',
  window_at timestamptz not null, ok integer not null default 0, failed integer not null default 0,
  former_ok integer not null default 0, former_failed integer not null default 0,
  openings integer not null default 0, opened_at timestamptz, open_until timestamptz, probe_until timestamptz,
  last_ok_at timestamptz, last_failure_at timestamptz, last_failure text, primary key (provider, model)
);
create table provider_rates (
  provider text primary key, requests double precision not null, tokens double precision not null,
  at timestamptz not null, turn bigint not null default 0
);
create table provider_queue (
  call_key text primary key, provider text not null, pack_id text not null, interactive boolean not null,
  tokens double precision not null, turn bigint not null, since timestamptz not null, due_at timestamptz not null
);
create index provider_queue_order on provider_queue (provider, interactive desc, turn, since);
`;

/**
 * A breaker per provider and model, shared by all workers. Failures count in two windows of 30 s each; with a minimum
 * volume and a share of failures it opens for a while that doubles each time; then one call at a time is a probe, and
 * the first good answer closes it.
 */
const GATE_HEARD = `
create function gate_heard(
  p_provider text, p_model text, p_ok boolean, p_started timestamptz, p_at timestamptz, p_failure text,
  p_minimum integer, p_share double precision, p_cooldown interval
) returns void language plpgsql as $$
declare
  g model_gates;
  opens boolean;
begin
  insert into model_gates (provider, model, window_at) values (p_provider, p_model, p_at) on conflict do nothing;
  select * into g from model_gates where provider = p_provider and model = p_model for no key update;
  -- A clock that was ahead must not stop this one.
  if g.window_at > p_at + interval '1 minute' then g.window_at := p_at; end if;
  if g.opened_at > p_at + interval '1 minute' then g.opened_at := p_started; end if;
  if p_at - g.window_at >= interval '30 seconds' then
    g.former_ok := case when p_at - g.window_at < interval '60 seconds' then g.ok else 0 end;
    g.former_failed := case when p_at - g.window_at < interval '60 seconds' then g.failed else 0 end;
    g.ok := 0; g.failed := 0; g.window_at := p_at;
  end if;
  if p_ok then
    g.ok := g.ok + 1; g.last_ok_at := p_at;
    -- Only a call that was made since then tells that it is back.
    if g.state <> 'closed' and p_started >= g.opened_at then
      g.state := 'closed'; g.openings := 0; g.open_until := null; g.probe_until := null;
      g.ok := 1; g.failed := 0; g.former_ok := 0; g.former_failed := 0;
    end if;
  else
    g.failed := g.failed + 1; g.last_failure_at := p_at; g.last_failure := p_failure;
    opens := (g.state = 'half-open' and p_started >= g.opened_at) or (g.state = 'closed'
      and g.ok + g.failed + g.former_ok + g.former_failed >= p_minimum
      and g.failed + g.former_failed >= p_share * (g.ok + g.failed + g.former_ok + g.former_failed));
    if opens then
      g.state := 'open'; g.openings := g.openings + 1; g.opened_at := p_at; g.probe_until := null;
      g.open_until := p_at + least(p_cooldown * power(2, least(g.openings, 10) - 1), interval '5 minutes');
    end if;
  end if;
  update model_gates set state = g.state, window_at = g.window_at, ok = g.ok, failed = g.failed,
    former_ok = g.former_ok, former_failed = g.former_failed, openings = g.openings, opened_at = g.opened_at,
    open_until = g.open_until, probe_until = g.probe_until, last_ok_at = g.last_ok_at,
    last_failure_at = g.last_failure_at, last_failure = g.last_failure
  where provider = p_provider and model = p_model;
end $$;
`;

/**
 * A provider's rate of requests and tokens, shared by all workers: a token bucket that holds two seconds of it. Who must
 * wait stands in a queue: interactive calls first, then the packs in turn (start-time fair queueing, Goyal, Vin, Cheng
 * 1996, each call of weight one), each in the order of asking. Who does not come back when it was told to leaves the
 * queue. Returns 0 when the call may go now, else the ms after which to ask again.
 */
const RATE_WAIT = `
create function rate_wait(
  p_key text, p_provider text, p_pack text, p_interactive boolean, p_tokens double precision, p_at timestamptz,
  p_requests_per_minute double precision, p_tokens_per_minute double precision
) returns integer language plpgsql as $$
declare
  r provider_rates;
  q provider_queue;
  most_requests double precision := greatest(1, p_requests_per_minute / 30);
  most_tokens double precision := p_tokens_per_minute / 30;
  passed double precision;
  before_requests integer;
  before_tokens double precision;
  ms integer;
begin
  insert into provider_rates values (p_provider, most_requests, most_tokens, p_at) on conflict do nothing;
  select * into r from provider_rates where provider = p_provider for no key update;
  if r.at > p_at + interval '1 minute' then r.at := p_at; end if;
  passed := greatest(0, extract(epoch from p_at - r.at)) / 60;
  r.requests := least(most_requests, r.requests + passed * p_requests_per_minute);
  r.tokens := least(most_tokens, r.tokens + passed * p_tokens_per_minute);
  r.at := greatest(r.at, p_at);
  delete from provider_queue where provider = p_provider
    and (due_at < p_at - interval '15 seconds' or since > p_at + interval '1 minute');
  insert into provider_queue
    select p_key, p_provider, p_pack, p_interactive, least(p_tokens, most_tokens),
      greatest(r.turn, coalesce((select max(turn) from provider_queue o
        where o.provider = p_provider and o.pack_id = p_pack and o.interactive = p_interactive), 0)) + 1, p_at, p_at
    on conflict (call_key) do update set tokens = excluded.tokens;
  select * into q from provider_queue where call_key = p_key;
  select count(*), coalesce(sum(least(o.tokens, most_tokens)), 0) into before_requests, before_tokens from provider_queue o
    where o.provider = p_provider
      and (not o.interactive, o.turn, o.since, o.call_key) < (not q.interactive, q.turn, q.since, q.call_key);
  if r.requests >= 1 + before_requests and r.tokens >= q.tokens + before_tokens then
    delete from provider_queue where call_key = p_key;
    update provider_rates set requests = r.requests - 1, tokens = r.tokens - q.tokens, at = r.at,
      turn = case when q.interactive then r.turn else greatest(r.turn, q.turn) end
    where provider = p_provider;
    return 0;
  end if;
  update provider_rates set requests = r.requests, tokens = r.tokens, at = r.at where provider = p_provider;
  ms := least(60000, greatest(100, ceil(60000 * greatest(
    (1 + before_requests - r.requests) / p_requests_per_minute, (q.tokens + before_tokens - r.tokens) / p_tokens_per_minute))));
  update provider_queue set due_at = p_at + ms * interval '1 ms' where call_key = p_key;
  return ms;
end $$;
`;

/**
 * What comes before a call, in one transaction: an answer that is there, or the permission to buy one. Nothing is
 * reserved unless the call may begin. Keys of the result: `kind` and what belongs to it.
 */
const BEGIN_CALL = `
create function over_day(p_limit bigint, p_spent bigint, p_day date) returns jsonb language sql immutable as $$
  select jsonb_build_object('kind', 'over-budget', 'budget', 'day', 'limitMicros', p_limit, 'spentMicros', p_spent,
    'resetsAt', to_char(p_day + 1, 'YYYY-MM-DD"T"00:00:00"Z"'))
$$;
create function call_permit(p jsonb, p_at timestamptz) returns jsonb language plpgsql as $$
declare
  v_case text := p ->> 'caseId';
  v_hash text := p ->> 'requestHash';
  v_reserve bigint := coalesce((p ->> 'reserveMicros')::bigint, 0);
  v_per_case bigint := (p ->> 'perCaseMicros')::bigint;
  v_per_day bigint := (p ->> 'perDayMicros')::bigint;
  v_day date := (p_at at time zone 'UTC')::date;
  old record;
  g model_gates;
  v_spent bigint;
  v_ms integer;
  v_probe boolean := false;
  v_last boolean;
begin
  select call_id, case_id, outcome, cost_micros into old from model_calls
    where request_hash = v_hash and case_id = v_case and outcome not in ('started', 'failed')
    order by (outcome = 'ok') desc, started_at desc limit 1;
  if found then
    return jsonb_build_object('kind', 'answered', 'callId', old.call_id, 'outcome', old.outcome, 'costMicros', old.cost_micros);
  end if;
  select call_id into old from model_calls
    where request_hash = v_hash and outcome = 'ok' and reused_from is null and good_until > p_at
      and finished_at > p_at - (p ->> 'goodForMs')::double precision * interval '1 ms'
    order by finished_at desc limit 1;
  if found then return jsonb_build_object('kind', 'reusable', 'from', old.call_id); end if;

  select count(*) as tried, (array_agg(failure_type order by started_at desc) filter (where outcome = 'failed'))[1] as failure
    into old from model_calls
    where case_id = v_case and request_hash = v_hash and asked_by = p ->> 'askedBy' and turn <> 'hedge';
  if old.tried >= (p ->> 'attempts')::integer and p ->> 'turn' <> 'hedge' then
    return jsonb_build_object('kind', 'tried', 'failure', old.failure);
  end if;

  v_last := old.tried + 1 >= (p ->> 'attempts')::integer;

  select * into g from model_gates where provider = p ->> 'provider' and model = p ->> 'model';
  if found and g.state <> 'closed' then
    select * into g from model_gates where provider = p ->> 'provider' and model = p ->> 'model' for no key update;
  end if;
  if g.state in ('open', 'half-open') then
    -- Nor does an opening count that lies ahead: null then, and this call is a probe.
    v_ms := ceil(1000 * extract(epoch from greatest(case when g.opened_at <= p_at + interval '1 minute' then g.open_until end,
      case when g.probe_until <= p_at + interval '1 hour' then g.probe_until end) - p_at));
    if v_ms > 0 then
      return jsonb_build_object('kind', 'away', 'retryInMs', v_ms, 'failure', g.last_failure, 'since', g.opened_at);
    end if;
    v_probe := true;
  end if;

  if v_per_case is not null then
    select coalesce(sum(coalesce(cost_micros, case when outcome = 'started' or possibly_paid then reserved_micros end)), 0)
      into v_spent from model_calls where case_id = v_case;
    if v_spent + v_reserve > v_per_case then
      return jsonb_build_object('kind', 'over-budget', 'budget', 'case', 'limitMicros', v_per_case, 'spentMicros', v_spent);
    end if;
  end if;
  if v_per_day is not null then
    select spent_micros + reserved_micros into v_spent from budget_days b
      where b.pack_id = p ->> 'packId' and b.day = v_day;
    v_spent := coalesce(v_spent, 0);
    if v_spent + v_reserve > v_per_day then return over_day(v_per_day, v_spent, v_day); end if;
  end if;
  if p -> 'rate' is not null then
    v_ms := rate_wait(p ->> 'callKey', p ->> 'provider', p ->> 'packId', (p ->> 'interactive')::boolean,
      (p ->> 'tokens')::double precision, p_at, (p #>> '{rate,requestsPerMinute}')::double precision,
      (p #>> '{rate,tokensPerMinute}')::double precision);
    if v_ms > 0 then return jsonb_build_object('kind', 'wait', 'ms', v_ms); end if;
  end if;
  insert into budget_days (pack_id, day) values (p ->> 'packId', v_day) on conflict do nothing;
  update budget_days b set reserved_micros = b.reserved_micros + v_reserve
    where b.pack_id = p ->> 'packId' and b.day = v_day
      and (v_per_day is null or b.spent_micros + b.reserved_micros + v_reserve <= v_per_day);
  if not found then
    select spent_micros + reserved_micros into v_spent from budget_days b where b.pack_id = p ->> 'packId' and b.day = v_day;
    return over_day(v_per_day, v_spent, v_day);
  end if;

  if v_probe then
    update model_gates set state = 'half-open', probe_until = p_at + (p ->> 'timeoutMs')::double precision * interval '1 ms'
      where provider = p ->> 'provider' and model = p ->> 'model';
  end if;
  insert into model_calls (call_id, case_id, request_hash, provider, model, attempt, outcome, started_at, turn, asked_by,
    reserved_micros, price_version)
  values ((p ->> 'callId')::uuid, v_case, v_hash, p ->> 'provider', p ->> 'model', (p ->> 'attempt')::integer, 'started', p_at,
    p ->> 'turn', p ->> 'askedBy', v_reserve, p ->> 'priceVersion');
  return jsonb_build_object('kind', 'begun', 'callId', p ->> 'callId', 'last', v_last);
end $$;
create function begin_call(p jsonb, p_at timestamptz) returns jsonb language plpgsql as $$
declare
  said jsonb := call_permit(p, p_at);
begin
  -- Who goes elsewhere leaves the queue, as does a second call, which is left out when it is not its turn.
  if p -> 'rate' is not null and (said ->> 'kind' <> 'wait' or p ->> 'turn' = 'hedge') then
    delete from provider_queue where call_key = p ->> 'callKey';
  end if;
  return said;
end $$;
`;

/** Moves what was reserved for a call to what was spent, on the day on which it began. */
const SETTLE_BUDGET = `
create function settle_budget(p_case text, p_started timestamptz, p_reserved bigint, p_spent bigint)
returns void language sql as $$
  update budget_days b set reserved_micros = b.reserved_micros - coalesce(p_reserved, 0),
    spent_micros = b.spent_micros + coalesce(p_spent, 0)
  from cases c
  where c.case_id = p_case and b.pack_id = c.pack_id and b.day = (p_started at time zone 'UTC')::date
$$;
`;

const GRANTS = `
grant select, insert, update on budget_days, model_gates, provider_rates to countersign_app;
grant select, insert, update, delete on provider_queue to countersign_app;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLES, GATE_HEARD, RATE_WAIT, BEGIN_CALL, SETTLE_BUDGET, GRANTS])
    await sql.raw(step).execute(db);
}
