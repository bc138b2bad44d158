import { randomUUID } from 'node:crypto';
import type { Response } from 'openai/resources/responses/responses';
import type { ChatCompletion } from 'openai/resources/chat/completions';
import type { Completion } from './model.ts';
import type { ModelRequest } from './request.ts';

const SNAPSHOT = '2026-11-01';

/** A new id with its usual prefix. */
export function newId(prefix: string): string {
  return prefix + randomUUID().replaceAll('-', '');
}

/** The model as an answer names it: the one asked for, and a snapshot date when it has none. */
function snapshotOf(model: string): string {
  return /\d{4}-\d{2}-\d{2}$/.test(model) ? model : `${model}-${SNAPSHOT}`;
}

/** The body of an answer of the Responses API. */
export function responsesReply(
  request: ModelRequest,
  completion: Completion,
): Omit<Response, 'output_text' | 'access_programs'> {
  const now = Math.floor(Date.now() / 1000);
  const isComplete = completion.finish === 'stop';
  const reason = completion.finish === 'length' ? 'max_output_tokens' : 'content_filter';
  const text = completion.tokens.map(({ token }) => token).join('');
  const logprobs = request.logprobs ? completion.tokens : [];
  return {
    id: newId('resp_'),
    object: 'response',
    created_at: now,
    status: isComplete ? 'completed' : 'incomplete',
    completed_at: isComplete ? now : null,
    error: null,
    incomplete_details: isComplete ? null : { reason },
    instructions: null,
    max_output_tokens: Number.isFinite(request.maxOutputTokens) ? request.maxOutputTokens : null,
    model: snapshotOf(request.model),
    output: [
      {
        id: newId('msg_'),
        type: 'message',
        role: 'assistant',
        status: isComplete ? 'completed' : 'incomplete',
        content: [
          completion.refusal === undefined
            ? { type: 'output_text', text, annotations: [], logprobs }
            : { type: 'refusal', refusal: completion.refusal },
        ],
      },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: null,
    service_tier: 'default',
    temperature: 1,
    text: { format: textFormat(request) },
    tool_choice: 'auto',
    tools: [],
    top_logprobs: request.topLogprobs,
    top_p: 1,
    truncation: 'disabled',
    usage: {
      input_tokens: completion.inputTokens,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: completion.outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: completion.inputTokens + completion.outputTokens,
    },
    metadata: request.metadata as Record<string, string>,
  };
}

function textFormat({ schema, schemaName, jsonObject }: ModelRequest) {
  if (schema)
    return { type: 'json_schema' as const, name: schemaName, schema: schema as Record<string, unknown>, strict: true };
  return { type: jsonObject ? ('json_object' as const) : ('text' as const) };
}

const FINISH = { stop: 'stop', length: 'length', 'content-filter': 'content_filter' } as const;

/** The body of an answer of the Chat Completions API. */
export function chatReply(request: ModelRequest, completion: Completion): ChatCompletion {
  const text = completion.tokens.map(({ token }) => token).join('');
  return {
    id: newId('chatcmpl-'),
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: snapshotOf(request.model),
    choices: [
      {
        index: 0,
        finish_reason: FINISH[completion.finish],
        logprobs: request.logprobs ? { content: completion.tokens, refusal: null } : null,
        message: {
          role: 'assistant',
          content: completion.refusal === undefined ? text : null,
          refusal: completion.refusal ?? null,
          annotations: [],
        },
      },
    ],
    service_tier: 'default',
    usage: {
      prompt_tokens: completion.inputTokens,
      completion_tokens: completion.outputTokens,
      total_tokens: completion.inputTokens + completion.outputTokens,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    },
  };
}
