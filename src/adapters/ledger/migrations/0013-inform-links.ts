import { type Kysely, sql } from 'kysely';

/**
 * Links by which who is asked answers a reviewer's question, and how it is known who answered. What a person has answered
 * is found by its own index.
 */
const TABLES = `
alter table decision_links add column request_id text references information_requests;
alter table information_answers add column authentication jsonb;
create index verdicts_by_person on verdicts (by_name, case_id, at) where accepted;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(TABLES).execute(db);
}
