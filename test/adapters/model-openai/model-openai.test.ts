import { describe, expect, it } from 'vitest';
import { createOpenAiModel } from '../../../src/adapters/model-openai/model-openai.ts';
import { useLocalServer, type LocalServer } from '../local-server.ts';
import { SECRET, request, TOKENS, TEXT, never, response, said, completion, problem } from './openai-answers.ts';

let server: LocalServer;
let baseURL: string;
useLocalServer((made, at) => {
  [server, baseURL] = [made, at];
});

function modelOf(api: 'responses' | 'chat' = 'responses') {
  return createOpenAiModel({ providers: { acme: { baseURL, apiKey: 'key', api } } });
}
/** What every reply says besides the answer itself. */
const billed = {
  usage: { inputTokens: 90, outputTokens: 7, cachedTokens: 40 },
  responseModel: 'm-1-2026-01-01',
  latencyMs: expect.any(Number),
};

describe('the responses endpoint', () => {
  it('is asked in strict mode, stores nothing, and gives answer, tokens and usage', async () => {
    server.answers(said(TEXT));
    expect(await modelOf().ask(request, never)).toEqual({
      ...billed,
      outcome: 'ok',
      text: TEXT,
      tokens: TOKENS.map(({ token, logprob }) => ({ token, logprob })),
      responseId: 'resp_1',
    });
    const { $schema: _, ...schema } = request.schema;
    expect(server.seen).toMatchObject([
      {
        method: 'POST',
        url: '/responses',
        headers: { authorization: 'Bearer key' },
        body: {
          model: 'm-1',
          instructions: 'Read the invoice.',
          input: SECRET,
          store: false,
          max_output_tokens: 500,
          include: ['message.output_text.logprobs'],
          top_logprobs: 3,
          text: { format: { type: 'json_schema', name: 'invoice_intake', strict: true, schema } },
        },
      },
    ]);
    const body = server.seen[0]?.body as { metadata: { caseId: string }; text: { format: { schema: object } } };
    expect(body.text.format.schema).not.toHaveProperty('$schema');
    expect(body.metadata.caseId).toHaveLength(512);
  });

  it.each([
    ['refusal', response({ type: 'refusal', refusal: 'I cannot.' }), 'I cannot.'],
    [
      'truncated',
      said('{"tot', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }),
      '{"tot',
    ],
    ['filtered', said('', { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }), ''],
    ['invalid', said('The total is 12.'), 'The total is 12.'],
  ])('gives %s as a value, with what it cost', async (outcome, answer, text) => {
    server.answers(answer);
    expect(await modelOf().ask(request, never)).toMatchObject({ ...billed, outcome, text, responseId: 'resp_1' });
  });

  it('takes an input that the provider refuses to read for filtered, not for a fault', async () => {
    server.answers(problem(400, { code: 'content_filter', message: SECRET }, { 'x-request-id': 'req_1' }));
    expect(await modelOf().ask(request, never)).toMatchObject({ outcome: 'filtered', responseId: 'req_1' });
  });

  it('throws when the answer itself says that the call failed', async () => {
    const failed = (code: string) => said('', { status: 'failed', error: { code, message: SECRET }, output: [] });
    server.answers(failed('server_error'), failed('rate_limit_exceeded'), failed('invalid_image'));
    const model = modelOf();
    await expect(model.ask(request, never)).rejects.toMatchObject({ type: 'ProviderUnavailable' });
    await expect(model.ask(request, never)).rejects.toMatchObject({ type: 'ProviderBusy' });
    await expect(model.ask(request, never)).rejects.toMatchObject({ type: 'ProviderBadRequest' });
  });
});

describe('the chat endpoint', () => {
  it('gives the same reply', async () => {
    server.answers(completion({ role: 'assistant', content: TEXT, refusal: null }));
    expect(await modelOf('chat').ask(request, never)).toEqual({
      ...billed,
      outcome: 'ok',
      text: TEXT,
      tokens: TOKENS.map(({ token, logprob }) => ({ token, logprob })),
      responseId: 'chatcmpl_1',
    });
    expect(server.seen).toMatchObject([
      {
        url: '/chat/completions',
        body: {
          messages: [
            { role: 'system', content: 'Read the invoice.' },
            { role: 'user', content: SECRET },
          ],
          response_format: { type: 'json_schema', json_schema: { name: 'invoice_intake', strict: true } },
          logprobs: true,
          top_logprobs: 3,
          max_completion_tokens: 500,
          store: false,
        },
      },
    ]);
    // The endpoint refuses metadata without `store`.
    expect(server.seen[0]?.body).not.toHaveProperty('metadata');
  });

  it.each([
    ['refusal', completion({ content: null, refusal: 'I cannot.' })],
    ['refusal', completion({ content: '', refusal: null, provider_specific_fields: { refusal: 'I cannot.' } })],
    ['truncated', completion({ content: '{"tot' }, 'length')],
    ['filtered', completion({ content: null }, 'content_filter')],
    ['invalid', completion({ content: null })],
  ])('gives %s as a value', async (outcome, answer) => {
    server.answers(answer);
    expect(await modelOf('chat').ask(request, never)).toMatchObject({ ...billed, outcome });
  });
});

describe('a model without log-probabilities', () => {
  it.each([
    [400, { code: 'unsupported_parameter', param: 'top_logprobs', message: 'Unsupported parameter' }],
    [400, { code: 'unknown_parameter', param: 'include[0]', message: 'Unknown value' }],
    [403, { type: 'invalid_request_error', message: 'You are not allowed to request logprobs from this model.' }],
  ])('is asked once more without them after %s, and from then on always', async (status, error) => {
    const model = modelOf();
    const plain = response({ type: 'output_text', text: TEXT, annotations: [] });
    server.answers(problem(status, error), plain, plain);
    expect(await model.ask(request, never)).toMatchObject({ outcome: 'ok', tokens: [] });
    expect(await model.ask(request, never)).toMatchObject({ outcome: 'ok', tokens: [] });
    expect(server.seen.map(({ body }) => 'top_logprobs' in body)).toEqual([true, false, false]);
    expect(server.seen.map(({ body }) => 'include' in body)).toEqual([true, false, false]);

    server.answers(said(TEXT));
    await model.ask({ ...request, model: 'm-2' }, never);
    expect(server.seen.at(-1)?.body).toHaveProperty('top_logprobs');
  });

  it('is not concluded from another refused parameter', async () => {
    server.answers(problem(400, { param: 'max_output_tokens', message: 'too many' }));
    await expect(modelOf().ask(request, never)).rejects.toMatchObject({ type: 'ProviderBadRequest' });
    expect(server.seen).toHaveLength(1);
  });
});

it.each(['responses', 'chat'] as const)(
  '%s: takes an id and counts of a gateway that are no text and no whole numbers',
  async (api) => {
    const odd = { input_tokens: 10.5, prompt_tokens: 10.5, output_tokens: '7', completion_tokens: '7' };
    const { status, json } = api === 'chat' ? completion({ content: TEXT }) : said(TEXT);
    server.answers({ status, json: { ...json, id: 12, usage: odd } });
    expect(await modelOf(api).ask(request, never)).toMatchObject({
      responseId: '12',
      usage: { inputTokens: 11, outputTokens: 7, cachedTokens: 0 },
    });
  },
);
