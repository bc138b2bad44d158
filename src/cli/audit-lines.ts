import { createReadStream } from 'node:fs';
import type { AuditLine } from '../adapters/ledger/audit-chain.ts';
import { auditLineSchema } from '../client/api/schema-system.ts';
import { linesOf } from '../client/ndjson.ts';
import { UserError } from './context.ts';

/** The lines of an exported audit trail. Throws `UserError` naming the line that is none. */
export async function* auditLinesIn(file: string): AsyncGenerator<AuditLine> {
  try {
    for await (const { line, text } of linesOf(createReadStream(file))) {
      const parsed = auditLineSchema.safeParse(jsonOrNothing(text ?? ''));
      if (!parsed.success) throw new UserError(`${file}, line ${line}: this is no line of an audit export.`);
      yield parsed.data;
    }
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error) || !('code' in error)) throw error;
    throw new UserError(`'${file}' cannot be read (${String(error.code)}).`, { cause: error });
  }
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
