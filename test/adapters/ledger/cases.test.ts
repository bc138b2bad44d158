import { describe, expect, test } from 'vitest';
import { type Ledger, openLedger } from '../../../src/adapters/ledger/ledger.ts';
import type { CaseOutcome } from '../../../src/domain/case.ts';
import { failureTypeOf } from '../../../src/failures.ts';
import { type TestLedger, useLedger } from '../../support/postgres.ts';
import {
  EFFECT,
  INPUT,
  MANIFEST,
  PLAN,
  caseOf,
  decided,
  ingested,
  receive,
  received,
  task,
  trail,
} from './fixtures.ts';

let server: TestLedger;
let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
  server = made;
});

describe('documents', () => {
  test('come back by content, stored once however often they are put', async () => {
    const bytes = Uint8Array.of(0, 1, 255);
    const put = () =>
      ledger.documents.put([
        { name: 'x', mediaType: 'application/pdf', bytes },
        { name: 'y', mediaType: 'text/plain', bytes },
      ]);
    const [first, second] = await put();
    await put();
    expect(second?.hash).toBe(first?.hash);
    expect(first?.size).toBe(3);
    const hash = first?.hash ?? '';
    expect((await ledger.documents.get([hash, 'unknown'])).get(hash)).toEqual(Buffer.from(bytes));
    const rows = await ledger.db.selectFrom('documents').select('hash').where('hash', '=', hash).execute();
    expect(rows).toHaveLength(1);
  });
});

describe('receive', () => {
  test('is the same case for the same key and content, a conflict for other content', async () => {
    expect((await receive(ledger, 'A', 'one')).kind).toBe('created');
    const again = await receive(ledger, 'A', 'one');
    expect(again).toMatchObject({ kind: 'existing', record: { caseId: 'case/invoices/A', stage: 'received' } });
    expect(await receive(ledger, 'A', 'two')).toEqual({
      kind: 'conflict',
      message:
        'caseKey: "A" was submitted before with other content; send it under its own key, or as revision 2 once that case is rejected, cancelled or reversed',
    });
    expect(await trail(ledger, 'case/invoices/A')).toEqual(['received']);
  });

  test('what it created is what it reads', async () => {
    const created = await receive(ledger, 'same', 'content');
    if (created.kind === 'conflict') throw new Error(created.message);
    expect(await caseOf(ledger, created.record.caseId)).toEqual(created.record);
  });

  test('20 at once make one case with one entry', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => receive(ledger, 'many', 'one')));
    expect(answers.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(answers.filter(({ kind }) => kind === 'existing')).toHaveLength(19);
    expect(await trail(ledger, 'case/invoices/many')).toEqual(['received']);
    expect((await caseOf(ledger, 'case/invoices/many')).documents).toHaveLength(1);
  });

  test('refuses documents whose content is not there', async () => {
    const documents = [{ hash: 'nowhere', name: 'secret-name.pdf', mediaType: 'text/plain', size: 1 }];
    const name = { packId: 'invoices', caseKey: 'hollow', revision: 1 };
    const error: unknown = await ledger.cases
      .receive({ name, documents, submittedBy: null, owner: 'o', channel: 'api' })
      .catch((caught: unknown) => caught);
    expect(failureTypeOf(error)).toBe('InvalidInput');
    expect(String(error)).not.toContain('secret-name');
    expect(await ledger.cases.get('case/invoices/hollow')).toBeUndefined();
  });

  test.each<[CaseOutcome | null, string | undefined]>([
    [null, 'is still open'],
    ['split', 'ended as split'],
    ['rejected', undefined],
    ['cancelled', undefined],
    ['orphaned', undefined],
  ])('a next revision after %s', async (outcome, refusal) => {
    const key = `revised after ${outcome}`;
    const { caseId } = await received(ledger, key);
    if (outcome) await ledger.cases.close(caseId, { outcome, by: 'someone' });
    const answer = await receive(ledger, key, 'other', 2);
    if (refusal === undefined) expect(answer).toMatchObject({ kind: 'created', record: { caseId: `${caseId}/r2` } });
    else expect(answer).toMatchObject({ kind: 'conflict', message: expect.stringContaining(refusal) as unknown });
    expect((await receive(ledger, key, 'other', 4)).kind).toBe('conflict');
  });

  test('a revision of nothing is a conflict', async () => {
    expect(await receive(ledger, 'never', 'x', 2)).toMatchObject({
      message: expect.stringContaining('never submitted') as unknown,
    });
  });
});

describe('ingest and move', () => {
  test('plan and input are kept as they were first given', async () => {
    const { caseId } = await received(ledger, 'ingest');
    expect(await caseOf(ledger, caseId)).toMatchObject({ plan: null, decided: false });
    expect(await ledger.cases.input(caseId)).toBeUndefined();
    await ledger.cases.ingested(caseId, INPUT, PLAN, MANIFEST);
    await ledger.cases.ingested(caseId, { ...INPUT, present: 'other' }, PLAN, MANIFEST);
    expect(await caseOf(ledger, caseId)).toMatchObject({ stage: 'proposing', plan: PLAN });
    const elsewhere = openLedger({ url: server.url });
    for (const one of [ledger, elsewhere]) expect(await one.cases.input(caseId)).toEqual(INPUT);
    await elsewhere.close();
    expect(await trail(ledger, caseId)).toEqual(['received', 'ingested']);
  });

  test('the manifest keeps the order of its properties, which the model sees', async () => {
    await ingested(ledger);
    expect(JSON.stringify(await ledger.cases.manifest('hash-1'))).toBe(JSON.stringify(MANIFEST));
    expect(await ledger.cases.manifest('unknown')).toBeUndefined();
  });

  test('a move pins the new plan once', async () => {
    const caseId = await ingested(ledger);
    const next = { ...PLAN, packHash: 'hash-2', packVersion: '2' };
    await ledger.cases.moved(caseId, next, MANIFEST, 'gone');
    await ledger.cases.moved(caseId, next, MANIFEST, 'gone');
    expect((await caseOf(ledger, caseId)).plan).toEqual(next);
    expect(await trail(ledger, caseId)).toEqual(['received', 'ingested', 'moved']);
  });

  test('other cases with the same document, oldest first', async () => {
    const ids = [];
    for (const key of ['same-1', 'same-2', 'same-3']) ids.push((await received(ledger, key, 'shared content')).caseId);
    expect(await ledger.cases.withSameDocuments(ids[1] ?? '')).toEqual([ids[0], ids[2]]);
  });
});

describe('how cases end', () => {
  test('closing is recorded once, ends open tasks and takes their notices back', async () => {
    const caseId = await ingested(ledger);
    await ledger.reviews.open(task(caseId));
    const end = { outcome: 'cancelled', by: 'anna', reason: 'sent by mistake' } as const;
    await ledger.cases.close(caseId, end);
    await ledger.cases.close(caseId, end);
    await ledger.cases.close(caseId, { outcome: 'orphaned', by: 'sweep' });
    expect(await caseOf(ledger, caseId)).toMatchObject({ outcome: 'cancelled', stage: 'closed', decided: true });
    expect(await ledger.reviews.openTask(caseId)).toBeUndefined();
    const notices = await ledger.outbox.due(new Date('2031-01-01'), 1000);
    expect(notices.filter(({ payload }) => payload.caseId === caseId)).toEqual([]);
    expect(await trail(ledger, caseId)).toEqual(['received', 'ingested', 'task-opened', 'closed']);
  });

  test('a written case stays written while an effect stands, unless it is reversed', async () => {
    const caseId = await ingested(ledger);
    await decided(ledger, caseId, { ...EFFECT, identity: caseId });
    await ledger.effects.claim(caseId, 1, { ...EFFECT, identity: caseId });
    await ledger.effects.settle(`${caseId}/1/post`, 'applied', { reference: 'r', last: true });
    await ledger.cases.close(caseId, { outcome: 'cancelled', by: 'anna' });
    expect((await caseOf(ledger, caseId)).outcome).toBe('written');
    await ledger.cases.close(caseId, { outcome: 'reversed', by: 'anna' });
    expect((await caseOf(ledger, caseId)).outcome).toBe('reversed');
  });

  test('a case that was written and then undone by a cancellation ends cancelled', async () => {
    const caseId = await ingested(ledger);
    await decided(ledger, caseId, { ...EFFECT, identity: caseId });
    await ledger.effects.claim(caseId, 1, { ...EFFECT, identity: caseId });
    await ledger.effects.settle(`${caseId}/1/post`, 'applied', { reference: 'r', last: true });
    await ledger.effects.settle(`${caseId}/1/post`, 'compensated', { reference: 'r2' });
    await ledger.cases.close(caseId, { outcome: 'cancelled', by: 'anna' });
    expect((await caseOf(ledger, caseId)).outcome).toBe('cancelled');
  });

  test('open cases for the sweep, page by page in the order of their ids', async () => {
    const caseId = await ingested(ledger);
    const later = new Date(Date.now() + 60_000);
    const open = await ledger.cases.open(later, 1000);
    expect(open).toContainEqual(expect.objectContaining({ caseId, stage: 'proposing' }));
    const ids = open.map((one) => one.caseId);
    expect(ids).toEqual(ids.toSorted());
    expect((await ledger.cases.open(later, 1000, ids[0])).map((one) => one.caseId)).toEqual(ids.slice(1));
    expect((await ledger.cases.open(later, 1)).map((one) => one.caseId)).toEqual(ids.slice(0, 1));
    expect(open.map((one) => one.caseId)).not.toContain('case/invoices/revised after split');
    expect(await ledger.cases.open(new Date(0), 1000)).toEqual([]);
    await ledger.cases.stage(caseId, 'compensating');
    expect((await caseOf(ledger, caseId)).stage).toBe('compensating');
  });
});
