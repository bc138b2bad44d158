import { parseTree, type Node } from 'jsonc-parser';
import type { AnswerToken } from './ports.ts';

/**
 * Up to this many tokens a value's confidence is the joint probability of its tokens. Above, it is the geometric mean of
 * a token's probability to this power: what a value of this length and of the same average would have. A joint
 * probability falls with length alone, and a long text can be worded in many right ways, so that its joint probability
 * says little. There is no jump between the two.
 */
export const JOINT_TOKENS = 12;

/** Verbatim quotes are checked against the source itself, which tells more than the model's opinion of its spelling. */
const QUOTES = new Set(['quote', 'evidence']);

/**
 * The probability, 0..1, that the model gave each top-level property of its JSON answer: for a scalar that of its tokens,
 * for an object or array the least of its leaves (an answer is as sure as its least sure part), leaving out leaves named
 * `quote` or `evidence`. Punctuation and property names are not counted: the schema dictates them.
 *
 * `{}` when there are no tokens, or when they do not add up to the text; a property without a countable leaf is left out.
 */
export function fieldConfidence(answerText: string, tokens: readonly AnswerToken[]): Record<string, number> {
  if (tokens.length === 0 || tokens.map(({ token }) => token).join('') !== answerText) return {};
  const root = parseTree(answerText);
  if (root?.type !== 'object') return {};
  const spans = spansOf(tokens);
  const confidence: [string, number][] = [];
  for (const [name, value] of propertiesOf(root)) {
    const leaves = leavesOf(value).map((leaf) => probability(leaf, spans));
    if (leaves.length > 0) confidence.push([name, Math.min(...leaves)]);
  }
  return Object.fromEntries(confidence);
}

interface Span {
  start: number;
  end: number;
}

/** Tokens with their place in the text, in UTF-16 code units. */
function spansOf(tokens: readonly AnswerToken[]): (Span & { logprob: number })[] {
  let end = 0;
  return tokens.map(({ token, logprob }) => ({ logprob, start: end, end: (end += token.length) }));
}

function propertiesOf(object: Node): [string, Node][] {
  return (object.children ?? []).flatMap(({ children }) => {
    const [key, value] = children ?? [];
    return key && value ? [[String(key.value), value] satisfies [string, Node]] : [];
  });
}

function leavesOf(node: Node): Node[] {
  if (node.type === 'array' && node.children?.length) return node.children.flatMap(leavesOf);
  if (node.type === 'object' && node.children?.length) {
    return propertiesOf(node).flatMap(([name, value]) => (QUOTES.has(name) ? [] : leavesOf(value)));
  }
  return [node];
}

function probability(leaf: Node, spans: readonly (Span & { logprob: number })[]): number {
  const { start, end } = innerOf(leaf);
  const logprobs = spans.filter((span) => span.start < end && span.end > start).map((span) => span.logprob);
  const sum = logprobs.reduce((total, logprob) => total + logprob, 0);
  return Math.min(1, Math.exp(sum * Math.min(1, JOINT_TOKENS / logprobs.length)));
}

/** The characters between a string's quotes; a value that is empty (`""`, `[]`, `{}`) is told by its delimiters alone. */
function innerOf({ type, offset, length }: Node): Span {
  const quoted = type === 'string' && length > 2;
  return quoted ? { start: offset + 1, end: offset + length - 1 } : { start: offset, end: offset + length };
}
