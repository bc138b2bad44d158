import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyReceipt } from '../../src/countersignature/verify-receipt.ts';
import { countersign, type Ran } from './command.ts';
import { startFixture, type Fixture } from './fixture.ts';

const samples = fileURLToPath(new URL('../../samples/invoice-intake/', import.meta.url));
const document = (name: string) => join(samples, 'documents', name);

let fixture: Fixture;
let folder = '';
const run = async (args: readonly string[], stdin?: string): Promise<Ran> =>
  await countersign(fixture.stack.apiUrl, args, stdin);
/** The case whose line in the summary names the file. */
const caseIn = ({ out }: Ran, file: string): string => {
  const line = out.split('\n').find((one) => one.includes(file)) ?? '';
  return /case\/\S+/.exec(line)?.[0] ?? `no case of ${file} in: ${out}`;
};

beforeAll(async () => {
  fixture = await startFixture();
  folder = await mkdtemp(join(tmpdir(), 'countersign-cli-'));
  const mixed = join(folder, 'mixed');
  await mkdir(join(mixed, 'more'), { recursive: true });
  await cp(document('inv-01-01a-1.pdf'), join(mixed, 'letter.pdf'));
  await cp(document('inv-01-02a-1.eml'), join(mixed, 'mail.eml'));
  await cp(document('inv-01-03a-1.txt'), join(mixed, 'more', 'plain.txt'));
  await cp(join(samples, 'multi', 'multi-1.eml'), join(mixed, 'two.eml'));
  await writeFile(join(mixed, 'broken.pdf'), (await readFile(document('inv-01-01a-2.pdf'))).subarray(0, 900));
  await writeFile(join(mixed, 'empty.txt'), '');
  await writeFile(join(mixed, '.hidden.txt'), 'not for anybody');
});
afterAll(async () => {
  await fixture?.close();
  await rm(folder, { recursive: true, force: true });
});

const submitMixed = () => run(['submit', join(folder, 'mixed'), '--pack', 'invoice-intake', '--wait']);

test('a folder of mixed files: what can be read is a case each, the others are named, nothing hidden is sent', async () => {
  const first = await submitMixed();
  expect(first.code).toBe(1);
  expect(first.out).toMatch(/refused +\S+broken\.pdf +broken\.pdf: the PDF is damaged/);
  expect(first.out).toMatch(/refused +\S+empty\.txt +it is empty/);
  expect(first.out).not.toContain('hidden');
  expect(first.out).toMatch(/letter\.pdf +case\/invoice-intake\/letter-[0-9a-f]{8} +review$/m);
  expect(first.out).toMatch(/two\.eml +case\/invoice-intake\/two-[0-9a-f]{8} +split$/m);
  expect(first.out).toMatch(/^4 submitted, 2 refused$/m);
  expect(first.err).toBe('');

  const again = await submitMixed();
  expect([again.code, again.out]).toEqual([1, expect.stringMatching(/^0 submitted, 4 already known, 2 refused$/m)]);
  const { out } = await run(['list', '--pack', 'invoice-intake']);
  expect(out.trim().split('\n')).toHaveLength(1 + 4 + 2);

  const parts = [1, 2].map((number) => `${caseIn(first, 'two.eml')}#${number}`);
  for (const part of parts) {
    const shown = await run(['show', part]);
    expect([shown.code, shown.out]).toEqual([0, expect.stringMatching(/Rechnung_F-16-\d+\.pdf +application\/pdf/)]);
  }
});

test('a CSV file, standard input as one text, and as lines', async () => {
  const csv = join(folder, 'rows.csv');
  const rows = [
    'id,text,note',
    'm1,"My card was ""declined"", twice',
    'and I do not know why",x',
    'm2,Tell me a joke,y',
  ];
  await writeFile(csv, `${rows.join('\r\n')}\r\n`);
  const submitted = await run(['submit', csv, '--pack', 'ticket-triage', '--wait']);
  expect([submitted.code, submitted.out]).toEqual([0, expect.stringMatching(/^2 submitted, 0 refused$/m)]);
  expect(submitted.out).toMatch(/rows\.csv row 1 +case\/ticket-triage\/m1 /);
  const stored = await fixture.ledger.cases.input('case/ticket-triage/m1');
  expect(stored?.sources[0]?.text).toBe('My card was "declined", twice\nand I do not know why');

  const whole = await run(['submit', '-', '--pack', 'ticket-triage', '--key', 'typed'], 'How do I change my PIN?\n');
  expect([whole.code, whole.out]).toEqual([0, expect.stringContaining('case/ticket-triage/typed')]);
  const lines = await run(['submit', '-', '--lines', '--pack', 'ticket-triage'], 'I lost my card\n\nTell me a story\n');
  expect([lines.code, lines.out]).toEqual([0, expect.stringMatching(/^line 1 .*\nline 3 .*\n2 submitted/)]);
  const nothing = await run(['submit', '-', '--pack', 'ticket-triage'], '');
  expect([nothing.code, nothing.out]).toEqual([1, expect.stringMatching(/refused +standard input +it is empty/)]);
});

test('list, show, approve: the timeline tells every step from receipt to write', async () => {
  const known = await submitMixed();
  const caseId = caseIn(known, 'plain.txt');
  const key = caseId.split('/')[2] ?? '';
  const listed = await run(['list', '--stage', 'review']);
  expect(listed.out).toMatch(new RegExp(`^invoice-intake/${key} +review `, 'm'));

  const own = await run(['approve', key]);
  expect([own.code, own.err]).toEqual([
    1,
    expect.stringMatching(/^Refused \(four-eyes\): by: ann submitted this case/),
  ]);
  const stale = await run(['approve', key, '--by', 'kim', '--seen', 'abcdef012345']);
  expect([stale.code, stale.err]).toEqual([1, expect.stringMatching(/^Refused \(stale\): /)]);
  const approved = await run(['approve', key, '--by', 'kim']);
  expect([approved.code, approved.err]).toEqual([0, '']);
  expect(approved.out).toMatch(
    /On approve\n {2}- Post 182\.20 EUR to accounts payable\n[^]*Taken: approve by kim\.\n$/,
  );
  await run(['submit', join(folder, 'mixed', 'more'), '--pack', 'invoice-intake', '--wait']);

  const { out, code } = await run(['show', key]);
  expect(code).toBe(0);
  const timeline = /^Timeline\n((?: {2}.*\n)+)/m.exec(out)?.[1] ?? '';
  const steps = timeline.split('\n').filter((line) => line !== '');
  const told = [
    'received through api, 1 document',
    'read and checked, 2 findings; pack version',
    'stand-in-large answered in ',
    'accounts-payable asked to decide, 1 reason',
    'verdict refused (ann): by: ann submitted this case',
    "verdict refused (kim): seen: 'abcdef012345' is not what is asked now",
    'kim: approve',
    'accepted by kim',
    'Post 182.20 EUR to accounts payable: writing',
    'Post 182.20 EUR to accounts payable: written as postings-',
    'Propose payment of 182.20 EUR: writing',
    'Propose payment of 182.20 EUR: written as payment-proposals-',
    'closed: written',
  ];
  expect(steps).toEqual(told.map((step) => expect.stringContaining(step)));
  const late = await run(['approve', key, '--by', 'kim']);
  expect([late.code, late.err]).toEqual([
    1,
    expect.stringMatching(/^Nobody is asked about .*; it has ended: written\./),
  ]);
  expect(JSON.parse((await run(['show', key, '--json'])).out)).toMatchObject({ caseId, outcome: 'written' });
});

test('amend and reject', async () => {
  const known = await submitMixed();
  const [letter, mail] = [caseIn(known, 'letter.pdf'), caseIn(known, 'mail.eml')];
  const amend = async (...changes: string[]) =>
    await run(['amend', letter, '--by', 'kim', ...changes.flatMap((change) => ['--set', change])]);
  expect(await amend()).toMatchObject({ code: 1, err: expect.stringMatching(/^Say what to change: --set /) });
  expect(await amend('payable=a lot')).toMatchObject({ code: 1, err: "--set payable: 'a lot' is no number.\n" });
  expect((await amend('issueDate=tomorrow')).err).toMatch(/^Refused \(amendment-invalid\): .*issueDate: /);
  expect((await amend('netTotal=1')).err).toMatch(/^Refused \(rule-broken\): .*totals-add-up: /);
  const done = await amend('supplierName=Elbkontor Trading GmbH', 'vatBreakdown.0.ratePercent=7');
  expect([done.code, done.err]).toEqual([0, '']);
  expect(done.out).toMatch(/Changed\n {2}supplierName {2}.* -> {2}Elbkontor Trading GmbH\n\n/);
  expect(done.out).toMatch(/Taken: amend by kim\.\n$/);

  const without = await run(['reject', mail, '--by', 'kim']);
  expect([without.code, without.err]).toEqual([1, expect.stringContaining("required option '--reason <text>'")]);
  const rejected = await run(['reject', mail, '--by', 'kim', '--reason', 'the VAT id is wrong']);
  expect([rejected.code, rejected.out]).toEqual([0, expect.stringMatching(/Taken: reject by kim\.\n$/)]);
  const shown = await run(['show', mail]);
  expect(shown.out).toMatch(/^\S+ {2}rejected\n/);
  expect(shown.out).toContain('reason: the VAT id is wrong');
});

test('the audit trail is exported, verified, and found out when it was changed', async () => {
  const own = await run(['verify']);
  expect([own.code, own.out]).toEqual([0, expect.stringMatching(/^\d+ entries of \d+ cases: chains intact\n$/)]);
  const file = join(folder, 'trail.ndjson');
  const exported = await run(['audit', 'export', file]);
  expect([exported.code, exported.out]).toEqual([0, expect.stringContaining(`countersign verify --file ${file}`)]);
  expect((await run(['verify', '--file', file])).out).toMatch(/chains intact\n$/);
  const over = await run(['audit', 'export', file]);
  expect([over.code, over.err]).toEqual([1, `'${file}' exists; give another name.\n`]);

  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const at = lines.findIndex((line) => line.includes('"kind":"verdict-accepted"'));
  const faulty = async (changed: string[]) => {
    const other = join(folder, 'changed.ndjson');
    await writeFile(other, `${changed.join('\n')}\n`);
    const { code, out } = await run(['verify', '--file', other]);
    return { code, out };
  };
  const forged = lines.with(at, (lines[at] ?? '').replace('"by":"kim"', '"by":"ann"'));
  expect(await faulty(forged)).toEqual({
    code: 1,
    out: expect.stringMatching(/^case\/\S+, entry \d+: its content was changed.*\n.*: 1 fault\n$/),
  });
  expect(await faulty(lines.toSpliced(at, 1))).toEqual({
    code: 1,
    out: expect.stringMatching(/missing before it: entry/),
  });
  expect(await faulty(lines.slice(0, -1))).toEqual({ code: 1, out: expect.stringMatching(/the end may be cut off/) });
});

test('the receipt of every case holds, checked with nothing but the public key; a changed one does not', async () => {
  const answer = await fetch(`${fixture.stack.apiUrl}/v1/cases?limit=200`);
  const { cases } = (await answer.json()) as { cases: { caseId: string; outcome: string | null }[] };
  expect(cases.filter(({ outcome }) => outcome === 'written').length).toBeGreaterThan(2);
  for (const { caseId } of cases) {
    const { out } = await run(['receipt', caseId]);
    const checked = verifyReceipt(JSON.parse(out)).filter(({ faults }) => faults.length > 0);
    expect(checked, caseId).toEqual([]);
  }
  const { caseId = '' } = cases.find(({ outcome }) => outcome === 'written') ?? {};
  const [file, key] = [join(folder, 'receipt.json'), join(folder, 'public.pem')];
  expect((await run(['receipt', caseId, '--out', file])).out).toContain(`countersign verify ${file} --key PUBLIC.pem`);
  const text = await readFile(file, 'utf8');
  const { issued } = JSON.parse(text) as { issued: { keys: { pem: string }[] } };
  await writeFile(key, issued.keys[0]?.pem ?? '');
  const away = 'http://127.0.0.1:9';
  const good = await countersign(away, ['verify', file, '--key', key]);
  expect([good.code, good.out]).toEqual([0, expect.stringMatching(/What was written is what was signed\.\n$/)]);
  await writeFile(file, text.replace(/"state":"applied"/, '"state":"refused"'));
  const changed = await countersign(away, ['verify', file, '--key', key]);
  expect([changed.code, changed.out]).toEqual([1, expect.stringMatching(/^FAULT/m)]);
});

test('what is not there is said in one sentence, with exit code 1', async () => {
  const { out } = await run(['packs']);
  expect(out).toMatch(/^invoice-intake +Supplier invoices +.*application\/pdf/m);
  expect(out).toMatch(/^ticket-triage /m);
  const asked = async (args: string[], url = fixture.stack.apiUrl) => {
    const { code, err } = await countersign(url, args);
    return [code, err];
  };
  const oneLine = (pattern: RegExp) => [1, expect.stringMatching(pattern)];
  expect(await asked(['show', 'nix'])).toEqual(oneLine(/^There is no case 'nix'; .*countersign list\n$/));
  expect(await asked(['show', 'case/invoice-intake/nix'])).toEqual(oneLine(/^There is no case '.*<caseKey>\.\n$/));
  expect(await asked(['submit', folder, '--pack', 'nope'])).toEqual(oneLine(/^--pack: there is no pack 'nope'; .*\n$/));
  expect(await asked(['nonsense'])).toEqual(oneLine(/^error: unknown command 'nonsense'\n/));
  const away = oneLine(/^No Countersign API at http:\/\/127\.0\.0\.1:9; start it with npm start or set --url\.\n$/);
  for (const args of [['list'], ['show', 'm1'], ['verify'], ['submit', folder]])
    expect(await asked(args, 'http://127.0.0.1:9')).toEqual(away);
});
