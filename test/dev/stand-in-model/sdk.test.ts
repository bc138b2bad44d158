import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { ask, bodyFor, objectOf, promptOf, standIn } from './ask.ts';

const schema = objectOf({
  mood: { type: 'string', enum: ['happy', 'sad'] },
  note: { type: ['string', 'null'], description: "Labels: 'Note'" },
  score: { type: 'integer', description: "Labels: 'Score'" },
  empty: { type: 'array', items: { type: 'string' } },
});
const examples: [string, unknown][] = [
  ['what a lovely sunny day', { mood: 'happy' }],
  ['everything went wrong today', { mood: 'sad' }],
];
const prompt = promptOf('a lovely day\nNote: "quoted" and a \\ and ümlaut 🌱\nScore: 12', examples);

test('an answer of the Responses API is what the official client expects', async () => {
  const { client } = await standIn();
  const { data: response, response: raw } = await client.responses
    .create({ ...bodyFor(prompt, schema), metadata: { caseId: 'c-1' } })
    .withResponse();
  expect(JSON.parse(response.output_text)).toEqual({
    mood: 'happy',
    note: '"quoted" and a \\ and ümlaut 🌱',
    score: 12,
    empty: [],
  });
  expect(response).toMatchObject({
    object: 'response',
    status: 'completed',
    incomplete_details: null,
    model: 'stand-in-large-2026-11-01',
    metadata: { caseId: 'c-1' },
    output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', annotations: [] }] }],
  });
  const usage = response.usage;
  expect(usage).toMatchObject({
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  });
  expect(usage?.total_tokens).toBe((usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0));
  expect(raw.headers.get('x-stand-in')).toBe('true');
  expect(raw.headers.get('x-request-id')).toMatch(/^req_\w+/);
});

test('the tokens add up to the text, their bytes too, and are as many as are charged', async () => {
  const { client } = await standIn();
  const { response, tokens } = await ask(client, prompt, schema);
  expect(tokens.map(({ token }) => token).join('')).toBe(response.output_text);
  const bytes = tokens.flatMap((token) => token.bytes);
  expect(Buffer.from(bytes).toString('utf8')).toBe(response.output_text);
  expect(tokens.length).toBe(response.usage?.output_tokens);
  expect(tokens.map(({ token }) => token)).toEqual(expect.arrayContaining(['{"', '":"', '","']));
  expect(tokens.every(({ logprob }) => logprob <= 0)).toBe(true);
});

test('the first token of a value shows the runners-up', async () => {
  const { client } = await standIn();
  const { tokens, confidenceOf } = await ask(client, prompt, schema);
  const happy = tokens.find(({ token }) => token === 'happy');
  expect(happy?.top_logprobs.map(({ token }) => token)).toEqual(['happy', 'sad']);
  expect(confidenceOf('happy')).toBeCloseTo(Math.exp(happy?.logprob ?? -9), 6);
});

test('no log-probabilities without asking for them', async () => {
  const { client } = await standIn();
  const { include: _include, top_logprobs: _top, ...body } = bodyFor(prompt, schema);
  const response = await client.responses.create(body);
  expect(response.output[0]).toMatchObject({ content: [{ logprobs: [] }] });
});

test('Chat Completions gives the same answer in its own form', async () => {
  const { client } = await standIn();
  const { response } = await ask(client, prompt, schema);
  const chat = await client.chat.completions.create({
    model: 'stand-in-large',
    messages: [
      { role: 'system', content: 'Fill the schema from the document.' },
      { role: 'user', content: [{ type: 'text', text: prompt }] },
    ],
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
    logprobs: true,
    top_logprobs: 2,
  });
  const [choice] = chat.choices;
  expect(choice).toMatchObject({ finish_reason: 'stop', message: { content: response.output_text, refusal: null } });
  expect(choice?.logprobs?.content?.map(({ token }) => token).join('')).toBe(response.output_text);
  expect(chat.usage?.completion_tokens).toBe(response.usage?.output_tokens);
});

test('earlier messages with JSON replies are examples too', async () => {
  const { client } = await standIn();
  const only = objectOf({ mood: { type: 'string', enum: ['happy', 'sad'] } });
  const chat = await client.chat.completions.create({
    model: 'any-model-2024-01-01',
    messages: [
      ...examples.flatMap(([input, output]) => [
        { role: 'user' as const, content: input },
        { role: 'assistant' as const, content: JSON.stringify(output) },
      ]),
      { role: 'user', content: 'today it all went wrong' },
    ],
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: only, strict: true } },
  });
  expect(chat.choices[0]?.message.content).toBe('{"mood":"sad"}');
  expect(chat.model).toBe('any-model-2024-01-01');
});

test('an answer longer than allowed is cut, and says so', async () => {
  const { client } = await standIn();
  const response = await client.responses.create({ ...bodyFor(prompt, schema), max_output_tokens: 7 });
  expect(response).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
  expect(response.usage?.output_tokens).toBe(7);
  expect(() => JSON.parse(response.output_text) as unknown).toThrow();
});

test('the same request is answered the same, under another id', async () => {
  const { client } = await standIn();
  const [one, two] = [await ask(client, prompt, schema), await ask(client, prompt, schema)];
  expect(two.response.output_text).toBe(one.response.output_text);
  expect(two.tokens).toEqual(one.tokens);
  expect(two.response.id).not.toBe(one.response.id);
});

test('what a provider refuses is refused, with the parameter named', async () => {
  const { client, admin } = await standIn();
  const open = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
  const wrong = client.responses.create(bodyFor('x', open));
  await expect(wrong).rejects.toMatchObject({ status: 400, code: 'invalid_json_schema', param: 'text.format.schema' });
  const optional = { ...objectOf({ a: { type: 'string' } }), required: [] };
  await expect(client.responses.create(bodyFor('x', optional))).rejects.toThrow(/Missing 'a'/);
  const stream = client.responses.create({ ...bodyFor('x', objectOf({})), stream: true });
  await expect(stream).rejects.toMatchObject({ status: 400, param: 'stream', type: 'invalid_request_error' });
  await expect(client.get('/nothing')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  expect(await admin.counts()).toEqual({ 'bad-request': 3 });
});

test('models are listed', async () => {
  const { client } = await standIn();
  const ids = (await client.models.list()).data.map(({ id }) => id);
  expect(ids).toContain('stand-in-large');
  expect((await client.models.retrieve('another')).id).toBe('another');
});

test('nothing outside its own folder is imported, so it can know no pack, sample or truth', async () => {
  const folder = fileURLToPath(new URL('../../../src/dev/stand-in-model', import.meta.url));
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const source = await readFile(`${folder}/${file}`, 'utf8');
    const imported = [...source.matchAll(/from '([^']+)'|import\('([^']+)'\)/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    );
    const isNested = file.includes('/');
    const outside = imported.filter((name) => !/^(?:node:|zod$|openai\/)/.test(name) && !isOwn(name, isNested));
    expect(outside, file).toEqual([]);
  }
});

function isOwn(name: string, isNested: boolean): boolean {
  return name.startsWith('./') || (isNested && name.startsWith('../') && !name.startsWith('../../'));
}
