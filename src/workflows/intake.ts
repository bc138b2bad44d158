import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { startChild } from '@temporalio/workflow';
import type { Ingested } from '../activities/steps.ts';
import { caseIdOf, type DocumentRef, type InlineDocument } from '../domain/case.ts';
import type { CaseResult } from '../domain/decision.ts';
import { startAttributes, type DecideCaseInput } from '../messages.ts';
import { quickly, runNormally } from './steps.ts';

/** Plain text up to this size is quick to read; anything else is parsed in a normal activity, off the main thread. */
const LIGHT_BYTES = 64 * 1024;

/** Reads, cleans and enriches the documents, and pins the plan. */
export async function ingest(caseId: string, start: DecideCaseInput): Promise<Ingested> {
  const documents: unknown[] = Array.isArray(start?.documents) ? start.documents : [];
  const light = documents.every(isLight);
  const names = documents.length === 1 ? 'one document' : `${documents.length} documents`;
  const summary = `Read and clean ${names}, pin the plan`;
  return light
    ? await quickly('ingest', summary, { caseId, start })
    : await runNormally('ingest', summary, { caseId, start });
}

/** One mail became several cases: each runs on its own, this one ends. */
export async function startParts(
  caseId: string,
  start: DecideCaseInput,
  { parts, owner }: Extract<Ingested, { kind: 'split' }>,
): Promise<CaseResult> {
  const ids: string[] = [];
  for (const part of parts) {
    const workflowId = caseIdOf({ packId: start.packId, ...part });
    const args: DecideCaseInput = { ...start, ...part };
    try {
      await startChild('decideCase', {
        workflowId,
        args: [args],
        parentClosePolicy: 'ABANDON',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        typedSearchAttributes: startAttributes(start.packId, owner),
        staticSummary: `${start.packId}: part of a mail with ${parts.length} documents`,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    ids.push(workflowId);
  }
  return { caseId, outcome: 'split', route: 'none', parts: ids };
}

/** Anything may arrive in a start message; what is no document is light too, and refused by `ingest`. */
function isLight(document: unknown): boolean {
  if (typeof document !== 'object' || document === null) return true;
  const { mediaType = 'text/plain', size, text, base64 } = document as Partial<DocumentRef & InlineDocument>;
  if (base64 !== undefined || !String(mediaType).startsWith('text/plain')) return false;
  return (size ?? String(text ?? '').length) <= LIGHT_BYTES;
}
