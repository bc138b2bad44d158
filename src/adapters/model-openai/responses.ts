import type { OpenAI } from 'openai';
import type { Response, ResponseOutputItem, ResponseOutputMessage } from 'openai/resources/responses/responses';
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
 * One call to `POST /responses`. `responses.create`, not `.parse`, which throws on an answer that does not fit the schema
 * and so loses its usage and id.
 */
export async function askResponses(client: OpenAI, request: ModelRequest, options: CallOptions): Promise<Answer> {
  const response = await client.responses.create(
    {
      model: request.model,
      instructions: request.instructions,
      input: request.input,
      text: { format: { type: 'json_schema', ...jsonSchemaFormat(request) } },
      max_output_tokens: request.maxOutputTokens,
      store: false,
      metadata: shortened(request.metadata),
      ...(options.logprobs ? { include: ['message.output_text.logprobs' as const], top_logprobs: 3 } : {}),
    },
    { signal: options.signal, timeout: options.timeoutMs },
  );
  // Types say what the API promises; gateways keep less of it.
  if (!Array.isArray(response?.output)) throw new ProviderSaysFailed(undefined);
  if (response.status && response.status !== 'completed' && response.status !== 'incomplete') throw failed(response);

  const parts = response.output.filter(isMessage).flatMap((message) => message.content);
  const refusal = parts.find((part) => part.type === 'refusal');
  const texts = parts.filter((part) => part.type === 'output_text');
  const text = texts.map((part) => part.text).join('');
  return {
    outcome: outcomeOf(response, refusal !== undefined, text),
    text: refusal ? refusal.refusal : text,
    tokens: refusal
      ? []
      : answerTokens(
          text,
          texts.flatMap((part) => part.logprobs ?? []),
        ),
    usage: {
      inputTokens: countOf(response.usage?.input_tokens),
      outputTokens: countOf(response.usage?.output_tokens),
      cachedTokens: countOf(response.usage?.input_tokens_details?.cached_tokens),
    },
    responseId: String(response.id ?? ''),
    responseModel: response.model ?? request.model,
  };
}

const isMessage = (item: ResponseOutputItem): item is ResponseOutputMessage => item.type === 'message';

function outcomeOf({ status, incomplete_details }: Response, refused: boolean, text: string): Answer['outcome'] {
  if (status === 'incomplete') return incomplete_details?.reason === 'content_filter' ? 'filtered' : 'truncated';
  return refused ? 'refusal' : outcomeOfText(text);
}

function failed({ error, status }: Response): ProviderSaysFailed {
  const code: string = error?.code ?? status ?? 'failed';
  if (code === 'rate_limit_exceeded') return new ProviderSaysFailed(429, code);
  const passing = error === null || error === undefined || /server_error|timeout/.test(code);
  return new ProviderSaysFailed(passing ? 500 : 400, code);
}

/** The API refuses metadata values of more than 512 characters. */
function shortened(metadata: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, value.slice(0, 512)]));
}
