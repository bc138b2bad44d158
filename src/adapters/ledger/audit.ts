import { sql } from 'kysely';
import { type AuditEntry, type AuditLine, type ChainFault, verifyLines } from './audit-chain.ts';
import { translated } from './faults.ts';
import type { Store } from './record.ts';

export interface Audit {
  /** Checks the chains of one case, of all, or of exported `entries` (then without the database). Empty: all is well. */
  verifyChains(which?: { caseId?: string; entries?: Iterable<AuditLine> }): Promise<ChainFault[]>;
  /** Entries and head of one case or of all, case by case, each case as of one moment; one line of NDJSON each. */
  exportEntries(caseId?: string): AsyncIterable<AuditLine>;
}

const CASES_AT_A_TIME = 200;

interface Row {
  case_id: string;
  audit_seq: number;
  audit_head: string;
  entries: AuditEntry[];
}

export function auditOf({ db }: Store): Audit {
  async function* exportEntries(only?: string): AsyncGenerator<AuditLine> {
    for (let after = ''; ;) {
      const { rows } = await sql<Row>`
        select c.case_id, c.audit_seq, c.audit_head, (
          select coalesce(json_agg(json_build_object('caseId', a.case_id, 'seq', a.seq, 'at', a.at, 'kind', a.kind,
            'data', a.data, 'prevHash', a.prev_hash, 'hash', a.hash) order by a.seq), '[]')
          from audit_entries a where a.case_id = c.case_id) as entries
        from cases c where c.case_id > ${after} and (${only ?? null}::text is null or c.case_id = ${only ?? null})
        order by c.case_id limit ${CASES_AT_A_TIME}`
        .execute(db)
        .catch((error: unknown) => {
          throw translated(error);
        });
      for (const row of rows) {
        for (const entry of row.entries) yield { type: 'entry', ...entry, at: new Date(entry.at).toISOString() };
        yield { type: 'head', caseId: row.case_id, seq: row.audit_seq, hash: row.audit_head };
      }
      if (rows.length < CASES_AT_A_TIME) return;
      after = rows.at(-1)?.case_id ?? after;
    }
  }

  return {
    exportEntries,
    async verifyChains({ caseId, entries } = {}) {
      if (entries) return verifyLines(entries);
      const faults: ChainFault[] = [];
      let chain: AuditLine[] = [];
      for await (const line of exportEntries(caseId)) {
        chain.push(line);
        if (line.type !== 'head') continue;
        faults.push(...verifyLines(chain));
        chain = [];
      }
      return faults;
    },
  };
}
