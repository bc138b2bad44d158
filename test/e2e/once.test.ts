import { afterAll, beforeAll, expect, test } from 'vitest';
import { bookedTwice, readBooks } from '../../src/dev/books.ts';
import { invoiceSamples, type Sample } from '../../src/dev/samples.ts';
import { decide, ended, inReview, startFixture, submit, textCase, until, type Fixture } from './fixture.ts';

let fixture: Fixture;
let invoice: Sample;
beforeAll(async () => {
  fixture = await startFixture();
  const found = (await invoiceSamples()).find(({ caseKey }) => caseKey === 'inv-01-03a-1');
  if (!found) throw new Error('the sample inv-01-03a-1 is gone');
  invoice = found;
});
afterAll(async () => fixture?.close());

test('one invoice under 20 keys at once is posted and paid once; the 19 others name the one that was', async () => {
  const keys = Array.from({ length: 20 }, (_, at) => `same-invoice-${at + 1}`);
  const receipts = await Promise.all(keys.map(async (key) => await submit(fixture, invoiceUnder(key))));
  expect(receipts.map(({ status }) => status)).toEqual(keys.map(() => 201));
  const ids = keys.map((key) => `case/invoice-intake/${key}`);

  await Promise.all(ids.map(async (caseId) => await approve(caseId, 1)));
  const outcomes = await Promise.all(ids.map(rejectedWhenTaken));
  const winners = ids.filter((_, at) => outcomes[at] === 'written');
  expect(winners).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === 'rejected')).toHaveLength(19);

  for (const caseId of ids.filter((id) => id !== winners[0])) {
    const file = await fixture.ledger.reads.caseFile(caseId);
    expect(file?.reason).toBe(`Already written by ${winners[0]}`);
    expect(file?.effects.filter(({ state }) => state === 'applied')).toEqual([]);
  }
  await expectBookedOnce(winners[0] ?? '');

  // What was posted is undone and posted again, by the next revision of the one case that holds the invoice.
  const again = { ...invoiceUnder(keyOf(winners[0] ?? '')), revision: 2 };
  expect((await submit(fixture, again)).status).toBe(409);
  expect((await reverse(winners[0] ?? '')).status).toBe(202);
  await outcomeIs(winners[0] ?? '', 'reversed');
  expect((await submit(fixture, again)).status).toBe(201);
  await approve(`${winners[0]}/r2`, 1);
  expect((await ended(fixture, `${winners[0]}/r2`)).outcome).toBe('written');
  await expectBookedOnce(`${winners[0]}/r2`);
});

test('the same submission 20 times at once over several connections is one case, one model call, one effect', async () => {
  const body = textCase('ticket-triage', 'twenty-times', 'How do I change my PIN?');
  const lines = Array.from({ length: 5 }, () => `${JSON.stringify(body)}\n`).join('');
  const streamed = async () => {
    const headers = { 'content-type': 'application/x-ndjson' };
    const response = await fetch(`${fixture.stack.apiUrl}/v1/cases`, { method: 'POST', headers, body: lines });
    return (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { created: boolean; caseId: string });
  };
  const single = async () => {
    const { body: receipt } = await submit(fixture, body);
    return [receipt as { created: boolean; caseId: string }];
  };
  const receipts = (await Promise.all([streamed(), ...Array.from({ length: 15 }, single)])).flat();
  expect(receipts).toHaveLength(20);
  expect(new Set(receipts.map(({ caseId }) => caseId))).toEqual(new Set(['case/ticket-triage/twenty-times']));
  expect(receipts.filter(({ created }) => created)).toHaveLength(1);

  expect((await ended(fixture, 'case/ticket-triage/twenty-times')).outcome).toBe('written');
  expect(await asked('case/ticket-triage/twenty-times')).toBe(1);
  expect(await ticketsOf('case/ticket-triage/twenty-times')).toHaveLength(1);
  expect((await submit(fixture, body)).body).toMatchObject({ created: false, outcome: 'written' });
  expect(await ticketsOf('case/ticket-triage/twenty-times')).toHaveLength(1);
});

test('a key with other content is refused, naming what to do; its next revision is taken once the former is rejected', async () => {
  const caseId = 'case/ticket-triage/revised';
  await submit(fixture, textCase('ticket-triage', 'revised', 'Tell me a joke about penguins'));
  const other = textCase('ticket-triage', 'revised', 'I still have not received my new card');
  const refused = await submit(fixture, other);
  expect(refused.status).toBe(409);
  expect(refused.body['detail']).toBe(
    'caseKey: "revised" was submitted before with other content; send it under its own key, ' +
      'or as revision 2 once that case is rejected, cancelled or reversed',
  );
  const early = await submit(fixture, { ...other, revision: 2 });
  expect([early.status, early.body['detail']]).toEqual([
    409,
    'revision: revision 1 of "revised" is still open; the next one is taken once it is rejected, cancelled or reversed',
  ]);

  const { seen } = await inReview(fixture, caseId);
  await decide(fixture, { caseId, verdictId: 'no', verdict: 'reject', by: 'kim', reason: 'not ours', seen });
  expect((await ended(fixture, caseId)).outcome).toBe('rejected');
  expect((await submit(fixture, { ...other, revision: 3 })).body['detail']).toMatch(/so the next one is 2$/);
  const revisions = await Promise.all([1, 2, 3].map(async () => await submit(fixture, { ...other, revision: 2 })));
  expect(revisions.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(revisions.filter(({ status }) => status === 200)).toHaveLength(2);
  expect((await ended(fixture, `${caseId}/r2`)).outcome).toBe('written');
  expect(await ticketsOf(`${caseId}/r2`)).toHaveLength(1);
  expect(await ticketsOf(caseId)).toHaveLength(0);
});

test('a reversal is refused while the case is open, undoes a written one once, and frees its key', async () => {
  const open = 'case/ticket-triage/open';
  await submit(fixture, textCase('ticket-triage', 'open', 'Tell me a joke about walruses'));
  await inReview(fixture, open);
  const refused = await reverse(open);
  expect([refused.status, refused.body['detail']]).toEqual([
    409,
    `Only written or orphaned cases can be reversed; '${open}' is open; withdraw it in its place.`,
  ]);

  const written = 'case/ticket-triage/undone';
  await submit(fixture, textCase('ticket-triage', 'undone', 'My card was declined in a bar and I do not know why'));
  await outcomeIs(written, 'written');
  const corrected = {
    ...textCase('ticket-triage', 'undone', 'My card was declined twice and I do not know why'),
    revision: 2,
  };
  expect((await submit(fixture, corrected)).body['detail']).toMatch(/^revision: revision 1 .* ended as written; /);
  const asks = await Promise.all([1, 2, 3].map(async () => await reverse(written)));
  expect(asks.some(({ status }) => status === 202)).toBe(true);
  await outcomeIs(written, 'reversed');
  expect((await ticketsOf(written)).map(({ reversed }) => reversed)).toEqual([true]);
  const reversals = (await books()).filter(
    ({ kind, reference }) => kind === 'reversal' && reference?.startsWith(`${written}/`) === true,
  );
  expect(reversals).toHaveLength(1);

  expect((await submit(fixture, corrected)).status).toBe(201);
  await outcomeIs(`${written}/r2`, 'written');
  expect((await ticketsOf(`${written}/r2`)).map(({ reversed }) => reversed)).toEqual([false]);
});

const invoiceUnder = (caseKey: string) => {
  const { name, bytes } = invoice.document;
  return { packId: 'invoice-intake', caseKey, documents: [{ name, base64: Buffer.from(bytes).toString('base64') }] };
};
const keyOf = (caseId: string) => caseId.split('/')[2] ?? '';
const books = async () => await readBooks(fixture.stack.businessUrl ?? '');

async function approve(caseId: string, taskNo: number): Promise<void> {
  const { seen } = await inReview(fixture, caseId, taskNo);
  const { status, body } = await decide(fixture, {
    ...{ caseId, verdictId: `yes-${taskNo}`, verdict: 'approve', by: 'kim', seen },
  });
  expect([status, body.detail]).toEqual([200, undefined]);
}

/** What a reviewer does who is told that the invoice was written already: reject it, with that reason. */
async function rejectedWhenTaken(caseId: string): Promise<string> {
  const asks = await until(`${caseId}: written, or asked again`, async () => {
    const record = await fixture.ledger.cases.get(caseId);
    if (record && record.outcome !== null) return record.outcome;
    const task = await fixture.ledger.reviews.openTask(caseId);
    return task !== undefined && task.taskNo > 1 && task;
  });
  if (typeof asks === 'string') return asks;
  const [reason] = asks.reasons;
  expect(reason?.code).toBe('identity-taken');
  await decide(fixture, {
    ...{ caseId, verdictId: 'no', verdict: 'reject', by: 'kim', seen: asks.seen, reason: reason?.message },
  });
  return (await ended(fixture, caseId)).outcome ?? '';
}

/** In the business system's own books, by what was booked and not by our keys. */
async function expectBookedOnce(caseId: string): Promise<void> {
  const entries = await books();
  const number = invoice.truth['invoiceNumber'];
  const standing = entries.filter(
    ({ kind, body, reversed }) => kind === 'entry' && !reversed && body['invoiceNumber'] === number,
  );
  expect(standing.map(({ collection }) => collection)).toEqual(['postings', 'payment-proposals']);
  expect(standing.map(({ reference }) => reference?.startsWith(`${caseId}/1/`))).toEqual([true, true]);
  expect(standing[0]?.body).toMatchObject({ payable: invoice.truth['payable'] });
  expect(bookedTwice(entries)).toEqual([]);
}

async function ticketsOf(caseId: string) {
  return (await books()).filter(
    ({ collection, kind, body }) => collection === 'tickets' && kind === 'entry' && body['caseId'] === caseId,
  );
}

/** How often the model was asked about a case, as the model itself counts it. */
async function asked(caseId: string): Promise<number> {
  const response = await fetch(`${fixture.stack.modelUrl}/admin/calls`);
  return (await response.text()).split(`"${caseId}"`).length - 1;
}

async function reverse(caseId: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${fixture.stack.apiUrl}/v1/reversals`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ caseId, by: 'kim', reason: 'booked in the wrong period' }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function outcomeIs(caseId: string, outcome: string): Promise<void> {
  await until(`${caseId}: ${outcome}`, async () => (await fixture.ledger.cases.get(caseId))?.outcome === outcome);
}
