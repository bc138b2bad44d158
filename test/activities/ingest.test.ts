import { describe, expect, it, test } from 'vitest';
import type { DecideCaseInput } from '../../src/messages.ts';
import { failure } from '../../src/failures.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { testPack } from '../support/fake-pack.ts';
import { CASE, failed, idOf, proposed, startOf } from './arrange.ts';

const refused: [why: string, start: unknown, type: string, names: RegExp][] = [
  ['nothing', undefined, 'InvalidInput', /^caseKey/],
  ['an empty key', startOf({ caseKey: '' }), 'InvalidInput', /^caseKey/],
  ['a key with control characters', startOf({ caseKey: 'a\nb' }), 'InvalidInput', /^caseKey/],
  ['a pack that is not there', startOf({ packId: 'other' }), 'UnknownPack', /other.*test-pack/],
  ['a pack that is no text', { ...startOf(), packId: 7 }, 'InvalidInput', /^packId/],
  ['revision 0', startOf({ revision: 0 }), 'InvalidInput', /^revision/],
  ['a revision that is text', { ...startOf(), revision: '2' }, 'InvalidInput', /^revision/],
  ['a first submission as revision 2', startOf({ revision: 2 }), 'Conflict', /never submitted/],
  ['no documents', startOf({ documents: [] }), 'InvalidInput', /^documents/],
  ['documents that are no list', { ...startOf(), documents: 'text' }, 'InvalidInput', /^documents/],
  ['a document that is null', { ...startOf(), documents: [null] }, 'InvalidInput', /^documents\[0\]/],
  ['a document that is text', { ...startOf(), documents: ['Pay 12'] }, 'InvalidInput', /^documents\[0\]/],
  ['a document without content', startOf({ documents: [{ name: 'a.txt' }] }), 'InvalidInput', /a\.txt/],
  ['a media type that is no text', { ...startOf(), documents: [{ mediaType: 5 }] }, 'InvalidInput', /mediaType/],
  ['a stored document by its hash alone', { ...startOf(), documents: [{ hash: 'x' }] }, 'InvalidInput', /hash, name/],
  ['a submitter that is no name', { ...startOf(), submittedBy: { a: 1 } }, 'InvalidInput', /^submittedBy/],
  [
    'more than 64 KB inline, together',
    startOf({ documents: ['a', 'b'].map((name) => ({ name, text: 'x'.repeat(33 * 1024) })) }),
    'InvalidInput',
    /67584 bytes inline, at most 65536/,
  ],
];

describe('a start past the client is refused for good, naming the field, with', () => {
  test.each(refused)('%s', async (_, start, type, names) => {
    const { activities, ledger } = fakePorts();
    const given = start as DecideCaseInput;
    const caseId = typeof given?.caseKey === 'string' && given.caseKey !== '' ? idOf(given) : CASE;
    const failure = await failed(activities.ingest({ caseId, start: given }));
    expect(failure).toEqual({ type, message: expect.stringMatching(names) });
    expect(ledger.audit).toEqual([]);
  });

  test('another workflow id, saying the right one', async () => {
    const { activities } = fakePorts();
    const { type, message } = await failed(activities.ingest({ caseId: 'my-invoice', start: startOf() }));
    expect(type).toBe('InvalidInput');
    expect(message).toContain(`'${CASE}'`);
  });

  test('documents missing for a key that is known', async () => {
    const { activities } = await proposed();
    const start = { packId: 'test-pack', caseKey: 'K-1' } as DecideCaseInput;
    expect((await failed(activities.ingest({ caseId: CASE, start }))).type).toBe('InvalidInput');
  });
});

describe('a start past the client is accepted', () => {
  it('as text or base64, stores the documents and pins the plan', async () => {
    const { activities, ledger, pack } = fakePorts();
    const documents = [{ name: 'a.txt', base64: Buffer.from('Pay 12').toString('base64') }];
    const done = await activities.ingest({ caseId: CASE, start: startOf({ documents }) });
    expect(done).toMatchObject({ kind: 'ready', unreadable: [], lastTaskNo: 0, plan: { packHash: pack.hash } });
    expect(ledger.case(CASE).input?.present).toBe('Pay 12');
  });

  it('with a plan of at most 4 KB, the largest thing that ingest leaves in the history', async () => {
    const done = await fakePorts().activities.ingest({ caseId: CASE, start: startOf() });
    expect(JSON.stringify(done).length).toBeLessThan(4096);
    expect(JSON.stringify(done)).not.toContain('Pay 12');
  });
});

describe('the same key again', () => {
  it('with the same content goes on with what was ingested, without reading again', async () => {
    const { activities, ports, pack, usePacks } = await proposed();
    usePacks([testPack({ version: '2.0.0' })]);
    ports.reader.read = () => Promise.reject(new TypeError('must not be read again'));
    const again = await activities.ingest({ caseId: CASE, start: startOf() });
    expect(again).toMatchObject({ kind: 'ready', plan: { packHash: pack.hash } });
  });

  it('with other content inline is a conflict', async () => {
    const { activities } = await proposed();
    const start = startOf({ documents: [{ name: 'a.txt', text: 'Pay 13' }] });
    expect((await failed(activities.ingest({ caseId: CASE, start }))).type).toBe('Conflict');
  });

  it('with other content by reference is a conflict too', async () => {
    const { activities, ports } = await proposed();
    const documents = await ports.documents.put([
      { name: 'b.txt', mediaType: 'text/plain', bytes: Buffer.from('Pay 999') },
    ]);
    expect((await failed(activities.ingest({ caseId: CASE, start: startOf({ documents }) }))).type).toBe('Conflict');
  });

  it('after the ledger closed the case ends as duplicate with that decision, without a model call', async () => {
    const { activities, ledger, callId, packHash } = await proposed();
    await activities.validate({ caseId: CASE, packHash, taskNo: 1, callId, because: [] });
    ledger.cases.set(CASE, { ...ledger.case(CASE), outcome: 'written' });
    expect(await activities.ingest({ caseId: CASE, start: startOf() })).toEqual({
      kind: 'duplicate',
      result: {
        caseId: CASE,
        outcome: 'duplicate',
        route: 'straight-through',
        decidedBy: 'policy (test-pack 1.0.0)',
        reason: 'already written',
      },
    });
  });

  it('after a cancellation without a decision ends as duplicate that says so', async () => {
    const { activities, ledger } = await proposed();
    ledger.cases.set(CASE, { ...ledger.case(CASE), outcome: 'cancelled' });
    expect(await activities.ingest({ caseId: CASE, start: startOf() })).toMatchObject({
      result: { outcome: 'duplicate', route: 'none', reason: 'already cancelled' },
    });
  });

  it('after a run was lost with its decision recorded goes on with that decision', async () => {
    const { activities, callId, packHash } = await proposed();
    await activities.validate({ caseId: CASE, packHash, taskNo: 1, callId, because: [] });
    const again = await activities.ingest({ caseId: CASE, start: startOf() });
    expect(again).toMatchObject({ kind: 'decided', decision: { decisionNo: 1, kind: 'accept' } });
    expect(again).toHaveProperty('decision.effects', [
      { name: 'post', title: 'Post 12' },
      { name: 'pay', title: 'Pay 12' },
    ]);
  });
});

describe('documents', () => {
  it('that cannot be read are a finding for a person, not a failure', async () => {
    const { activities, ledger } = fakePorts();
    const start = startOf({ documents: [{ name: 'a.txt', text: 'BROKEN' }] });
    const done = await activities.ingest({ caseId: CASE, start });
    expect(done).toMatchObject({ kind: 'ready', unreadable: [{ code: 'data-quality' }] });
    expect(ledger.case(CASE).input?.findings).toMatchObject([{ name: 'unreadable', severity: 'refuse' }]);
  });

  it('of which one cannot be read still go to the model, with a finding', async () => {
    const { activities, ledger } = fakePorts();
    const documents = ['BROKEN', 'Pay 12'].map((text, at) => ({ name: `${at}.txt`, text }));
    const done = await activities.ingest({ caseId: CASE, start: startOf({ documents }) });
    expect(done).toMatchObject({ kind: 'ready', unreadable: [] });
    expect(ledger.case(CASE).input?.findings).toHaveLength(1);
  });

  it('fail the step where the reader itself fails, so that it is tried again', async () => {
    const { activities, ports } = fakePorts();
    ports.reader.read = () => Promise.reject(failure('LedgerUnavailable', 'down'));
    expect((await failed(activities.ingest({ caseId: CASE, start: startOf() }))).type).toBe('LedgerUnavailable');
  });

  it('that came before under another key are a finding', async () => {
    const { activities, ledger } = await proposed();
    await activities.ingest({ caseId: 'case/test-pack/K-2', start: startOf({ caseKey: 'K-2' }) });
    expect(ledger.case('case/test-pack/K-2').input?.findings).toMatchObject([{ name: 'same-document' }]);
  });
});

describe('a mail with several documents', () => {
  const mail = (text: string) => startOf({ documents: [{ name: 'mail.eml', text }] });
  const split = () => fakePorts(testPack({ onePerDocument: true }));

  it('becomes one case each, accepted before the whole is closed', async () => {
    const { activities, ledger } = split();
    const done = await activities.ingest({ caseId: CASE, start: { ...mail('MAIL:Pay 1|Pay 2'), submittedBy: 'sam' } });
    expect(done).toMatchObject({ kind: 'split', parts: [{ caseKey: 'K-1#1' }, { caseKey: 'K-1#2' }] });
    expect(ledger.case('case/test-pack/K-1#2')).toMatchObject({ outcome: null, submittedBy: 'sam' });
    expect(ledger.case(CASE).outcome).toBe('split');
  });

  it('stays one case where the pack takes them together, or when there is one', async () => {
    const together = await fakePorts().activities.ingest({ caseId: CASE, start: mail('MAIL:Pay 1|Pay 2') });
    expect(together.kind).toBe('ready');
    const { activities, ledger } = split();
    expect((await activities.ingest({ caseId: CASE, start: mail('MAIL:Pay 1') })).kind).toBe('ready');
    expect(ledger.case(CASE).input?.sources).toHaveLength(2);
  });

  it('can be split again without making more cases', async () => {
    const { activities, ledger } = split();
    const once = await activities.ingest({ caseId: CASE, start: mail('MAIL:Pay 1|Pay 2') });
    ledger.cases.set(CASE, { ...ledger.case(CASE), outcome: null });
    expect(await activities.ingest({ caseId: CASE, start: mail('MAIL:Pay 1|Pay 2') })).toEqual(once);
    expect(ledger.cases.size).toBe(3);
  });

  it('keeps the one that cannot be read: it is a part like the others', async () => {
    const { activities } = split();
    const documents = ['Pay 1', 'BROKEN', 'Pay 3'].map((text, at) => ({ name: `${at}.txt`, text }));
    const done = await activities.ingest({ caseId: CASE, start: startOf({ documents }) });
    expect(done).toMatchObject({ kind: 'split' });
    expect(done).toHaveProperty('parts.length', 3);
  });

  it('keeps a part whose key is taken by other content, under the next key', async () => {
    const { activities, ledger } = split();
    const taken = startOf({ caseKey: 'K-1#1', documents: [{ name: 'x.txt', text: 'Pay 77' }] });
    await activities.ingest({ caseId: idOf(taken), start: taken });
    const done = await activities.ingest({ caseId: CASE, start: mail('MAIL:Pay 1|Pay 2') });
    expect(done).toMatchObject({ parts: [{ caseKey: 'K-1#3' }, { caseKey: 'K-1#2' }] });
    expect(ledger.cases.has('case/test-pack/K-1#3')).toBe(true);
  });

  it('as a later revision becomes first revisions: the parts were never submitted before', async () => {
    const { activities, ledger } = split();
    await activities.ingest({ caseId: CASE, start: mail('BROKEN') });
    ledger.cases.set(CASE, { ...ledger.case(CASE), outcome: 'rejected' });
    const second = { ...mail('MAIL:Pay 1|Pay 2'), revision: 2 };
    await activities.ingest({ caseId: `${CASE}/r2`, start: second });
    expect([...ledger.cases.keys()]).toEqual(expect.arrayContaining(['case/test-pack/K-1#1', 'case/test-pack/K-1#2']));
  });

  it('is not mistaken for an earlier case with the same document by its own parts', async () => {
    const { activities, ledger } = split();
    const documents = ['Pay 1', 'Pay 2'].map((text, at) => ({ name: `${at}.txt`, text }));
    const whole = await activities.ingest({ caseId: CASE, start: startOf({ documents }) });
    if (whole.kind !== 'split') throw new TypeError('not split');
    const part = whole.parts[0];
    const start = startOf({ caseKey: 'K-1#1', documents: part?.documents ?? [] });
    await activities.ingest({ caseId: idOf(start), start });
    expect(ledger.case(idOf(start)).input?.findings).toEqual([]);
  });
});
