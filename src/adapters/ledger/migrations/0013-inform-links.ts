import { type Kysely, sql } from 'kysely';

/** Links by which who is asked answers a reviewer's question, and how it is known who answered. */
const TABLES = `
alter table decision_links add column request_id text references information_requests;
alter table information_answers add column authentication jsonb;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(TABLES).execute(db);
}
