import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerTokens } from '../../../src/adapters/model-openai/tokens.ts';

describe('answerTokens', () => {
  it('merges tokens that split a character, and adds their log-probabilities', () => {
    const given = [
      { token: '{"', logprob: -1, bytes: [0x7b, 0x22] },
      { token: '\\xf0\\x9f', logprob: -2, bytes: [0xf0, 0x9f] },
      { token: '\\x98\\x80"', logprob: -4, bytes: [0x98, 0x80, 0x22] },
    ];
    expect(answerTokens('{"😀"', given)).toEqual([
      { token: '{"', logprob: -1 },
      { token: '😀"', logprob: -6 },
    ]);
  });

  it('drops what comes after the text, such as an end token', () => {
    expect(
      answerTokens('12', [
        { token: '12', logprob: -1 },
        { token: '<|end|>', logprob: 0 },
      ]),
    ).toEqual([{ token: '12', logprob: -1 }]);
  });

  it('gives nothing when the tokens are not those of the text', () => {
    expect(answerTokens('12', [{ token: '13', logprob: -1 }])).toEqual([]);
    expect(answerTokens('12', [{ token: '1', logprob: -1 }])).toEqual([]);
    expect(answerTokens('12', undefined)).toEqual([]);
  });

  it('joins to the text however its bytes were cut, and keeps the sum of the log-probabilities', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        (raw, size) => {
          const text = raw.toWellFormed();
          const bytes = [...new TextEncoder().encode(text)];
          const given = [];
          for (let at = 0; at < bytes.length; at += size) {
            given.push({ token: '?', logprob: -1, bytes: bytes.slice(at, at + size) });
          }
          const tokens = answerTokens(text, given);
          expect(tokens.map(({ token }) => token).join('')).toBe(text);
          expect(tokens.reduce((sum, { logprob }) => sum + logprob, 0)).toBe(-given.length);
        },
      ),
    );
  });
});
