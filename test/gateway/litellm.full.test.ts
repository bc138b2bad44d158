import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStandInModel, type StandInModel } from '../../src/dev/stand-in-model/server.ts';
import { LITELLM_VERSION, litellmProxy, startLiteLLM, type Gateway } from './litellm.ts';
import { MODEL, observe } from './observe.ts';

type Seen = Awaited<ReturnType<typeof observe>>;

let provider: StandInModel | undefined;
let gateway: Gateway | undefined;
let missing = 'it did not start';
let seen: { direct: Seen; directChat: Seen; responses: Seen; chat: Seen } | undefined;

/** Where there is no LiteLLM, the first time installs it: minutes. */
beforeAll(async () => {
  const found = await litellmProxy((line) => process.stderr.write(`${line}\n`));
  if ('missing' in found) {
    missing = found.missing;
    process.stderr.write(`skipped, LiteLLM as a gateway: ${missing}\n`);
    return;
  }
  provider = await startStandInModel();
  gateway = await startLiteLLM(found.program, provider.url, [MODEL]);
  seen = {
    direct: await observe(provider.url, 'responses', provider),
    directChat: await observe(provider.url, 'chat', provider),
    responses: await observe(gateway.url, 'responses', provider),
    chat: await observe(gateway.url, 'chat', provider),
  };
}, 2_400_000);
afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
});

test('what decides a case is the same through the gateway, by either API', ({ skip }) => {
  if (!seen) return skip(missing);
  const { direct } = seen;
  expect(direct).toMatchObject({
    'good answer': 'ok `{"total":"12.00"}`',
    'log-probabilities': '7 tokens',
    'status 401': 'ProviderAuth',
    'status 400': 'ProviderBadRequest',
    'truncated answer': 'truncated',
    'no answer in time': 'ProviderUnavailable',
    'calls to the provider per question': '1',
  });
  for (const what of SAME) {
    const through = [seen.directChat[what], seen.responses[what], seen.chat[what]];
    expect({ [what]: through }).toEqual({ [what]: through.map(() => direct[what]) });
  }
});

const SAME = [
  'good answer',
  'usage and cost',
  'log-probabilities',
  'status 401',
  'status 400',
  'status 503',
  'truncated answer',
  'no answer in time',
  'calls to the provider per question',
] as const;

test('what the gateway changes is what docs/gateways.md says', async ({ skip }) => {
  if (!seen) return skip(missing);
  const { direct, responses, chat } = seen;
  const rows = Object.keys(direct).map((key) => {
    const what = key as keyof Seen;
    return `| ${what} | ${direct[what]} | ${responses[what]} | ${chat[what]} |`;
  });
  process.stderr.write(`LiteLLM ${LITELLM_VERSION}\n${rows.join('\n')}\n`);
  const doc = await readFile(new URL('../../docs/gateways.md', import.meta.url), 'utf8');
  const written = doc.split('\n');
  expect(rows.filter((row) => !written.includes(row))).toEqual([]);
  expect(doc).toContain(`LiteLLM ${LITELLM_VERSION}`);
});
