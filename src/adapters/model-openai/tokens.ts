import type { AnswerToken } from '../../activities/ports.ts';

/** A token as the provider gives it. A token may end inside a character; `bytes` then says what it is. */
export interface ProviderToken {
  token: string;
  logprob: number;
  bytes?: readonly number[] | null;
}

/**
 * Tokens whose texts, joined, are exactly `text`. Tokens that split a character are merged and their log-probabilities
 * added. Empty when the provider's tokens do not add up to the text: a misaligned confidence is worse than none.
 */
export function answerTokens(text: string, given: readonly ProviderToken[] | null | undefined): AnswerToken[] {
  const tokens: AnswerToken[] = [];
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const encoder = new TextEncoder();
  let length = 0;
  let waiting = 0;
  for (const { token, logprob, bytes } of given ?? []) {
    // Some gateways go on with end-of-answer tokens that are not part of the text.
    if (length >= text.length) break;
    const part = decoder.decode(bytes ? Uint8Array.from(bytes) : encoder.encode(token), { stream: true });
    waiting += logprob;
    if (part === '') continue;
    tokens.push({ token: part, logprob: waiting });
    length += part.length;
    waiting = 0;
  }
  return tokens.map(({ token }) => token).join('') === text ? tokens : [];
}
