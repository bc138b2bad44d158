import { afterAll, expect, test } from 'vitest';
import { type Ledger, openLedger } from '../../../src/adapters/ledger/ledger.ts';
import type { AnswerJudged } from '../../../src/activities/information-ports.ts';
import { useLedger } from '../../support/postgres.ts';
import { approval, caseOf, ingested, INPUT, task, trail } from './fixtures.ts';

let ledger: Ledger;
let other: Ledger;
useLedger((made) => {
  ledger = made.ledger;
  other = openLedger({ url: made.url });
});
afterAll(() => other.close());

const ANSWER_BY = new Date('2030-01-02T00:00:00Z');
let count = 0;

/** A case whose submitter is asked. */
async function asked(): Promise<{ caseId: string; requestId: string }> {
  const caseId = await ingested(ledger);
  await ledger.reviews.open(task(caseId));
  return { caseId, requestId: await ask(caseId) };
}

async function ask(caseId: string, taskNo = 1): Promise<string> {
  const requestId = `q-${(count += 1)}`;
  const question = 'Which order is it?';
  const verdict = {
    verdict: 'request-information',
    verdictId: requestId,
    by: 'rita',
    seen: 'abc123',
    question,
  } as const;
  const request = { requestId, question, askedBy: 'rita', askedOf: 'anna', proposeAgain: false, answerBy: ANSWER_BY };
  const base = { caseId, verdict, channel: 'update', contentHash: requestId } as const;
  const judged = await ledger.reviews.record({ ...base, ask: { taskNo, request } });
  if (judged.kind === 'refused') throw new Error(judged.refusal.code);
  return requestId;
}

async function answer(
  caseId: string,
  requestId: string,
  change: { answerId?: string; text?: string } = {},
): Promise<AnswerJudged> {
  const { answerId = 'a-1', text = 'order 4711' } = change;
  const documents = await ledger.documents.put([
    { name: 'answer.txt', mediaType: 'text/plain', bytes: Buffer.from(text) },
  ]);
  const said = { answerId, requestId, by: 'anna' };
  return await ledger.information.answer({ caseId, answer: said, documents, channel: 'update', contentHash: text });
}

async function waiting(caseId: string): Promise<string[]> {
  const query = ledger.db.selectFrom('outbox').select('kind').where('case_id', '=', caseId);
  const rows = await query.where('cancelled_at', 'is', null).where('sent_at', 'is', null).orderBy('id').execute();
  return rows.map(({ kind }) => kind);
}

test('asking keeps the task, holds its notices, and puts the question into the outbox', async () => {
  const { caseId, requestId } = await asked();
  expect((await caseOf(ledger, caseId)).stage).toBe('information-asked');
  expect(await waiting(caseId)).toEqual(['information-asked']);
  const [notice] = (await ledger.outbox.due(new Date(), 100)).filter(({ payload }) => payload.caseId === caseId);
  expect(notice?.payload).toEqual({
    ...{ caseId, taskNo: 1, requestId, to: 'anna', question: 'Which order is it?' },
    answerBy: ANSWER_BY.toISOString(),
  });
  expect(await ledger.reviews.openTask(caseId)).toMatchObject({ taskNo: 1, held: true });
  expect(await ledger.reviews.standing(caseId, 1)).toMatchObject({ held: { requestId, answerBy: ANSWER_BY } });
  await expect(ask(caseId)).rejects.toThrow('information-asked');
  expect(await trail(ledger, caseId)).toContain('information-asked');
});

test('while the submitter is asked, a timer that fires at the same moment neither asks the next group nor ends the task', async () => {
  const { caseId } = await asked();
  const before = await trail(ledger, caseId);
  expect(await ledger.reviews.escalate(caseId, 1, 'leads', { remindAt: ANSWER_BY }, 'clerks')).toBeUndefined();
  expect(await ledger.reviews.deadline(caseId, 1, 'reject')).toBeUndefined();
  expect(await ledger.reviews.standing(caseId, 1)).toMatchObject({ group: 'clerks' });
  expect(await trail(ledger, caseId)).toEqual(before);
});

test('an answer ends the task, stands in the case file with its text, and is taken once', async () => {
  const { caseId, requestId } = await asked();
  const first = await answer(caseId, requestId);
  expect(first).toEqual({ kind: 'taken', seen: 'abc123' });
  expect(await answer(caseId, requestId)).toEqual(first);
  const reused = await answer(caseId, requestId, { text: 'another' });
  expect(reused).toMatchObject({ refusal: { code: 'answer-id-reused' } });
  const second = await answer(caseId, requestId, { answerId: 'a-2', text: 'again' });
  expect(second).toMatchObject({ refusal: { code: 'already-answered' } });
  expect((await caseOf(ledger, caseId)).stage).toBe('proposing');
  expect(await ledger.reviews.openTask(caseId)).toBeUndefined();
  expect(await waiting(caseId)).toEqual([]);
  expect((await ledger.cases.get(caseId))?.answers).toMatchObject([{ name: 'answer.txt', size: 10 }]);
  const file = await ledger.reads.caseFile(caseId);
  expect(file?.information).toMatchObject([{ requestId, answer: { by: 'anna', documents: [{ text: 'order 4711' }] } }]);
  expect((await trail(ledger, caseId)).slice(-3)).toEqual([
    ...['information-given', 'information-refused', 'information-refused'],
  ]);
  expect(await ledger.information.taken(requestId)).toMatchObject({ by: 'anna', inputNo: 1 });
  expect(await ledger.reads.informationRequests({ caseId, open: true })).toEqual([]);
});

test('the end of its time and an answer contend: one has it, whatever the order', async () => {
  for (let round = 0; round < 10; round++) {
    const { caseId, requestId } = await asked();
    const opening = task(caseId, { taskNo: 2, seen: 'def456' });
    const [given, up] = await Promise.all([answer(caseId, requestId), ledger.information.giveUp(requestId, opening)]);
    const open = await ledger.reviews.openTask(caseId);
    if (up === 'given-up') expect([given, open]).toMatchObject([{ refusal: { code: 'too-late' } }, { taskNo: 2 }]);
    else expect([given, up, open]).toEqual([{ kind: 'taken', seen: 'abc123' }, 'answered', undefined]);
    expect(await ledger.information.giveUp(requestId, opening)).toBe(up);
  }
});

test('a verdict overtakes the question: its notice falls away, an answer is refused and recorded', async () => {
  const { caseId, requestId } = await asked();
  await ledger.reviews.record(approval(caseId, 'v-1'));
  expect(await waiting(caseId)).toEqual([]);
  expect(await answer(caseId, requestId)).toMatchObject({ refusal: { code: 'too-late' } });
  expect(await ledger.information.giveUp(requestId, task(caseId, { taskNo: 2 }))).toBe('ended');
  expect(await trail(ledger, caseId)).toContain('information-refused');
  expect((await ledger.reads.informationRequests({ caseId }))[0]).toMatchObject({ taskOpen: false, answeredAt: null });
});

test('an answer to another case, to nothing, or none at all changes nothing and is recorded once', async () => {
  const { caseId } = await asked();
  const elsewhere = await asked();
  expect(await answer(caseId, elsewhere.requestId)).toMatchObject({ refusal: { code: 'no-such-request' } });
  const refusal = { code: 'malformed', message: 'by: is missing' } as const;
  for (let times = 0; times < 2; times++) await ledger.information.refused(caseId, 'signal', refusal, 'a-9');
  expect((await trail(ledger, caseId)).filter((kind) => kind === 'information-refused')).toHaveLength(2);
  expect((await caseOf(ledger, elsewhere.caseId)).stage).toBe('information-asked');
});

test('the input with an answer in it replaces the former, once, for every process', async () => {
  const { caseId } = await asked();
  for (const one of [ledger, other]) expect((await one.cases.input(caseId))?.present).toBe('text');
  await ledger.cases.informed(caseId, { ...INPUT, present: 'text and answer' }, 1);
  await ledger.cases.informed(caseId, { ...INPUT, present: 'again' }, 1);
  expect((await ledger.cases.input(caseId))?.present).toBe('text and answer');
  // Another process, which had read the former one, sees the new one.
  expect((await other.cases.input(caseId))?.present).toBe('text and answer');
});
