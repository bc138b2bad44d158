import { z } from 'zod';
import type { Message } from './lexical/prompt.ts';
import type { JsonSchema } from './lexical/schema.ts';
import { strictProblem } from './lexical/schema.ts';
import { ApiError } from './errors.ts';

/** What either endpoint asks, in one form. */
export interface ModelRequest {
  endpoint: '/v1/responses' | '/v1/chat/completions';
  model: string;
  messages: Message[];
  /** The schema to fill; undefined for plain text. */
  schema?: JsonSchema;
  schemaName: string;
  /** Plain JSON wanted, without a schema. */
  jsonObject: boolean;
  maxOutputTokens: number;
  logprobs: boolean;
  topLogprobs: number;
  metadata: Record<string, unknown>;
}

const part = z.looseObject({ type: z.string(), text: z.string().optional(), refusal: z.string().optional() });
const content = z.union([z.string(), z.array(part), z.null()]);
const message = z.looseObject({
  role: z.string().default('user'),
  content: content.optional(),
  type: z.string().optional(),
});
const schemaFormat = {
  name: z.string().regex(/^[\w-]{1,64}$/),
  schema: z.record(z.string(), z.unknown()),
  strict: z.boolean().nullish(),
};
const plainFormat = z.looseObject({ type: z.enum(['text', 'json_object']) });
const count = z.int().min(1).nullish();
const common = {
  model: z.string().min(1),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  stream: z.literal(false, 'the stand-in does not stream').nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
};

const responsesBody = z.looseObject({
  ...common,
  instructions: z.string().nullish(),
  input: z.union([z.string(), z.array(message)]),
  text: z
    .looseObject({
      format: z.union([z.looseObject({ type: z.literal('json_schema'), ...schemaFormat }), plainFormat]).nullish(),
    })
    .nullish(),
  include: z.array(z.string()).nullish(),
  max_output_tokens: count,
});

const chatBody = z.looseObject({
  ...common,
  messages: z.array(message).min(1),
  response_format: z
    .union([z.looseObject({ type: z.literal('json_schema'), json_schema: z.looseObject(schemaFormat) }), plainFormat])
    .nullish(),
  logprobs: z.boolean().nullish(),
  max_tokens: count,
  max_completion_tokens: count,
});

/** Reads the body of POST /v1/responses; throws an ApiError with the parameter at fault. */
export function readResponsesRequest(body: unknown): ModelRequest {
  const read = parse(responsesBody, body);
  const input = typeof read.input === 'string' ? [{ role: 'user', content: read.input }] : read.input;
  const messages = [...(read.instructions ? [{ role: 'developer', content: read.instructions }] : []), ...input];
  const format = read.text?.format;
  return {
    endpoint: '/v1/responses',
    model: read.model,
    messages: toMessages(messages, 'input'),
    ...(format?.type === 'json_schema' ? usable(format, 'text.format.schema') : { schemaName: '' }),
    jsonObject: format?.type === 'json_object',
    maxOutputTokens: read.max_output_tokens ?? Infinity,
    logprobs: read.include?.includes('message.output_text.logprobs') ?? false,
    topLogprobs: read.top_logprobs ?? 0,
    metadata: read.metadata ?? {},
  };
}

/** Reads the body of POST /v1/chat/completions; throws an ApiError with the parameter at fault. */
export function readChatRequest(body: unknown): ModelRequest {
  const read = parse(chatBody, body);
  if (read.top_logprobs && !read.logprobs) {
    throw new ApiError(400, "'top_logprobs' needs 'logprobs' to be true.", { param: 'top_logprobs' });
  }
  const format = read.response_format;
  const hasSchema = format?.type === 'json_schema' && 'json_schema' in format;
  return {
    endpoint: '/v1/chat/completions',
    model: read.model,
    messages: toMessages(read.messages, 'messages'),
    ...(hasSchema ? usable(format.json_schema, 'response_format') : { schemaName: '' }),
    jsonObject: format?.type === 'json_object',
    maxOutputTokens: read.max_completion_tokens ?? read.max_tokens ?? Infinity,
    logprobs: read.logprobs ?? false,
    topLogprobs: read.top_logprobs ?? 0,
    metadata: read.metadata ?? {},
  };
}

interface Format {
  name: string;
  schema: Record<string, unknown>;
  strict?: boolean | null | undefined;
}

function usable(format: Format, param: string): { schema: JsonSchema; schemaName: string } {
  const schema = format.schema as JsonSchema;
  const problem = format.strict === true ? strictProblem(schema) : undefined;
  if (problem !== undefined) {
    const message = `Invalid schema for response_format '${format.name}': ${problem}`;
    throw new ApiError(400, message, { param, code: 'invalid_json_schema' });
  }
  return { schema, schemaName: format.name };
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const param = issue?.path.join('.') ?? '';
  throw new ApiError(400, `Invalid value for '${param}': ${issue?.message ?? 'not understood'}.`, { param });
}

function toMessages(list: z.infer<typeof message>[], param: string): Message[] {
  return list.map((given) => {
    const parts = typeof given.content === 'string' ? [{ type: 'text', text: given.content }] : (given.content ?? []);
    const unreadable = parts.find(({ type }) => !/text|refusal/.test(type));
    if (unreadable) throw new ApiError(400, `The stand-in reads text only, not '${unreadable.type}'.`, { param });
    return { role: given.role, text: parts.map(({ text }) => text ?? '').join('\n') };
  });
}
