/** The textbook's own tables, beside the ledger in the same database. */
export const TABLES = `
  create schema if not exists textbook;
  create table if not exists textbook.documents (case_id text primary key, text text not null, stored_at timestamptz not null default now());
  create table if not exists textbook.model_calls (call_id uuid primary key, case_id text not null, answer text not null,
    input_tokens integer, output_tokens integer, called_at timestamptz not null default now());
  create table if not exists textbook.proposals (case_id text primary key, call_id uuid not null, output jsonb not null,
    needs_person boolean not null, at timestamptz not null default now());
  create table if not exists textbook.decisions (case_id text primary key, approved boolean not null, by_name text not null,
    output jsonb not null, at timestamptz not null default now());
  create table if not exists textbook.effects (case_id text primary key, reference text not null, at timestamptz not null default now());
`;
