import { Buffer } from 'node:buffer';
import type { Node } from './answer.ts';
import { quoteText } from './answer.ts';
import { clamp } from './margin.ts';
import type { Reading } from './reading.ts';
import type { Scalar } from './schema.ts';

/** A piece of the answer's text with its log-probability and what else could have stood there. */
export interface Token {
  token: string;
  logprob: number;
  bytes: number[];
  top_logprobs: { token: string; logprob: number; bytes: number[] }[];
}

interface Piece {
  text: string;
  p: number;
  others: { text: string; p: number }[];
}

const STRUCTURE = 0.9999;
const PIECES = /\\(?:u[0-9a-fA-F]{4}|.)|[ _-]?\p{L}{1,7}|\p{N}{1,3}| +|./gsu;

/** Splits text the way the stand-in counts it: up to seven letters or three digits, or one other sign, are a token. */
export function pieces(text: string): string[] {
  return text.match(PIECES) ?? [];
}

/**
 * Writes an answer as compact JSON in tokens. The tokens of a value multiply to the probability of its choice: each
 * carries the share of the choices that begin alike which also continue alike, as a real model's do. Opening and closing
 * quotes belong to the structural tokens around (`":"`, `","`), whose probability is close to one.
 */
export function toTokens(node: Node, reading: Reading, top: number): Token[] {
  return merge(write(node, reading)).map((piece) => finish(piece, top));
}

/** Plain text in tokens, without a choice behind it. */
export function plainTokens(text: string, top: number): Token[] {
  return pieces(text).map((piece) => finish({ text: piece, p: 0.9, others: [] }, top));
}

function write(node: Node, reading: Reading): Piece[] {
  if (node.kind === 'leaf') return value(node.choices);
  if (node.kind === 'quote') return value([{ value: quoteText(node, reading), p: node.of?.choices[0].p ?? 0.9 }]);
  if (node.kind === 'array') {
    return [
      sign('['),
      ...node.items.flatMap((item, i) => [...(i > 0 ? [sign(',')] : []), ...write(item, reading)]),
      sign(']'),
    ];
  }
  const entries = node.entries.flatMap(([key, child], index) => [
    sign(index > 0 ? ',"' : '"'),
    ...pieces(JSON.stringify(key).slice(1, -1)).map(sign),
    sign('":'),
    ...write(child, reading),
  ]);
  return [sign('{'), ...entries, sign('}')];
}

const sign = (text: string): Piece => ({ text, p: STRUCTURE, others: [] });

function value(choices: { value: Scalar; p: number }[]): Piece[] {
  const written = choices.map((choice) => ({ p: choice.p, parts: partsOf(choice.value) }));
  const chosen = written[0];
  if (!chosen) return [];
  let rivals = written;
  let before = 1;
  const body = chosen.parts.map((text, index): Piece => {
    const isLast = index === chosen.parts.length - 1;
    const alike = rivals.filter(({ parts }) => parts[index] === text);
    const mass = isLast ? chosen.p : Math.min(before, sum(alike));
    const others = new Map<string, number>();
    for (const { parts, p } of rivals) {
      const other = parts[index];
      if (other !== undefined && other !== text) others.set(other, (others.get(other) ?? 0) + p / before);
    }
    const piece = { text, p: mass / before, others: [...others].map(([word, p]) => ({ text: word, p })) };
    rivals = alike;
    before = mass;
    return piece;
  });
  const isText = typeof choices[0]?.value === 'string' && choices[0].value !== '';
  return isText ? [sign('"'), ...body, sign('"')] : body;
}

/** A value in pieces; the quotes of a text are left to the structure around, except those of an empty one. */
function partsOf(given: Scalar): string[] {
  if (typeof given !== 'string') return pieces(String(given));
  return given === '' ? ['""'] : pieces(JSON.stringify(given).slice(1, -1));
}

const sum = (list: { p: number }[]) => list.reduce((total, { p }) => total + p, 0);

/** Joins neighbouring signs as real tokenisers do: `":"`, `","`, `"},{"`. */
function merge(list: Piece[]): Piece[] {
  const merged: Piece[] = [];
  for (const piece of list) {
    const last = merged.at(-1);
    const bothSigns = last && isSign(last) && isSign(piece) && last.text.length + piece.text.length <= 5;
    if (bothSigns) merged[merged.length - 1] = sign(last.text + piece.text);
    else merged.push(piece);
  }
  return merged;
}

const isSign = (piece: Piece) => piece.p === STRUCTURE && piece.others.length === 0 && /^[{}[\]":,]+$/.test(piece.text);

function finish({ text, p, others }: Piece, top: number): Token {
  const entry = (word: string, share: number) => ({
    token: word,
    logprob: Math.log(share),
    bytes: [...Buffer.from(word)],
  });
  const alternatives = [{ text, p }, ...others].toSorted((a, b) => b.p - a.p).slice(0, top);
  return {
    ...entry(text, Math.min(1, p)),
    top_logprobs: alternatives.map((other) => entry(other.text, Math.min(1, clamp(other.p)))),
  };
}
