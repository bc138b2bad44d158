import type { Node } from './lexical/answer.ts';
import { answer } from './lexical/answer.ts';
import { clamp } from './lexical/margin.ts';
import { obey } from './lexical/obey.ts';
import { readPrompt } from './lexical/prompt.ts';
import { read } from './lexical/reading.ts';
import type { Token } from './lexical/tokens.ts';
import { pieces, plainTokens, toTokens } from './lexical/tokens.ts';
import { spoil } from './lexical/wrong.ts';
import type { Faults } from './behaviour.ts';
import { chance } from './random.ts';
import type { ModelRequest } from './request.ts';

/** What the model says to one request. */
export interface Completion {
  outcome: 'ok' | 'wrong' | 'obeyed' | 'refusal' | 'filtered' | 'truncated' | 'invalid-json' | 'schema-invalid';
  finish: 'stop' | 'length' | 'content-filter';
  tokens: Token[];
  refusal?: string;
  inputTokens: number;
  outputTokens: number;
}

const CHARACTERS_PER_TOKEN = 4;
const REFUSAL = "I'm sorry, but I can't help with that.";

/**
 * Answers a request, deterministically: the same request, faults and `key` give the same completion. Output tokens are
 * the pieces of the text.
 */
export function complete(request: ModelRequest, faults: Faults, key: string): Completion {
  const inputTokens = inputTokensOf(request);
  if (faults.refusal) {
    const refusal = faults.refusal === true ? REFUSAL : faults.refusal;
    return {
      outcome: 'refusal',
      finish: 'stop',
      tokens: [],
      refusal,
      inputTokens,
      outputTokens: pieces(refusal).length,
    };
  }
  const written = write(request, faults, key);
  const { outcome, finish, tokens } = cut(written, faults, request.maxOutputTokens);
  return { outcome, finish, tokens, inputTokens, outputTokens: tokens.length };
}

/** A quarter of the characters of all messages and the schema, rounded up. */
export function inputTokensOf({ messages, schema }: ModelRequest): number {
  const characters = messages.reduce((sum, { text }) => sum + text.length, 0);
  const schemaLength = schema ? JSON.stringify(schema).length : 0;
  return Math.ceil((characters + schemaLength) / CHARACTERS_PER_TOKEN);
}

type Written = Pick<Completion, 'outcome' | 'tokens'>;

function write(request: ModelRequest, faults: Faults, key: string): Written {
  const prompt = readPrompt(request.messages);
  const top = request.topLogprobs;
  const reading = read(prompt, request.schema ?? { type: 'object' });
  if (!request.schema) {
    const copied = reading.examples[0] && JSON.stringify(reading.examples[0].output);
    const text =
      copied ?? (request.jsonObject ? '{}' : 'This is a stand-in: it fills a JSON schema, and does not converse.');
    return { outcome: 'ok', tokens: plainTokens(text, top) };
  }
  const node = answer(reading);
  const isWrong = faults.wrong === true && spoil(node, reading, chance('spoil', key), faults.wrongField);
  const isObeyed = faults.obey === true && obey(node, reading);
  if (faults.schemaInvalid) return { outcome: 'schema-invalid', tokens: toTokens(violate(node), reading, top) };
  const tokens = toTokens(node, reading, top);
  if (faults.invalidJson)
    return { outcome: 'invalid-json', tokens: [...tokens.slice(0, -1), ...plainTokens(',', top)] };
  return { outcome: isObeyed ? 'obeyed' : isWrong ? 'wrong' : 'ok', tokens };
}

function cut(
  { outcome, tokens }: Written,
  faults: Faults,
  limit: number,
): Omit<Completion, 'inputTokens' | 'outputTokens'> {
  const half = Math.max(1, Math.floor(tokens.length / 2));
  if (faults.filtered) return { outcome: 'filtered', finish: 'content-filter', tokens: tokens.slice(0, half) };
  const allowed = faults.truncate ? Math.min(half, limit) : limit;
  if (tokens.length <= allowed) return { outcome, finish: 'stop', tokens };
  return { outcome: 'truncated', finish: 'length', tokens: tokens.slice(0, allowed) };
}

/** Gives the first property a value of a type that its schema does not allow. */
function violate(node: Node): Node {
  const unexpected: Node = {
    kind: 'leaf',
    path: '',
    shape: { kind: 'string', nullable: false, description: '', schema: {}, members: [] },
    choices: [{ value: 'unexpected', p: clamp(1) }],
  };
  if (node.kind !== 'object') return { kind: 'object', entries: [['unexpected', node]] };
  const [[key, child] = ['unexpected', undefined], ...rest] = node.entries;
  const spoilt: Node =
    child && child.kind !== 'object' ? { kind: 'object', entries: [['unexpected', child]] } : unexpected;
  return { kind: 'object', entries: [[key, spoilt], ...rest] };
}
