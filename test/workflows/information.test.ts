import { describe, expect, it } from 'vitest';
import { provideInformationSignal, submitInformation } from '../../src/messages.ts';
import { replyOf } from '../support/fake-ports.ts';
import { detailsOf, payloadsOf, typesOf, until, useServer, withWorker, type CaseHandle } from './harness.ts';
import { asking, idOf, said, started } from './on-fakes.ts';

const server = useServer();

/** Asks the submitter; returns the id of what was asked. */
async function ask(case_: CaseHandle, seen: string, more: object = {}): Promise<string> {
  await case_.say('update', said('request-information', seen, { question: 'Which order is it?', ...more }));
  const { stage, task } = await case_.view();
  expect(stage).toBe('information-asked');
  return task?.information?.requestId ?? 'none';
}

const answer = (requestId: string, more: object = {}) => {
  return { answerId: idOf('a'), requestId, by: 'sam', text: 'It is order 4711', ...more };
};

describe('asking the submitter', () => {
  it('keeps the task and stops its clock; the answer puts the question anew with it', async () => {
    const fakes = asking({ escalateAfter: '2 seconds' });
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      const requestId = await ask(case_, seen);
      const { searchAttributes } = await case_.handle.describe();
      expect(searchAttributes).toMatchObject({ CsStage: ['information-asked'] });
      const details = await detailsOf(case_);
      expect(details).toContain('### Waiting for the submitter');
      expect(details).toContain('**sam** is asked: Which order is it?');
      expect(details).toContain(`--name provideInformation`);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect((await case_.view()).task).toMatchObject({ taskNo: 1, seen, group: 'clerks' });

      const given = await case_.handle.executeUpdate(submitInformation, { args: [answer(requestId)] });
      expect(given).toMatchObject({ accepted: true, requestId });
      const next = await case_.asked(2);
      expect(next.seen).not.toBe(seen);
      expect(next.reasons.map(({ code }) => code)).toContain('information-given');
      expect((await case_.view()).stage).toBe('review');
      const stale = await case_.update(said('approve', seen));
      expect(stale).toMatchObject({ refusal: { code: 'stale' } });
      await case_.say('update', said('approve', next.seen));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written', decidedBy: 'rita' });
    });
    expect(fakes.asked).toHaveLength(1);
    expect(fakes.ledger.cases.values().next().value?.input?.sources.at(-1)?.text).toContain('It is order 4711');
    expect(fakes.sink.entries).toHaveLength(2);
  });

  it('asks the model again with the answer, where the reviewer wants that; whoever asked is asked again', async () => {
    const fakes = asking();
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      await case_.say('update', said('reassign', seen, { to: 'petra' }));
      const requestId = await ask(case_, seen, { proposeAgain: true });
      fakes.replies.splice(0, 1, replyOf({ amount: 13, supplier: 'ACME' }, 0.99));
      await case_.handle.signal(provideInformationSignal, answer(requestId));
      const next = await case_.asked(2);
      expect(next).toMatchObject({ group: 'petra', reasons: [{ code: 'information-given' }] });
      expect(await detailsOf(case_)).toContain('escalates to leads');
      await case_.say('update', said('approve', next.seen, { by: 'petra' }));
      await case_.handle.result();
    });
    expect(fakes.asked).toHaveLength(2);
    expect(fakes.asked[1]?.input).toContain('Question of the reviewer: Which order is it?\n\nIt is order 4711');
    expect(fakes.sink.entries.map(({ request }) => request['amount'])).toEqual([13, 13]);
  });

  it('goes back to the reviewers with that as a reason when nobody answers in time', async () => {
    const fakes = asking();
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      fakes.now.at = new Date();
      const requestId = await ask(case_, seen, { within: '1 second' });
      const next = await case_.asked(2);
      expect(next.reasons.map(({ code }) => code)).toContain('information-missing');
      const late = await case_.handle.executeUpdate(submitInformation, { args: [answer(requestId)] });
      expect(late).toMatchObject({ refusal: { code: 'too-late' } });
      expect((await case_.view()).task).toMatchObject({ taskNo: 2, seen: next.seen });
      // It can be asked again.
      const second = await ask(case_, next.seen);
      expect(second).not.toBe(requestId);
      await case_.handle.executeUpdate(submitInformation, { args: [answer(second)] });
      const codes = (await case_.asked(3)).reasons.map(({ code }) => code);
      expect(codes).toContain('information-given');
      expect(codes).not.toContain('information-missing');
      await case_.say('update', said('approve', (await case_.asked(3)).seen));
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
    expect(fakes.sink.entries).toHaveLength(2);
  });

  it('can be overtaken by a verdict; an answer after that changes nothing', async () => {
    const fakes = asking({ undo: [{ when: {}, for: '3 seconds' }] });
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const { seen } = await case_.asked();
      const requestId = await ask(case_, seen);
      const twice = said('request-information', seen, { question: 'And who ordered it?' });
      expect(await case_.update(twice)).toMatchObject({ refusal: { code: 'information-asked' } });
      fakes.now.at = new Date();
      await case_.say('update', said('approve', seen));
      await until(async () => (await case_.view()).stage === 'undo-window' || undefined);
      const late = await case_.handle.executeUpdate(submitInformation, { args: [answer(requestId)] });
      expect(late).toMatchObject({ refusal: { code: 'too-late' } });
      expect(await case_.handle.result()).toMatchObject({ outcome: 'written' });
    });
    expect(fakes.ledger.audit).toContain('answer refused too-late');
  });

  it('ends with the whole case when that is taken back', async () => {
    const fakes = asking();
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      await ask(case_, (await case_.asked()).seen);
      await case_.handle.signal('withdraw', { by: 'olga', reason: 'sent twice' });
      expect(await case_.handle.result()).toMatchObject({ outcome: 'cancelled', decidedBy: 'olga' });
    });
    expect(fakes.sink.calls).toEqual([]);
  });

  it('takes an answer once; a repeat gets the first answer, and what is no answer is refused', async () => {
    const fakes = asking();
    await withWorker(server, fakes.activities, async (run) => {
      const case_ = await started(fakes, run);
      const requestId = await ask(case_, (await case_.asked()).seen);
      const give = (message: unknown) => case_.handle.executeUpdate(submitInformation, { args: [message] });
      await expect(give('yes')).rejects.toThrow();
      expect(await give({ requestId, by: 'sam' })).toMatchObject({ refusal: { code: 'malformed' } });
      expect(await give(answer('q-none'))).toMatchObject({ refusal: { code: 'no-such-request' } });
      const message = answer(requestId);
      const first = await give(message);
      expect(first).toMatchObject({ accepted: true });
      expect(await give(message)).toEqual(first);
      expect(await give({ ...message, text: 'another' })).toMatchObject({ refusal: { code: 'answer-id-reused' } });
      expect(await give(answer(requestId))).toMatchObject({ refusal: { code: 'already-answered' } });
      await case_.say('update', said('reject', (await case_.asked(2)).seen, { reason: 'no' }));
      await case_.handle.result();
      const events = await case_.history();
      expect(typesOf(events).filter((type) => type === 'ACTIVITY_TASK_SCHEDULED')).toHaveLength(2);
      expect(payloadsOf(events)).not.toContain('Pay ACME');
    });
  });
});
