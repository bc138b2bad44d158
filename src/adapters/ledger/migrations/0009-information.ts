import { type Kysely, sql } from 'kysely';

/**
 * Who is asked about a task after whom, and since when; what submitters are asked, and what they answered. `input_no` counts
 * the answers that became part of a case's input.
 */
const TABLES = `
alter table review_tasks add column rest jsonb, add column asked_at timestamptz;
alter table cases add column input_no integer not null default 0;
create table information_requests (
  request_id text primary key, case_id text not null references cases, task_no integer not null,
  question text not null, asked_by text not null, asked_of text not null, propose_again boolean not null,
  asked_at timestamptz not null, answer_by timestamptz not null, answered_at timestamptz, given_up_at timestamptz,
  foreign key (case_id, task_no) references review_tasks
);
create index information_requests_by_case on information_requests (case_id, task_no);
create table information_answers (
  case_id text not null references cases, answer_id text not null, content_hash text not null,
  request_id text not null, channel text not null, by_name text not null, documents jsonb not null,
  accepted boolean not null, refusal jsonb, at timestamptz not null, primary key (case_id, answer_id)
);
create index information_answers_by_document on information_answers using gin (documents jsonb_path_ops) where accepted;
create unique index information_answers_one on information_answers (request_id) where accepted;
`;

const GRANTS = `
grant select, insert, update on information_requests to countersign_app;
grant select, insert on information_answers to countersign_app;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLES, GRANTS]) await sql.raw(step).execute(db);
}
