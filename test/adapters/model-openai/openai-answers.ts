import type { ModelRequest } from '../../../src/activities/ports.ts';

/** Content that must not turn up in any failure. */
export const SECRET = 'IBAN DE59 9249 6163 7604 8074 58';
export const request: ModelRequest = {
  provider: 'acme',
  model: 'm-1',
  instructions: 'Read the invoice.',
  input: SECRET,
  schemaName: 'invoice intake',
  schema: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: { total: { type: 'string' } },
    required: ['total'],
    additionalProperties: false,
  },
  maxOutputTokens: 500,
  timeoutMs: 5000,
  metadata: { caseId: `case/invoice/${'x'.repeat(600)}` },
};
export const TOKENS = [
  { token: '{"total":"', logprob: 0, bytes: null },
  { token: '12', logprob: -0.5, bytes: null },
  { token: '"}', logprob: 0, bytes: null },
];
export const TEXT = '{"total":"12"}';

export const never = new AbortController().signal;

/** An answer of `POST /responses` with one part besides its reasoning. */
export function response(part: object, more: object = {}) {
  return {
    status: 200,
    json: {
      id: 'resp_1',
      model: 'm-1-2026-01-01',
      status: 'completed',
      output: [
        { type: 'reasoning', id: 'r', summary: [] },
        { type: 'message', role: 'assistant', content: [part] },
      ],
      usage: { input_tokens: 90, output_tokens: 7, input_tokens_details: { cached_tokens: 40 } },
      ...more,
    },
  };
}
export const said = (text: string, more: object = {}) =>
  response({ type: 'output_text', text, annotations: [], logprobs: TOKENS }, more);

/** An answer of `POST /chat/completions`. */
export function completion(message: object, finishReason = 'stop') {
  return {
    status: 200,
    json: {
      id: 'chatcmpl_1',
      model: 'm-1-2026-01-01',
      choices: [{ index: 0, finish_reason: finishReason, message, logprobs: { content: TOKENS } }],
      usage: { prompt_tokens: 90, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 40 } },
    },
  };
}
/** An error answer of either. */
export const problem = (status: number, error: object, headers = {}) => ({ status, json: { error }, headers });
