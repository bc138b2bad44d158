import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBooks } from '../../src/dev/books.ts';
import { behave, decide, ended, inReview, startFixture, submit, textCase, until, type Fixture } from './fixture.ts';

const pack = (version: 'v1' | 'v2') => fileURLToPath(new URL(`./packs/filing-${version}/packs.ts`, import.meta.url));
const onlyV1 = { COUNTERSIGN_PACKS: pack('v1') };
const onlyV2 = { COUNTERSIGN_PACKS: pack('v2') };
const both = { COUNTERSIGN_PACKS: `${pack('v1')},${pack('v2')}` };

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(onlyV1, { worker: false });
});
afterAll(async () => fixture?.close());

/** What the business system booked for a case: the version whose mapping wrote it. */
async function mappingOf(caseId: string): Promise<unknown> {
  const books = await readBooks(fixture.stack.businessUrl ?? '');
  const own = books.filter(({ collection, body }) => collection === 'tickets' && body['caseId'] === caseId);
  expect(own).toHaveLength(1);
  return own[0]?.body['mapping'];
}

/** Each text once: the same question again would be answered from memory, without a call to wait for. */
async function open(key: string, text = `Subject: please ask someone about ${key}`): Promise<string> {
  const { status } = await submit(fixture, textCase('filing', key, text));
  expect(status).toBe(201);
  return `case/filing/${key}`;
}

test('rule and mapping change while cases wait: each ends by the version it was pinned to', async () => {
  const first = await fixture.stack.startWorker(onlyV1);
  const approved = await open('waits-approved');
  const task = await inReview(fixture, approved);
  expect(task.reasons.map(({ message }) => message)).toEqual(['asked-by-v1: v1 wants a person']);
  await first.stop(100_000);

  const second = await fixture.stack.startWorker(both);
  expect(
    (await decide(fixture, { caseId: approved, verdictId: 'a', verdict: 'approve', by: 'kim', seen: task.seen }))
      .status,
  ).toBe(200);
  await ended(fixture, approved);
  expect(await mappingOf(approved)).toBe('v1');
  const fresh = await open('fresh', 'Subject: nothing special');
  await ended(fixture, fresh);
  expect(await mappingOf(fresh)).toBe('v2');
  await second.stop(100_000);
});

test('the old version is gone: an approval still writes what was shown, an amendment moves the case visibly', async () => {
  const first = await fixture.stack.startWorker(onlyV1);
  const [approved, amended] = [await open('gone-approved'), await open('gone-amended')];
  const [shown, other] = [await inReview(fixture, approved), await inReview(fixture, amended)];
  await first.stop(100_000);

  const second = await fixture.stack.startWorker(onlyV2);
  await decide(fixture, { caseId: approved, verdictId: 'a', verdict: 'approve', by: 'kim', seen: shown.seen });
  await ended(fixture, approved);
  expect(await mappingOf(approved)).toBe('v1');

  const verdict = { caseId: amended, verdict: 'amend', by: 'kim', output: { subject: 'please ask Ann' } };
  const refused = await decide(fixture, { ...verdict, verdictId: 'b', seen: other.seen });
  expect(refused.status).toBeGreaterThanOrEqual(400);
  const again = await inReview(fixture, amended, 2);
  expect(again.reasons.map(({ code }) => code)).toContain('pack-moved');
  expect(again.reasons.map(({ message }) => message)).toContain('asked-by-v2: v2 wants a person');
  expect((await decide(fixture, { ...verdict, verdictId: 'c', seen: again.seen })).status).toBe(200);
  await ended(fixture, amended);
  expect(await mappingOf(amended)).toBe('v2');
  await second.stop(100_000);
});

test('the pack changes during the model call: the call is made by the pinned prompt, then the case moves visibly', async () => {
  await behave(`${fixture.stack.modelUrl}/admin/behaviour`, { latencyMs: 4000 });
  const first = await fixture.stack.startWorker(onlyV1);
  const caseId = await open('during-call');
  await until('the model is asked', async () => (await fixture.ledger.cases.get(caseId))?.stage === 'proposing');
  await first.stop(100_000);
  const second = await fixture.stack.startWorker(onlyV2);
  const task = await inReview(fixture, caseId);
  expect(task.reasons.map(({ code }) => code)).toContain('pack-moved');
  expect(task.reasons.map(({ message }) => message)).toContain('asked-by-v2: v2 wants a person');
  const file = await fixture.ledger.reads.caseFile(caseId);
  expect(file?.modelCalls.filter(({ outcome }) => outcome === 'ok')).toHaveLength(1);
  await behave(`${fixture.stack.modelUrl}/admin/behaviour`, undefined);
  await second.stop(100_000);
});

test('the pack changes between verdict and write: what was countersigned is written', async () => {
  await behave(`${fixture.stack.businessUrl}/admin/behaviour`, { down: true });
  const first = await fixture.stack.startWorker(onlyV1);
  const caseId = await open('between');
  const { seen } = await inReview(fixture, caseId);
  await decide(fixture, { caseId, verdictId: 'a', verdict: 'approve', by: 'kim', seen });
  await until('the write is tried', async () => (await fixture.ledger.cases.get(caseId))?.stage === 'writing');
  await first.stop(100_000);
  const second = await fixture.stack.startWorker(onlyV2);
  await behave(`${fixture.stack.businessUrl}/admin/behaviour`, undefined);
  expect((await ended(fixture, caseId)).outcome).toBe('written');
  expect(await mappingOf(caseId)).toBe('v1');
  await second.stop(100_000);
});
