import type { ModelRef } from '../domain/plan.ts';
import type { PackManifest } from '../packs/pack.ts';
import type { CaseInput } from './case-ports.ts';
import type { CallTurn, ModelCallRecord } from './model-call-ports.ts';
import type { ModelRequest } from './ports.ts';

/** How much more room an answer gets that was cut off. */
const MORE_ROOM = 2;

/** The request to a model: the pinned instructions and schema, the case's text; with a former answer, what was wrong with it. */
export function requestFor(
  { manifest, input, model, caseId }: { manifest: PackManifest; input: CaseInput; model: ModelRef; caseId: string },
  turn: CallTurn,
  former: ModelCallRecord | undefined,
): ModelRequest {
  const { maxOutputTokens, instructions } = manifest;
  const request: ModelRequest = {
    provider: model.provider,
    model: model.model,
    instructions,
    input: input.present,
    schemaName: manifest.id,
    schema: manifest.answerSchema,
    maxOutputTokens: turn === 'longer' ? maxOutputTokens * MORE_ROOM : maxOutputTokens,
    timeoutMs: model.timeoutMs,
    metadata: { caseId, packVersion: manifest.version },
  };
  if (turn !== 'repair' || !former) return request;
  const faults = former.problems.map((problem) => `- ${problem}`).join('\n');
  return {
    ...request,
    instructions: `${instructions}\n\nYour former answer could not be used:\n${faults}\nAnswer again, whole, as the schema asks.`,
  };
}
