import { type Selectable, sql } from 'kysely';
import type { CaseInput, CaseRecord, Cases, Received } from '../../activities/case-ports.ts';
import { type DocumentRef, caseIdOf } from '../../domain/case.ts';
import type { PackManifest } from '../../packs/pack.ts';
import { GENESIS } from './audit-chain.ts';
import { caseInputsOf } from './case-inputs.ts';
import { FOREIGN_KEY, hasState } from './faults.ts';
import { json, sha256, storable } from '../../canonical.ts';
import { contentConflict, revisionConflict } from './receive-conflicts.ts';
import { type Store, recordInCase, textOrNull } from './record.ts';
import type { Tables } from './tables.ts';
import { failure } from '../../failures.ts';

/** Case rows: what came in, where it stands, how it ended. */
export function casesOf(store: Store): Cases {
  const { db, clock } = store;
  const storedPacks = new Set<string>();
  /** A version never changes under its hash. */
  const manifests = new Map<string, PackManifest>();
  const inputs = caseInputsOf(store);

  const read = async (caseId: string): Promise<CaseRecord | undefined> => {
    const row = await db
      .selectFrom('cases as c')
      .where('case_id', '=', caseId)
      .select(['case_id', 'pack_id', 'case_key', 'revision', 'content_hash', 'submitted_by', 'owner', 'stage'])
      .select(['outcome', 'received_at', 'plan'])
      .select([
        sql<DocumentRef[]>`(select coalesce(json_agg(json_build_object('hash', d.hash, 'name', d.name,
          'mediaType', d.media_type, 'size', d.size) order by d.position), '[]')
          from case_documents d where d.case_id = c.case_id)`.as('documents'),
        sql<DocumentRef[]>`(select coalesce(json_agg(d.document order by a.at), '[]')
          from information_answers a cross join jsonb_array_elements(a.documents) as d (document)
          where a.case_id = c.case_id and a.accepted)`.as('answers'),
        sql<boolean>`c.outcome is not null or exists (select from decisions d where d.case_id = c.case_id)`.as(
          'decided',
        ),
        sql<number>`coalesce((select max(task_no) from review_tasks t where t.case_id = c.case_id), 0)`.as(
          'last_task_no',
        ),
      ])
      .executeTakeFirst();
    return row && recordOf(row);
  };

  /** Stores the manifest once per process and version; nothing ever removes it. */
  const storePack = async (plan: { packHash: string; packId: string; packVersion: string }, manifest: PackManifest) => {
    if (storedPacks.has(plan.packHash)) return;
    await sql`insert into pack_versions (hash, pack_id, version, manifest, first_used_at)
      values (${plan.packHash}, ${plan.packId}, ${plan.packVersion}, ${json(manifest)}::json, ${clock()})
      on conflict do nothing`.execute(db);
    storedPacks.add(plan.packHash);
  };

  return {
    async receive({ name, documents, contents, submittedBy, owner, channel }): Promise<Received> {
      const at = clock();
      const caseId = caseIdOf(name);
      const contentHash = contentHashOf(documents);
      const conflict = name.revision > 1 ? await revisionConflict(db, name) : undefined;
      if (conflict !== undefined) return { kind: 'conflict', message: conflict };
      const given = contentsOf(documents, contents);
      const entry = { ...name, contentHash, documents: documents.map(({ hash }) => hash), submittedBy, owner, channel };
      try {
        const { rows } = await sql`
          with received as (
            insert into cases (case_id, pack_id, case_key, revision, content_hash, submitted_by, owner, channel, stage,
              received_at, touched_at, audit_seq, audit_head)
            values (${caseId}, ${name.packId}, ${name.caseKey}, ${name.revision}::int, ${contentHash},
              ${textOrNull(submittedBy)}, ${storable(owner)}, ${channel}, 'received', ${at}, ${at}, 0, ${GENESIS})
            on conflict do nothing returning case_id
          ), contents as (
            insert into documents (hash, media_type, size, content, stored_at)
            select d.hash, d.media_type, octet_length(d.content), d.content, ${at}::timestamptz
            from received cross join unnest(${given.map((d) => d.hash)}::text[],
              ${given.map((d) => storable(d.mediaType))}::text[], ${given.map((d) => d.content)}::bytea[])
              as d (hash, media_type, content)
            order by d.hash on conflict do nothing
          ), links as (
            insert into case_documents (case_id, position, hash, name, media_type, size)
            select r.case_id, d.position, d.hash, d.name, d.media_type, d.size from received r cross join
              unnest(${documents.map((d) => d.hash)}::text[], ${documents.map((d) => storable(d.name))}::text[],
              ${documents.map((d) => storable(d.mediaType))}::text[], ${documents.map((d) => d.size)}::bigint[])
              with ordinality as d (hash, name, media_type, size, position)
          )
          select ${recordInCase(caseId, at, [['received', entry]])} from received`.execute(db);
        if (rows.length > 0) {
          const refs = documents.map(({ hash, name, mediaType, size }) => ({ hash, name, mediaType, size }));
          const fresh: Pick<CaseRecord, 'stage' | 'outcome' | 'decided' | 'lastTaskNo' | 'plan' | 'answers'> = {
            stage: 'received',
            outcome: null,
            decided: false,
            lastTaskNo: 0,
            plan: null,
            answers: [],
          };
          const own = { ...name, caseId, contentHash, submittedBy, owner, documents: refs, receivedAt: at };
          return { kind: 'created', record: { ...own, ...fresh } };
        }
        const record = await read(caseId);
        if (!record) throw new TypeError('a case that was received before must be readable');
        if (record.contentHash === contentHash) return { kind: 'existing', record };
        return { kind: 'conflict', message: contentConflict(name) };
      } catch (error) {
        if (!hasState(error, FOREIGN_KEY)) throw error;
        throw failure('InvalidInput', 'documents: the ledger does not hold their content; store it first');
      }
    },

    get: read,

    input: inputs.input,

    async manifest(hash) {
      const known = manifests.get(hash);
      if (known) return known;
      const row = await db.selectFrom('pack_versions').select('manifest').where('hash', '=', hash).executeTakeFirst();
      if (row) manifests.set(hash, row.manifest);
      return row?.manifest;
    },

    async ingested(caseId, input, plan, manifest, bands = []) {
      const at = clock();
      await storePack(plan, manifest);
      const { packHash, packVersion } = plan;
      const entry = {
        packHash,
        packVersion,
        plan,
        presentHash: sha256(storable(input.present)),
        sourceHashes: input.sources.map(({ text }) => sha256(storable(text))),
        findings: input.findings,
      };
      const { rows } = await sql`
        with done as (
          update cases set plan = ${json(plan)}::jsonb, input = ${json(input)}::jsonb, pack_hash = ${packHash}
          where case_id = ${caseId} and plan is null returning pack_id
        ), findable as (
          insert into case_bands (case_id, pack_id, bands)
          select ${caseId}, pack_id, ${bands}::integer[] from done where ${bands.length > 0}::boolean
          on conflict do nothing
        )
        select ${recordInCase(caseId, at, [['ingested', entry]], { stage: 'proposing' })} from done`.execute(db);
      if (rows.length > 0) inputs.remember(caseId, input);
    },

    informed: inputs.informed,

    async moved(caseId, plan, manifest, why) {
      const at = clock();
      await storePack(plan, manifest);
      const { packHash, packVersion } = plan;
      const entry = { packHash, packVersion, plan, why };
      await sql`
        with done as (
          update cases set plan = ${json(plan)}::jsonb, pack_hash = ${packHash}
          where case_id = ${caseId} and pack_hash is distinct from ${packHash} returning 1
        )
        select ${recordInCase(caseId, at, [['moved', entry]])} from done`.execute(db);
    },

    async withSameDocuments(caseId) {
      const { rows } = await sql<{ case_id: string }>`
        select c.case_id from cases c where c.case_id <> ${caseId} and c.case_id in (
          select other.case_id from case_documents mine join case_documents other using (hash)
          where mine.case_id = ${caseId})
        order by c.received_at, c.case_id`.execute(db);
      return rows.map((row) => row.case_id);
    },

    async withSharedBands(caseId, bands, limit) {
      const { rows } = await sql<{ case_id: string; sources: CaseInput['sources'] }>`
        select c.case_id, c.input -> 'sources' as sources
        from case_bands b join cases c using (case_id)
        where b.bands && ${bands}::integer[] and b.case_id <> ${caseId}
          and b.pack_id = (select pack_id from cases where case_id = ${caseId})
        order by (select count(*) from unnest(b.bands) as band where band = any(${bands}::integer[])) desc,
          c.received_at, c.case_id
        limit ${limit}`.execute(db);
      return rows.map(({ case_id, sources }) => ({ caseId: case_id, sources }));
    },

    async close(caseId, end) {
      await sql`select ${recordInCase(caseId, clock(), [], { close: end })}`.execute(db);
    },

    // Where a case is on its way is told by the entries around it; the stage alone is a read model.
    async stage(caseId, stage) {
      await db
        .updateTable('cases')
        .set({ stage, touched_at: clock() })
        .where('case_id', '=', caseId)
        .where('stage', '<>', stage)
        .where('outcome', 'is', null)
        .execute();
    },

    async open(before, limit, after = '') {
      return await db
        .selectFrom('cases')
        .select(['case_id as caseId', 'stage', 'received_at as receivedAt'])
        .where('stage', '<>', 'closed')
        .where('touched_at', '<', before)
        .where('case_id', '>', after)
        .orderBy('case_id')
        .limit(limit)
        .execute();
    },
  };
}

/** The contents to store, each once. */
function contentsOf(documents: readonly DocumentRef[], contents: ReadonlyMap<string, Uint8Array> = new Map()) {
  const types = new Map(documents.map(({ hash, mediaType }) => [hash, mediaType]));
  return [...contents].map(([hash, bytes]) => {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { hash, mediaType: types.get(hash) ?? '', content };
  });
}

/** SHA-256 over the ordered document hashes; names do not count. */
function contentHashOf(documents: readonly { hash: string }[]): string {
  return sha256(documents.map(({ hash }) => hash).join('\n'));
}

type Row = Omit<
  Selectable<Tables['cases']>,
  'input' | 'channel' | 'reason' | 'touched_at' | 'closed_at' | 'pack_hash' | 'audit_seq' | 'audit_head' | 'input_no'
> & { documents: DocumentRef[]; answers: DocumentRef[]; decided: boolean; last_task_no: number };

/** A case row as the port gives it. */
function recordOf(row: Row): CaseRecord {
  return {
    caseId: row.case_id,
    packId: row.pack_id,
    caseKey: row.case_key,
    revision: row.revision,
    contentHash: row.content_hash,
    submittedBy: row.submitted_by,
    owner: row.owner,
    stage: row.stage,
    outcome: row.outcome,
    documents: row.documents,
    receivedAt: row.received_at,
    decided: row.decided,
    lastTaskNo: row.last_task_no,
    plan: row.plan,
    answers: row.answers,
  };
}
