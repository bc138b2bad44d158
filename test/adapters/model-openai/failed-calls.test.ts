import { CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { createOpenAiModel } from '../../../src/adapters/model-openai/model-openai.ts';
import { freePort } from '../../../src/dev/ports.ts';
import { isPossiblyPaid } from '../../../src/failures.ts';
import { LocalServer, useLocalServer } from '../local-server.ts';
import { SECRET, request, never, problem } from './openai-answers.ts';

const QUOTA_SENTENCE = 'You exceeded your current quota, please check your plan.';

let server: LocalServer;
let baseURL: string;
useLocalServer((made, at) => {
  [server, baseURL] = [made, at];
});

function modelOf(url = baseURL) {
  return createOpenAiModel({ providers: { acme: { baseURL: url, apiKey: 'key' } } });
}

describe('a call that fails', () => {
  it.each([
    ['a rate limit', problem(429, { code: 'rate_limit_exceeded', message: SECRET }), 'ProviderBusy', false],
    [
      'an empty account',
      problem(429, { type: 'insufficient_quota', code: 'credits', message: SECRET }),
      'ProviderQuota',
      true,
    ],
    [
      'an empty account behind a gateway',
      problem(429, { code: '429', message: QUOTA_SENTENCE }),
      'ProviderQuota',
      true,
    ],
    ['a wrong key', problem(401, { code: 'invalid_api_key', message: SECRET }), 'ProviderAuth', true],
    ['a gateway page', { status: 502, text: `<h1>${SECRET}</h1>` }, 'ProviderUnavailable', false],
    ['a page with status 200', { status: 200, text: `<h1>${SECRET}</h1>` }, 'ProviderUnavailable', false],
    [
      'broken JSON',
      { status: 200, text: '{', headers: { 'content-type': 'application/json' } },
      'ProviderUnavailable',
      false,
    ],
    ['a reset connection', { reset: true as const }, 'ProviderUnavailable', false],
  ])('with %s, is asked once and thrown without content', async (_what, answer, type, nonRetryable) => {
    server.answers(answer);
    const error = await modelOf()
      .ask(request, never)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ type, nonRetryable, message: expect.stringMatching(/^acme m-1: /) });
    expect(server.seen).toHaveLength(1);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('IBAN');
    expect(error).not.toHaveProperty('cause.message');
  });

  it('is possibly paid when the provider may have answered, and only then', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    for (const [answer, paid] of [
      [{ reset: true as const }, true],
      [problem(504, { message: '' }), true],
      [problem(500, { message: '' }), false],
      [problem(429, { message: '' }), false],
      [undefined, false],
    ] as const) {
      if (answer) server.answers(answer);
      const model = answer ? modelOf() : modelOf(nobody);
      const error: unknown = await model.ask(request, never).catch((thrown: unknown) => thrown);
      expect([answer, isPossiblyPaid(error)]).toEqual([answer, paid]);
    }
  });

  it('names status, code, the request and what to do', async () => {
    server.answers(
      problem(429, { code: 'rate_limit_exceeded', message: '' }, { 'x-request-id': 'req_9', 'retry-after': '2' }),
    );
    const error = await modelOf()
      .ask(request, never)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      message:
        'acme m-1: 429 rate_limit_exceeded req_9; it is tried again when the provider says; raise the rate limit if this lasts',
    });
    // As asked for, or a little later.
    expect(error).toSatisfy(
      ({ nextRetryDelay }: { nextRetryDelay: number }) => nextRetryDelay >= 2000 && nextRetryDelay <= 2200,
    );
  });

  it('with no one listening, is retryable', async () => {
    const gone = new LocalServer();
    const url = await gone.start();
    await gone.stop();
    await expect(modelOf(url).ask(request, never)).rejects.toMatchObject({
      type: 'ProviderUnavailable',
      nonRetryable: false,
    });
  });

  it.each([{ hang: true as const }, { hang: true as const, afterHeaders: true }])(
    'for want of an answer in time, is retryable: %o',
    async (reaction) => {
      server.answers(reaction);
      await expect(modelOf().ask({ ...request, timeoutMs: 100 }, never)).rejects.toMatchObject({
        type: 'ProviderUnavailable',
        nonRetryable: false,
        message: expect.stringContaining('no answer within 100 ms'),
      });
    },
  );

  it.each([{ hang: true as const }, { hang: true as const, afterHeaders: true }])(
    'because it was cancelled, ends as Temporal understands it: %o',
    async (reaction) => {
      server.answers(reaction);
      const controller = new AbortController();
      const asked = modelOf().ask(request, controller.signal);
      const reason = new CancelledFailure('CANCELLED');
      setTimeout(() => controller.abort(reason), 50);
      await expect(asked).rejects.toBe(reason);
    },
  );

  it('names the providers there are', async () => {
    await expect(modelOf().ask({ ...request, provider: 'other' }, never)).rejects.toMatchObject({
      type: 'ProviderBadRequest',
      message: 'provider other: not configured here; configured: acme',
    });
  });
});
