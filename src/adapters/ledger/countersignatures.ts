import { type Kysely, type Selectable, sql } from 'kysely';
import type { Countersignatures, DecisionGround } from '../../activities/countersign-ports.ts';
import { type ShownCall, type ShownTask, shownOf } from '../../countersignature/shown.ts';
import type { DocumentRef } from '../../domain/case.ts';
import type { Countersignature } from '../../domain/countersignature.ts';
import type { PreparedEffect } from '../../domain/decision.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Finding } from '../../domain/route.ts';
import { decisionOf } from './decisions.ts';
import { json } from '../../canonical.ts';
import { type Store, recordInCase } from './record.ts';
import { taskOf } from './tasks.ts';
import type { Tables } from './tables.ts';

interface Row {
  decision: Selectable<Tables['decisions']>;
  task: Selectable<Tables['review_tasks']> | null;
  owner: string;
  submitted_by: string | null;
  plan: Plan | null;
  findings: Finding[] | null;
  sources: { name: string; text: string }[] | null;
  documents: DocumentRef[];
  call: ShownCall | null;
  signatures: Countersignature[];
  effects: { name: string; state: string; called: boolean; prepared: PreparedEffect }[];
}

/** What was signed, and what the ledger holds of it now. */
export function countersignaturesOf({ db, clock }: Store): Countersignatures {
  return {
    async ground(caseId, decisionNo): Promise<DecisionGround | undefined> {
      const row = await groundRow(db, caseId, decisionNo);
      if (!row) return undefined;
      const decision = decisionOf(row.decision);
      const signatures = [...row.signatures, ...(decision.seal ? [decision.seal] : [])];
      const effects = Object.fromEntries(row.effects.map(({ name, ...effect }) => [name, effect]));
      const { documents, owner } = row;
      return {
        decision,
        shown: shownIn(caseId, row),
        digest: row.task?.digest ?? null,
        documents,
        owner,
        signatures,
        effects,
      };
    },

    async tampered({ caseId, decisionNo, effect, faults }) {
      const at = clock();
      const entry = { decisionNo, effect, faults };
      const message = `${caseId}: what the ledger holds is not what was countersigned. Nothing more of it was written.`;
      await sql`
        with done as (
          select owner from cases c where case_id = ${caseId} and not exists (
            select from audit_entries a where a.case_id = c.case_id and a.kind = 'tampering'
              and a.data @> ${json({ decisionNo, effect })}::jsonb)
        ), notice as (
          insert into outbox (kind, payload, not_before)
          select 'tampering', jsonb_build_object('owner', owner, 'about', ${caseId}::text, 'message', ${message}::text),
            ${at}::timestamptz from done
        )
        select ${recordInCase(caseId, at, [['tampering', entry]])} from done`.execute(db);
    },

    async factsChanged({ caseId, decisionNo, changed }) {
      await sql`
        select ${recordInCase(caseId, clock(), [['facts-changed', { decisionNo, changed }]])}
        where not exists (
          select from audit_entries where case_id = ${caseId} and kind = 'facts-changed'
            and data @> ${json({ decisionNo })}::jsonb)`.execute(db);
    },
  };
}

async function groundRow(db: Kysely<Tables>, caseId: string, decisionNo: number): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    select to_jsonb(d) as decision, to_jsonb(t) as task, c.owner, c.submitted_by, c.plan,
      c.input -> 'findings' as findings, c.input -> 'sources' as sources,
      (select coalesce(jsonb_agg(jsonb_build_object('hash', o.hash, 'name', o.name, 'mediaType', o.media_type,
        'size', o.size) order by o.position), '[]') from case_documents o where o.case_id = c.case_id)
        || (select coalesce(jsonb_agg(g.document order by a.at), '[]')
          from information_answers a cross join jsonb_array_elements(a.documents) as g (document)
          where a.case_id = c.case_id and a.accepted) as documents,
      (select jsonb_build_object('callId', m.call_id, 'provider', m.provider, 'model', m.model,
        'responseModel', m.response_model, 'requestHash', m.request_hash, 'text', m.text)
        from model_calls m where m.call_id = coalesce(t.call_id, (d.grounds ->> 'callId')::uuid)) as call,
      (select coalesce(jsonb_agg(jsonb_build_object('statement', s.statement, 'signature', s.signature)), '[]')
        from countersignatures s where s.case_id = c.case_id) as signatures,
      (select coalesce(jsonb_agg(jsonb_build_object('name', e.name, 'state', e.state, 'called', e.calls > 0,
        'prepared', e.prepared)), '[]')
        from effects e where e.case_id = d.case_id and e.decision_no = d.decision_no) as effects
    from decisions d join cases c on c.case_id = d.case_id
      left join review_tasks t on t.case_id = d.case_id and t.task_no = d.task_no
    where d.case_id = ${caseId} and d.decision_no = ${decisionNo}`.execute(db);
  return rows[0];
}

function shownIn(caseId: string, row: Row): DecisionGround['shown'] {
  const { plan, documents, submitted_by: submittedBy, sources, findings } = row;
  const task = row.task ? taskOf(row.task) : byPolicy(row.decision);
  if (!plan || !task) return undefined;
  const of = { caseId, submittedBy, documents, plan, sources: sources ?? [], findings: findings ?? [] };
  return shownOf(of, task, row.call ?? undefined);
}

/** What policy decided on, in place of a question. */
function byPolicy({ task_no: taskNo, grounds, output, effects, facts }: Row['decision']): ShownTask | undefined {
  if (taskNo !== null || !grounds) return undefined;
  const shown = { taskNo, kind: 'straight-through', reasons: [], output, effects } as const;
  return { ...grounds, ...shown, facts: facts ?? {} };
}
