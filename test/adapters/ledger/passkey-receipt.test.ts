import { beforeAll, describe, expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { plain } from '../../../src/canonical.ts';
import { caseReceiptOf } from '../../../src/client/case-receipt.ts';
import { issue, type CaseReceipt } from '../../../src/countersignature/receipt.ts';
import { countersign } from '../../../src/countersignature/statement.ts';
import { verifyReceipt } from '../../../src/countersignature/verify-receipt.ts';
import { definition, testPack } from '../../support/fake-pack.ts';
import { useLedger } from '../../support/postgres.ts';
import { testSigner } from '../../support/signing-key.ts';
import { SoftPasskey } from '../../support/soft-passkey.ts';
import { askedOn, onLedger } from './reviewed.ts';

let ledger: Ledger;
useLedger((made) => {
  ledger = made.ledger;
});

const NOW = new Date('2026-12-01T00:00:00Z');
const KEY = [testSigner.publicKeyPem];
const pack = testPack({ review: { ...definition().review, passkey: 'required' } });
const key = new SoftPasskey('rita');

/** A case whose amendment was signed with a passkey, and that was written. */
async function written(): Promise<CaseReceipt> {
  const on = onLedger(ledger, pack);
  on.passkeys.register(key.passkey);
  const { caseId, question, judge, write } = await askedOn(on);
  const task = await ledger.reviews.openTask(caseId);
  if (!task) throw new Error('nothing is asked');
  const output = { amount: 13, supplier: `of ${caseId}` };
  const said = { verdictId: 'signed', verdict: 'amend', by: 'rita', seen: question.seen, output, reason: 'misread' };
  expect((await judge(said)).answer).toMatchObject({ refusal: { code: 'passkey-required' } });
  const judged = await judge({
    ...said,
    verdictId: 'signed-2',
    passkey: key.prove(caseId, { ...said, verdictId: 'signed-2' }, task),
  });
  expect(judged.answer).toMatchObject({ accepted: true });
  for (const [effect, last] of [
    ['post', false],
    ['pay', true],
  ] as const)
    expect(await write(1, effect, last)).toMatchObject({ kind: 'applied' });
  const file = await ledger.reads.caseFile(caseId);
  if (!file) throw new Error('no case');
  return plain(caseReceiptOf(file, testSigner, NOW));
}

const faultsIn = (receipt: CaseReceipt) =>
  verifyReceipt(receipt, KEY).flatMap(({ about, faults }) => faults.map((fault) => `${about}: ${fault}`));

/** Changed by somebody who holds the service's key, so that all it signs fits. */
function forged(
  receipt: CaseReceipt,
  change: (signed: NonNullable<CaseReceipt['verdicts'][number]['countersignature']>) => void,
) {
  const copy = plain(receipt);
  const signed = copy.verdicts.find(({ accepted }) => accepted)?.countersignature;
  if (!signed) throw new Error('nothing is signed');
  change(signed);
  const { format: _, keyId: __, ...said } = signed.statement;
  Object.assign(signed, countersign(testSigner, said));
  const { issued: ___, format: ____, ...rest } = copy;
  return issue(rest, testSigner, NOW);
}

describe('a receipt with a passkey', () => {
  let receipt: CaseReceipt;
  beforeAll(async () => {
    receipt = await written();
  });

  test('holds, and says so', () => {
    expect(faultsIn(receipt)).toEqual([]);
    const said = verifyReceipt(receipt, KEY).find(({ about }) => about === 'amend by rita');
    expect(said?.holds).toContain('with a passkey of localhost');
  });

  test('does not hold without it, nor with anything of it changed', () => {
    const parts = [
      'credentialId',
      'publicKey',
      'rpId',
      'said',
      'clientDataJSON',
      'authenticatorData',
      'signature',
    ] as const;
    const copies = [undefined, ...parts].map((part) => {
      const copy = plain(receipt);
      const statement = copy.verdicts.find(({ accepted }) => accepted)?.countersignature?.statement;
      if (!statement?.passkey) throw new Error('no passkey');
      const value = part && statement.passkey[part];
      if (part && value) statement.passkey[part] = `${value.startsWith('e') ? 'f' : 'e'}${value.slice(1)}`;
      else delete statement.passkey;
      const { issued: _, format: __, ...rest } = copy;
      return issue(rest, testSigner, NOW);
    });
    for (const copy of copies) expect(faultsIn(copy)).toContain('amend by rita: its signature does not verify');
  });

  test('does not hold when who has the key of the service takes the passkey away or puts another one in', () => {
    const without = forged(receipt, ({ statement }) => delete statement.passkey);
    expect(faultsIn(without)).toContain('amend by rita: rita signed without a passkey, which the policy asks for');
    const other = forged(receipt, ({ statement: { passkey } }) => {
      if (passkey) passkey.publicKey = new SoftPasskey('rita').publicKey;
    });
    const fault = 'what the passkey of rita signed does not hold: its signature does not verify';
    expect(faultsIn(other)).toEqual(expect.arrayContaining([`amend by rita: ${fault}`, `decision 1: ${fault}`]));
  });

  test('does not hold with another message than what the passkey signed', () => {
    const copy = plain(receipt);
    const verdict = copy.verdicts.find(({ accepted }) => accepted);
    if (verdict) verdict.body = { ...(verdict.body as object), reason: 'another' };
    const { issued: _, format: __, ...rest } = copy;
    expect(faultsIn(issue(rest, testSigner, NOW))).toContain('amend by rita: the passkey signed another message');
  });
});
