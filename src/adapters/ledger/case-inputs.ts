import { sql } from 'kysely';
import type { CaseInput, Cases } from '../../activities/case-ports.ts';
import { json } from '../../canonical.ts';
import type { Store } from './record.ts';
import { remembering } from './remembering.ts';

/** What was made of a case's documents, and of the answers of its submitter; kept in memory by how many answers it has. */
export function caseInputsOf({ db }: Store): Pick<Cases, 'input' | 'informed'> & {
  /** The input of a case that was just read in. */
  remember(caseId: string, input: CaseInput): void;
} {
  const inputs = remembering<{ input: CaseInput; inputNo: number }>();
  return {
    remember: (caseId, input) => inputs.set(caseId, { input, inputNo: 0 }),

    async input(caseId) {
      // Other processes may have stored a newer one; the number is little to ask for, the input may be much.
      const known = inputs.get(caseId);
      const { rows } = await sql<{ input: CaseInput | null; input_no: number }>`
        select input_no, case when input_no = ${known?.inputNo ?? -1}::int then null else input end as input
        from cases where case_id = ${caseId}`.execute(db);
      const [row] = rows;
      if (row?.input) inputs.set(caseId, { input: row.input, inputNo: row.input_no });
      return row?.input ?? (row?.input_no === known?.inputNo ? known?.input : undefined);
    },

    async informed(caseId, input, inputNo) {
      await sql`update cases set input = ${json(input)}::jsonb, input_no = ${inputNo}
        where case_id = ${caseId} and input_no = ${inputNo - 1}`.execute(db);
    },
  };
}
