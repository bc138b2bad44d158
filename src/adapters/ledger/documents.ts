import { sql } from 'kysely';
import type { Documents } from '../../activities/case-ports.ts';
import { sha256, storable } from '../../canonical.ts';
import type { Store } from './record.ts';

/** Document contents under their SHA-256. Storing needs no audit entry: `received` names the hashes of each case. */
export function documentsOf({ db, clock }: Store): Documents {
  return {
    async put(documents) {
      const refs = documents.map(({ name, mediaType, bytes }) => {
        return { hash: sha256(bytes), name: storable(name), mediaType: storable(mediaType), size: bytes.byteLength };
      });
      if (refs.length === 0) return refs;
      const contents = documents.map(({ bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      // Sorted, so that two mails with the same attachments never wait for each other.
      await sql`
        insert into documents (hash, media_type, size, content, stored_at)
        select hash, media_type, octet_length(content), content, ${clock()}::timestamptz
        from unnest(${refs.map(({ hash }) => hash)}::text[], ${refs.map(({ mediaType }) => mediaType)}::text[],
          ${contents}::bytea[]) as d (hash, media_type, content)
        order by hash on conflict do nothing`.execute(db);
      return refs;
    },

    async get(hashes) {
      const query = db.selectFrom('documents').select(['hash', 'content']);
      const rows = await query.where(sql<boolean>`hash = any(${[...hashes]}::text[])`).execute();
      return new Map(rows.map(({ hash, content }) => [hash, content]));
    },

    async missing(hashes) {
      const { rows } = await sql<{ hash: string }>`
        select hash from unnest(${[...hashes]}::text[]) as given (hash)
        where not exists (select from documents d where d.hash = given.hash)`.execute(db);
      return rows.map(({ hash }) => hash);
    },
  };
}
