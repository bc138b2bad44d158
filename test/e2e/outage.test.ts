import { afterAll, beforeAll, expect, test } from 'vitest';
import { countersign } from './command.ts';
import { behave, ended, inReview, startFixture, submit, textCase, until, type Fixture } from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  const breaker = { minimum: 3, share: 0.5, cooldownMs: 3_000 };
  fixture = await startFixture({
    COUNTERSIGN_BREAKER: JSON.stringify(breaker),
    COUNTERSIGN_SWEEP_EVERY: '5 seconds',
  });
});
afterAll(async () => await fixture?.close());

const behaveModel = (rule: object | undefined) => behave(`${fixture.stack.modelUrl}/admin/behaviour`, rule);
const calls = async (caseId: string) => (await fixture.ledger.reads.caseFile(caseId))?.modelCalls ?? [];
const MESSAGE = 'I am still waiting on my card, it has not arrived.';
const id = (key: string) => `case/ticket-triage/${key}`;

test('while no model answers, who waits is shown a person, the rest waits, and all goes on by itself afterwards', async () => {
  await behaveModel({ status: 503 });
  await submit(fixture, { ...textCase('ticket-triage', 'waited-for', `${MESSAGE} Now.`), interactive: true });
  await submit(fixture, textCase('ticket-triage', 'bulk', `${MESSAGE} Some day.`));
  const task = await inReview(fixture, id('waited-for'));
  expect([...new Set(task.reasons.map(({ code }) => code))]).toEqual(['model-unavailable']);
  await until(
    'the other waits',
    async () => (await fixture.ledger.cases.get(id('bulk')))?.stage === 'waiting-for-model',
  );

  const { out } = await countersign(fixture.stack.apiUrl, ['models']);
  expect(out).toMatch(/openai\/stand-in-large +away, tried again .* ProviderUnavailable/);
  expect(await (await fetch(`${fixture.stack.apiUrl}/metrics`)).text()).toMatch(
    /^countersign_breaker_state\{provider="openai",model="stand-in-large"\} [12]$/m,
  );

  await behaveModel(undefined);
  expect(await ended(fixture, id('bulk'))).toMatchObject({ outcome: 'written' });
  // Nobody had opened the question, so it was taken back.
  expect(await ended(fixture, id('waited-for'))).toMatchObject({ outcome: 'written' });
  const file = await fixture.ledger.reads.caseFile(id('waited-for'));
  expect(file?.audit.map(({ kind }) => kind)).toContain('task-recalled');
  expect(await fixture.ledger.audit.verifyChains()).toEqual([]);
}, 240_000);

test('the same question again costs nothing, and an answer that breaks the schema is repaired once', async () => {
  await submit(fixture, textCase('ticket-triage', 'asked', `${MESSAGE} Twice.`));
  await ended(fixture, id('asked'));
  await submit(fixture, textCase('ticket-triage', 'asked-again', `${MESSAGE} Twice.`));
  // The same document under two keys is a finding, so a person is asked; the model is not.
  await inReview(fixture, id('asked-again'));
  const [bought] = await calls(id('asked'));
  expect(bought?.costMicros).toBeGreaterThan(0);
  expect(await calls(id('asked-again'))).toMatchObject([{ outcome: 'ok', costMicros: 0, text: bought?.text }]);

  await behaveModel({ failFirst: { schemaInvalid: true, times: 1, per: 'server' } });
  await submit(fixture, textCase('ticket-triage', 'repaired', `${MESSAGE} Please repair.`));
  expect(await ended(fixture, id('repaired'))).toMatchObject({ outcome: 'written' });
  expect((await calls(id('repaired'))).map(({ outcome }) => outcome)).toEqual(['invalid', 'ok']);
});
