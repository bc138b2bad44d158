import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GENESIS, hashOfEntry } from '../../src/adapters/ledger/audit-chain.ts';
import { canonicalText } from '../../src/canonical.ts';
import { caseReceiptOf } from '../../src/client/case-receipt.ts';
import { fileInReview } from '../client/fakes.ts';
import { keyPair, testSigner } from '../support/signing-key.ts';
import { apiWith, run, viewOf } from './fakes.ts';

let folder = '';
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-receipt-'));
  await writeFile(file('public.pem'), testSigner.publicKeyPem);
  await writeFile(file('other.pem'), keyPair().publicPem);
  await writeFile(file('good.json'), RECEIPT);
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** A case that was received, and nothing more. */
function received() {
  const full = fileInReview();
  const { caseId, packId, caseKey, revision, contentHash, submittedBy, owner, documents, receivedAt } = full.record;
  const data = { packId, caseKey, revision, contentHash, submittedBy, owner, channel: full.channel };
  const entry = {
    ...{ caseId, seq: 1, at: receivedAt.toISOString(), kind: 'received', prevHash: GENESIS },
    data: { ...data, documents: documents.map(({ hash }) => hash) },
  };
  const hash = hashOfEntry(entry);
  const audit = { audit: [{ ...entry, hash }], auditHead: { seq: 1, hash } };
  return { ...full, tasks: [], verdicts: [], modelCalls: [], ...audit };
}
const RECEIPT = canonicalText(caseReceiptOf(received(), testSigner, new Date('2026-12-01T00:00:00Z')));
const api = apiWith({ receipt: async () => RECEIPT }, [viewOf(fileInReview())]);

describe('countersign receipt', () => {
  test('prints it as it was signed', async () => {
    expect((await run(api, ['receipt', 'invoice-intake/INV-1'])).out).toBe(RECEIPT);
  });

  test('writes it to a file, and overwrites nothing', async () => {
    const args = ['receipt', 'invoice-intake/INV-1', '--out', file('new.json')];
    expect((await run(api, args)).out).toContain(`countersign verify ${file('new.json')} --key PUBLIC.pem`);
    expect(await readFile(file('new.json'), 'utf8')).toBe(`${RECEIPT}\n`);
    await expect(run(api, args)).rejects.toThrow('exists; give another name');
  });
});

describe('countersign verify RECEIPT, without an API,', () => {
  const nothing = apiWith({});
  const verify = (...args: string[]) => run(nothing, ['verify', ...args]);

  test.each([
    [
      'a name that is there twice, of which only the last counts',
      (text: string) => text.replace('{', '{"case":{"caseId":"another"},'),
    ],
    [
      'a number that only rounds to it',
      (text: string) => text.replace('"revision":1,', '"revision":1.00000000000000000001,'),
    ],
    ['a character written otherwise', (text: string) => text.replace('"format"', String.raw`"\u0066ormat"`)],
  ])('finds %s', async (_, change) => {
    const changed = change(RECEIPT);
    expect(changed).not.toBe(RECEIPT);
    await writeFile(file('odd.json'), changed);
    const { out, failed } = await verify(file('odd.json'), '--key', file('public.pem'));
    expect(failed).toBe(true);
    expect(out).toContain('FAULT  the file: it is not the text that was signed');
  });

  test('takes it indented too, as tools write it', async () => {
    await writeFile(file('indented.json'), `${JSON.stringify(JSON.parse(RECEIPT), null, 2)}\r\n`);
    expect((await verify(file('indented.json'), '--key', file('public.pem'))).failed).toBe(false);
  });

  test('says what holds', async () => {
    const { out, failed } = await verify(file('good.json'), '--key', file('public.pem'));
    expect(failed).toBe(false);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^holds {2}the receipt: as issued at 2026-12-01T.* \(the key you gave\)$/),
      'holds  the audit trail: 1 entries, the chain is intact',
      'holds  what came in: 1 document, as received at 2026-03-01T10:00:00.000Z',
      'holds  what is listed: all that the audit trail tells, and nothing else',
      'holds  the case: still open (review)',
      'What was written is what was signed.',
    ]);
  });

  test.each([
    ['with white space between, as people format it', JSON.stringify(JSON.parse(RECEIPT), null, 2), 0],
    ['with another owner', RECEIPT.replaceAll('petra.vogel', 'otto'), 2],
    ['with another end', RECEIPT.replace('"stage":"review"', '"stage":"closed"'), 1],
  ])('finds one %s', async (_, text, faults) => {
    await writeFile(file('changed.json'), text);
    const { out, failed } = await verify('--file', file('changed.json'), '--key', file('public.pem'));
    expect(out.match(/^FAULT/gm) ?? []).toHaveLength(faults);
    expect(failed).toBe(faults > 0);
  });

  test('finds one that another key signed', async () => {
    const { out, failed } = await verify(file('good.json'), '--key', file('other.pem'));
    expect([failed, out]).toEqual([true, expect.stringContaining('which is not the one given')]);
  });

  test('says of bad input what to do', async () => {
    await writeFile(file('none.json'), '{"format":"countersign/receipt/1"}');
    await writeFile(file('newer.json'), '{"format":"countersign/receipt/2"}');
    await expect(verify(file('none.json'))).rejects.toThrow('this is no receipt: case');
    await expect(verify(file('newer.json'))).rejects.toThrow('this version reads countersign/receipt/1');
    await expect(verify(file('good.json'), '--key', file('none.json'))).rejects.toThrow('holds no public key (PEM)');
    await expect(verify(file('good.json'), '--key', file('missing'))).rejects.toThrow('cannot be read (ENOENT)');
    await expect(verify('--key', file('public.pem'))).rejects.toThrow('--key is for a receipt');
    await writeFile(file('private.pem'), keyPair().privatePem);
    await expect(verify(file('good.json'), '--key', file('private.pem'))).rejects.toThrow('no Ed25519 public key');
  });
});
