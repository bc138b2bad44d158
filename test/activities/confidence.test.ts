import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldConfidence, JOINT_TOKENS } from '../../src/activities/confidence.ts';
import type { AnswerToken } from '../../src/activities/ports.ts';

/** Tokens written as `text` or `[text, probability]`; a bare text is certain. */
function tokensOf(...parts: (string | [string, number])[]): AnswerToken[] {
  return parts.map((part) =>
    typeof part === 'string' ? { token: part, logprob: 0 } : { token: part[0], logprob: Math.log(part[1]) },
  );
}

function confidence(...parts: (string | [string, number])[]) {
  const tokens = tokensOf(...parts);
  return fieldConfidence(tokens.map(({ token }) => token).join(''), tokens);
}

describe('fieldConfidence', () => {
  it('multiplies the tokens of a short value and leaves names and punctuation out', () => {
    const found = confidence('{"', ['intent', 0.1], ['":"', 0.2], ['card', 0.9], ['_lost', 0.5], ['"}', 0.3]);
    expect(found).toEqual({ intent: expect.closeTo(0.45) });
  });

  it('counts a token that carries a quote or comma only if it also carries part of the value', () => {
    expect(confidence('{"a":', ['"EUR', 0.7], ['","b":', 0.1], ['12', 0.8], ['}', 0.1])).toEqual({
      a: expect.closeTo(0.7),
      b: expect.closeTo(0.8),
    });
    expect(confidence('{"a":"E', ['UR"}', 0.6])).toEqual({ a: expect.closeTo(0.6) });
  });

  it('takes numbers, booleans and null whole', () => {
    const found = confidence('{"n":', ['-1', 0.5], ['.5', 0.5], ',"t":', ['true', 0.4], ',"z":', ['null', 0.3], '}');
    expect(found).toEqual({ n: expect.closeTo(0.25), t: expect.closeTo(0.4), z: expect.closeTo(0.3) });
  });

  it('takes the delimiters of an empty value for the value', () => {
    const found = confidence('{"s":', ['""', 0.4], ',"l":', ['[]', 0.6], ',"o":', ['{}', 0.7], '}');
    expect(found).toEqual({ s: expect.closeTo(0.4), l: expect.closeTo(0.6), o: expect.closeTo(0.7) });
  });

  it('is as sure of an object or array as of its least sure leaf, quotes left out', () => {
    const found = confidence(
      '{"total":{"value":',
      ['12', 0.9],
      ',"currency":"',
      ['EUR', 0.8],
      '","quote":"',
      ['12 EUR', 0.1],
      '"},"lines":[{"net":',
      ['5', 0.95],
      '},{"net":',
      ['7', 0.6],
      ',"evidence":{"quote":"',
      ['x', 0.2],
      '"}}],"only":{"quote":"',
      ['q', 0.3],
      '"}}',
    );
    expect(found).toEqual({ total: expect.closeTo(0.8), lines: expect.closeTo(0.6) });
  });

  it('counts a property named quote at the top, where it is an answer of its own', () => {
    expect(confidence('{"quote":"', ['x', 0.3], '"}')).toEqual({ quote: expect.closeTo(0.3) });
  });

  it('does not let a long text fall by its length alone, and has no jump where it turns long', () => {
    const text = (count: number) =>
      confidence('{"note":"', ...Array(count).fill(['ab ', 0.9]), '"}')['note'] ?? Number.NaN;
    expect(text(JOINT_TOKENS)).toBeCloseTo(0.9 ** JOINT_TOKENS);
    expect(text(JOINT_TOKENS + 1)).toBeCloseTo(0.9 ** JOINT_TOKENS);
    expect(text(400)).toBeCloseTo(0.9 ** JOINT_TOKENS);
  });

  it('aligns in UTF-16 code units, past escapes and characters outside the first plane', () => {
    const found = confidence('{"a":"\\u00e9😀 \\"x', ['y', 0.5], '","b":', ['1', 0.9], '}');
    expect(found).toEqual({ a: expect.closeTo(0.5), b: expect.closeTo(0.9) });
  });

  it('lets the last of two equal names stand, as JSON.parse does', () => {
    expect(confidence('{"a":', ['1', 0.2], ',"a":', ['2', 0.9], '}')).toEqual({ a: expect.closeTo(0.9) });
  });

  it('says nothing rather than something misaligned', () => {
    expect(fieldConfidence('{"a":1}', [])).toEqual({});
    expect(fieldConfidence('{"a":1}', tokensOf('{"a":', '2}'))).toEqual({});
    expect(fieldConfidence('[1]', tokensOf('[1]'))).toEqual({});
  });

  it('names exactly the properties of any flat answer, each between 0 and 1, however it is cut into tokens', () => {
    const answer = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.boolean()));
    fc.assert(
      fc.property(
        answer,
        fc.infiniteStream(fc.integer({ min: 1, max: 6 })),
        fc.double({ min: -9, max: 0, noNaN: true }),
        (value, cuts, logprob) => {
          const text = JSON.stringify(value);
          const tokens: AnswerToken[] = [];
          for (let at = 0; at < text.length;) {
            const length = cuts.next().value ?? 1;
            tokens.push({ token: text.slice(at, at + length), logprob });
            at += length;
          }
          const found = fieldConfidence(text, tokens);
          expect(Object.keys(found).toSorted()).toEqual(Object.keys(value).toSorted());
          for (const one of Object.values(found)) expect(one).toSatisfy((p: number) => p >= 0 && p <= 1);
        },
      ),
    );
  });
});
