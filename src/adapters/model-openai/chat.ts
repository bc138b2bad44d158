import type { OpenAI } from 'openai';
import type { ModelRequest } from '../../activities/ports.ts';
import {
  countOf,
  jsonSchemaFormat,
  outcomeOfText,
  ProviderSaysFailed,
  type Answer,
  type CallOptions,
} from './answer.ts';
import { answerTokens } from './tokens.ts';

/**
 * One call to `POST /chat/completions`, for gateways that have no `/responses`. The request's metadata is not sent: this
 * endpoint takes it only together with `store`.
 */
export async function askChat(client: OpenAI, request: ModelRequest, options: CallOptions): Promise<Answer> {
  const completion = await client.chat.completions.create(
    {
      model: request.model,
      messages: [
        { role: 'system', content: request.instructions },
        { role: 'user', content: request.input },
      ],
      response_format: { type: 'json_schema', json_schema: jsonSchemaFormat(request) },
      max_completion_tokens: request.maxOutputTokens,
      store: false,
      ...(options.logprobs ? { logprobs: true, top_logprobs: 3 } : {}),
    },
    { signal: options.signal, timeout: options.timeoutMs },
  );
  const choice = completion?.choices?.[0];
  if (!choice) throw new ProviderSaysFailed(undefined);

  const refusal = choice.message.refusal ?? movedRefusal(choice.message);
  const text = choice.message.content ?? '';
  return {
    outcome: outcomeOf(choice.finish_reason, Boolean(refusal), text),
    text: refusal || text,
    tokens: refusal ? [] : answerTokens(text, choice.logprobs?.content),
    usage: {
      inputTokens: countOf(completion.usage?.prompt_tokens),
      outputTokens: countOf(completion.usage?.completion_tokens),
      cachedTokens: countOf(completion.usage?.prompt_tokens_details?.cached_tokens),
    },
    responseId: String(completion.id ?? ''),
    responseModel: completion.model ?? request.model,
  };
}

/** Where LiteLLM puts a refusal. */
function movedRefusal(message: object): string | undefined {
  const { provider_specific_fields: moved } = message as { provider_specific_fields?: { refusal?: unknown } | null };
  return typeof moved?.refusal === 'string' ? moved.refusal : undefined;
}

function outcomeOf(finishReason: string, refused: boolean, text: string): Answer['outcome'] {
  if (finishReason === 'length') return 'truncated';
  if (finishReason === 'content_filter') return 'filtered';
  return refused ? 'refusal' : outcomeOfText(text);
}
