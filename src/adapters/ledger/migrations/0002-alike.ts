import { type Kysely, sql } from 'kysely';

/** By which later cases of the same pack find one whose text is nearly the same: the bands of its MinHash. */
const TABLE = `
create table case_bands (
  case_id text primary key references cases, pack_id text not null, bands integer[] not null
);
create index case_bands_shared on case_bands using gin (bands);
`;

const GRANTS = 'grant select, insert on case_bands to countersign_app;';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const step of [TABLE, GRANTS]) await sql.raw(step).execute(db);
}
