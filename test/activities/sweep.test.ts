import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/domain/verdict.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { CASE, failed, startOf, waiting } from './arrange.ts';

async function open(...keys: string[]) {
  const fakes = fakePorts();
  for (const caseKey of keys) {
    const documents = [{ name: 'a.txt', text: `Pay ${caseKey}` }];
    await fakes.activities.ingest({ caseId: `case/test-pack/${caseKey}`, start: startOf({ caseKey, documents }) });
  }
  return fakes;
}

describe('sweep', () => {
  it('starts an accepted case that has no workflow', async () => {
    const { activities, ports } = await open('A');
    const started: string[] = [];
    ports.temporal.status = () => Promise.resolve('missing');
    ports.temporal.start = ({ caseId }) => Promise.resolve(void started.push(caseId));
    expect(await activities.sweep()).toEqual({
      started: ['case/test-pack/A'],
      orphaned: [],
      resent: [],
      askedAgain: [],
    });
    expect(started).toEqual(['case/test-pack/A']);
  });

  it('reports a workflow that ended without a decision as orphaned, once', async () => {
    const { activities, ports, ledger } = await open('A');
    ports.temporal.status = () => Promise.resolve('closed');
    expect((await activities.sweep()).orphaned).toEqual(['case/test-pack/A']);
    expect(ledger.case('case/test-pack/A').outcome).toBe('orphaned');
    expect((await activities.sweep()).orphaned).toEqual([]);
  });

  it('leaves a case alone that ended while it looked', async () => {
    const { activities, ports, ledger } = await open('A');
    ports.temporal.status = (caseId) => {
      ledger.cases.set(caseId, { ...ledger.case(caseId), outcome: 'written', stage: 'closed' });
      return Promise.resolve('closed');
    };
    expect(await activities.sweep()).toEqual({ started: [], orphaned: [], resent: [], askedAgain: [] });
    expect(ledger.case('case/test-pack/A').outcome).toBe('written');
  });

  it('sends an accepted verdict again that the workflow never took in', async () => {
    const { activities, ports, judge } = await waiting();
    await judge({});
    const sent: [string, Verdict][] = [];
    ports.temporal.resendVerdict = (caseId, verdict) => Promise.resolve(void sent.push([caseId, verdict]));
    expect((await activities.sweep()).resent).toEqual([CASE]);
    expect(sent).toMatchObject([[CASE, { verdictId: 'v-1' }]]);
  });

  it('sends an approval again that is held back past the end of its undo window', async () => {
    const { review } = definition();
    const undo = [{ when: {}, for: '10 minutes' }];
    const { activities, judge, now } = await waiting(undefined, fakePorts(testPack({ review: { ...review, undo } })));
    await judge({});
    now.at = new Date(now.at.getTime() + 600_000);
    expect((await activities.sweep()).resent).toEqual([]);
    now.at = new Date(now.at.getTime() + 30_001);
    expect((await activities.sweep()).resent).toEqual([CASE]);
  });

  it('asks about no case that the listing shows as running, unless its verdict may be lost', async () => {
    const { activities, ports } = await open('A', 'B');
    const asked: string[] = [];
    ports.temporal.running = () => Promise.resolve(new Set(['case/test-pack/A', 'case/other/X']));
    ports.temporal.status = (caseId) => Promise.resolve((asked.push(caseId), 'running'));
    await activities.sweep();
    expect(asked).toEqual(['case/test-pack/B']);
  });

  it('asks only for cases that had time to arrive', async () => {
    const { activities, ports, now } = await open('A');
    let before = new Date(0);
    ports.cases.open = (given) => Promise.resolve(((before = given), []));
    await activities.sweep();
    expect(now.at.getTime() - before.getTime()).toBe(30_000);
  });

  it('helps the others when one case cannot be helped, and still fails', async () => {
    const { activities, ports } = await open('A', 'B', 'C');
    const started: string[] = [];
    ports.temporal.status = () => Promise.resolve('missing');
    ports.temporal.start = ({ caseId }) => {
      started.push(caseId);
      return caseId.endsWith('/A') ? Promise.reject(new Error('a summary is too long')) : Promise.resolve();
    };
    expect((await failed(activities.sweep())).message).toBe('a summary is too long');
    expect(started).toHaveLength(3);
  });

  it('finds a lost case behind more waiting ones than it looks at together', async () => {
    const { activities, ports, ledger } = await open('LOST');
    const lost = ledger.case('case/test-pack/LOST');
    const waiting = Array.from({ length: 600 }, (_, at) => ({ ...lost, caseId: `case/test-pack/W-${at}` }));
    ledger.cases.clear();
    for (const record of [...waiting, lost]) ledger.cases.set(record.caseId, record);
    ports.temporal.status = (caseId) => Promise.resolve(caseId === lost.caseId ? 'missing' : 'running');
    const report = [await activities.sweep(), await activities.sweep(), await activities.sweep()];
    expect(report.flatMap(({ started }) => started)).toContain(lost.caseId);
  });
});
