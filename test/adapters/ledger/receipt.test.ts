import { beforeAll, describe, expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { createSigner } from '../../../src/adapters/signing.ts';
import { canonicalText, plain } from '../../../src/canonical.ts';
import { caseReceiptOf } from '../../../src/client/case-receipt.ts';
import { issue, type CaseReceipt } from '../../../src/countersignature/receipt.ts';
import { verifyReceipt } from '../../../src/countersignature/verify-receipt.ts';
import { definition, testPack } from '../../support/fake-pack.ts';
import { useLedger } from '../../support/postgres.ts';
import { keyPair, testSigner } from '../../support/signing-key.ts';
import { askedOn, onLedger, proposedOn } from './reviewed.ts';

let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

const KEY = [testSigner.publicKeyPem];
const NOW = new Date('2026-12-01T00:00:00Z');
const LEVELS = [{ when: { field: 'amount', atLeast: 100 }, approvals: 2 }];
const packOf = () =>
  testPack({
    review: { ...definition().review, levels: LEVELS },
    recheckAtWrite: { country: { title: 'the country', read: async () => 'DE', show: String } },
  });

async function receiptOf(caseId: string): Promise<CaseReceipt> {
  const file = await ledger.reads.caseFile(caseId);
  if (!file) throw new Error('no case');
  return caseReceiptOf(file, testSigner, NOW);
}

/** A case that was refused once, amended by one, approved by another, and written. */
async function written(): Promise<string> {
  const { caseId, judge, write } = await askedOn(onLedger(ledger, packOf()), { amount: 200 });
  await judge({ by: 'sam' });
  const amended = await judge({
    verdict: 'amend',
    output: { amount: 201, supplier: `of ${caseId}` },
    reason: 'misread',
  });
  if (amended.then?.kind !== 'asked-anew') throw new Error('expected a new question');
  expect((await judge({ by: 'lea' }, amended.then.question.seen)).answer.accepted).toBe(true);
  expect(await write(1, 'post')).toMatchObject({ kind: 'applied' });
  expect(await write(1, 'pay', true)).toMatchObject({ kind: 'applied' });
  return caseId;
}

async function straightThrough(): Promise<string> {
  const { caseId, write } = await proposedOn(onLedger(ledger, packOf()), { probability: 0.99 });
  await write(1, 'post');
  await write(1, 'pay', true);
  return caseId;
}

const faultsIn = (receipt: unknown, pems: readonly string[] | undefined = KEY) =>
  verifyReceipt(receipt, pems).flatMap(({ about, faults }) => faults.map((fault) => `${about}: ${fault}`));

describe('a receipt holds', () => {
  test('of a case that two approved, and that was written', async () => {
    const checked = verifyReceipt(await receiptOf(await written()), KEY);
    expect(checked.flatMap(({ faults }) => faults)).toEqual([]);
    expect(checked.map(({ about }) => about)).toEqual([
      ...['the receipt', 'the audit trail', 'what came in', 'question 1', 'question 2', 'amend by rita'],
      ...['approve by lea', 'decision 1', 'Post 201', 'Pay 201', 'what is listed', 'the case'],
    ]);
    expect(checked.find(({ about }) => about === 'Pay 201')?.holds).toBe(
      'applied as ref-2; what was written is what was signed',
    );
  });

  test('of a straight-through case', async () => {
    expect(faultsIn(await receiptOf(await straightThrough()))).toEqual([]);
  });

  test('of one that is open, rejected by a person, or by the deadline', async () => {
    const open = await askedOn(onLedger(ledger, packOf()));
    expect(faultsIn(await receiptOf(open.caseId))).toEqual([]);
    await open.judge({ verdict: 'reject', reason: 'no' });
    expect(faultsIn(await receiptOf(open.caseId))).toEqual([]);
    const late = await askedOn(onLedger(ledger, packOf()));
    await ledger.reviews.deadline(late.caseId, 1, 'reject');
    expect(faultsIn(await receiptOf(late.caseId))).toEqual([]);
  });

  test('of one whose submitter answered a question of the reviewer, which changes what is shown from then on', async () => {
    const { caseId, judge, activities, write } = await askedOn(onLedger(ledger, testPack()));
    expect((await judge({ verdict: 'request-information', question: 'Which order?' })).answer.accepted).toBe(true);
    const [request] = (await ledger.reads.caseFile(caseId))?.information ?? [];
    const requestId = request?.requestId ?? 'none';
    const message = { answerId: 'a-1', requestId, by: 'sam', text: 'Order 4711' };
    await activities.takeInformation({ caseId, channel: 'update', message });
    const anew = await activities.readInformation({ caseId, requestId });
    if (anew.kind !== 'asked-anew') throw new Error(`expected a new question, got ${anew.kind}`);
    expect((await judge({}, anew.question.seen)).answer.accepted).toBe(true);
    expect(await write(1, 'post')).toMatchObject({ kind: 'applied' });
    expect(await write(1, 'pay', true)).toMatchObject({ kind: 'applied' });
    const receipt = await receiptOf(caseId);
    expect(faultsIn(receipt)).toEqual([]);
    expect(receipt.answers).toHaveLength(1);
    expect(receipt.tasks.map(({ shown }) => shown === null)).toEqual([true, false]);
    // What was shown may be left out only where an answer explains it.
    const tasks = receipt.tasks.map((task) => ({ ...task, shown: null }));
    const { issued: _, format: __, ...rest } = receipt;
    expect(faultsIn(issue({ ...rest, tasks }, testSigner, NOW))).toContain(
      'question 2: what was shown is missing, and no answer of the submitter explains that',
    );
    expect(faultsIn(issue({ ...rest, answers: [] }, testSigner, NOW))).toContain(
      'what came in: the answers are not those that the audit trail says were given',
    );
  });

  test('of one that was taken back in its undo window, asked again and written', async () => {
    const undo = [{ when: {}, for: '10 minutes' }] as const;
    const pack = testPack({ review: { ...definition().review, undo } });
    const { caseId, judge, activities, write } = await askedOn(onLedger(ledger, pack));
    await judge();
    await judge({ verdict: 'withdraw' });
    const because = [{ code: 'withdrawn', message: 'taken back' } as const];
    const again = await activities.validate({ caseId, packHash: pack.hash, taskNo: 2, decisionNo: 1, because });
    await judge({}, again.kind === 'review' ? again.seen : '');
    await ledger.reviews.endUndo(caseId, 2);
    await write(2, 'post');
    await write(2, 'pay', true);
    expect(faultsIn(await receiptOf(caseId))).toEqual([]);
  });

  test('as text that went over the wire, with the key that comes along when none is given', async () => {
    const text = canonicalText(await receiptOf(await straightThrough()));
    expect(faultsIn(JSON.parse(text))).toEqual([]);
    const [first] = verifyReceipt(JSON.parse(text));
    expect(first).toMatchObject({ faults: [], holds: expect.stringContaining('a key that came with it') });
  });
});

/** Paths of everything in a value that is no object or list, and of every empty one. */
function leavesOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value);
  return inner.length === 0 ? [path] : inner.flatMap(([key, one]) => leavesOf(one, [...path, key]));
}

/** A copy with another value at the path. */
function altered(receipt: CaseReceipt, path: readonly string[]): unknown {
  const copy = plain(receipt) as unknown;
  let at = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  at[last] = another(at[last]);
  return copy;
}

function another(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return value === null ? 'something' : { something: 1 };
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return new Date(Date.parse(value) + 1).toISOString();
  const last = value.at(-3);
  return value.length > 3 ? `${value.slice(0, -3)}${last === '0' ? '1' : '0'}${value.slice(-2)}` : `${value}x`;
}

/** What the verifier says, or that it is no receipt at all. */
function found(receipt: unknown, pems: readonly string[] | undefined): string[] {
  try {
    return faultsIn(receipt, pems);
  } catch (error) {
    return [String(error)];
  }
}

describe.each<[what: string, make: () => Promise<string>]>([
  ['reviewed', written],
  ['straight-through', straightThrough],
])('of a %s case', (_, make) => {
  let receipt: CaseReceipt;
  let leaves: string[][] = [];
  beforeAll(async () => {
    receipt = plain(await receiptOf(await make()));
    leaves = leavesOf(receipt);
  });

  test('each single alteration of a receipt is found', () => {
    expect(leaves.length).toBeGreaterThan(150);
    expect(leaves.filter((path) => found(altered(receipt, path), KEY).length === 0)).toEqual([]);
  });

  test('each taken away too', () => {
    const lists = ['documents', 'tasks', 'verdicts', 'decisions', 'effects'] as const;
    for (const name of lists) {
      for (const at of receipt[name].keys()) {
        const copy = plain(receipt);
        copy[name].splice(at, 1);
        expect(found(copy, KEY), `${name} ${at}`).not.toEqual([]);
      }
    }
  });

  test('also by somebody who signs it anew with a key of their own', () => {
    const other = createSigner(keyPair().privatePem);
    for (const path of leaves.filter((_path, at) => at % 7 === 0)) {
      const { issued: __, format: ___, ...rest } = altered(receipt, path) as CaseReceipt;
      expect(found(issue(rest, other, NOW), KEY), path.join('.')).not.toEqual([]);
    }
  });

  test('and by somebody who could sign receipts, but nothing else: what is signed and chained inside holds it', () => {
    // What only the receipt itself vouches for: refusals and channels, times of effects, where an open case stands.
    const outer =
      /^(issued|format|case\.stage)|^verdicts\.\d+\.(channel|body|refusal)|^verdicts\.0\.|^effects\.\d+\.(calledAt|settledAt|reason)|^tasks\.\d+\.closedAt/;
    const inside = leaves.filter((path) => !outer.test(path.join('.')));
    expect(inside.length).toBeGreaterThan(leaves.length * 0.85);
    const missed = inside.filter((path) => {
      const { issued: __, format: ___, ...rest } = altered(receipt, path) as CaseReceipt;
      return found(issue(rest, testSigner, NOW), KEY).length === 0;
    });
    expect(missed.map((path) => path.join('.'))).toEqual([]);
  });
});

test('a receipt that is none says what is wrong', () => {
  expect(() => verifyReceipt({ format: 'countersign/receipt/1' }, KEY)).toThrow(/this is no receipt: case: /);
  expect(() => verifyReceipt(null, KEY)).toThrow(/this is no receipt/);
});

test('a former key still verifies what it signed, when it is given too', async () => {
  const caseId = await written();
  const rotated = createSigner(`${keyPair().privatePem}\n${testSigner.publicKeyPem}`);
  const file = await ledger.reads.caseFile(caseId);
  if (!file) throw new Error('no case');
  const receipt = caseReceiptOf(file, rotated, NOW);
  expect(faultsIn(receipt, [rotated.publicKeyPem, testSigner.publicKeyPem])).toEqual([]);
  expect(faultsIn(receipt, [rotated.publicKeyPem])).toContain('approve by lea: its signature does not verify');
  expect(faultsIn(receipt, KEY)[0]).toMatch(/which is not the one given/);
});
