import { beforeAll, expect, test } from 'vitest';
import { invoiceSamples, type Sample } from '../../src/dev/samples.ts';
import { verdictSignal } from '../../src/messages.ts';
import { decide, ended, inReview, submit, until, type Fixture } from './fixture.ts';

const CASE = 'case/invoice-intake/judged';

/** Everything that can be wrong with a verdict, on one case that waits through all of it and is then decided. */
export function badVerdicts(fixture: () => Fixture): void {
  let seen = '';
  let output: Record<string, unknown> = {};
  const good = () => ({ caseId: CASE, verdictId: 'good', verdict: 'approve', by: 'kim', seen });

  beforeAll(async () => {
    const sample = await sampleOf('inv-01-03a-1');
    const { name, bytes } = sample.document;
    const documents = [{ name, base64: Buffer.from(bytes).toString('base64') }];
    const body = { packId: 'invoice-intake', caseKey: 'judged', submittedBy: 'ann', documents };
    expect((await submit(fixture(), body)).status).toBe(201);
    const task = await inReview(fixture(), CASE);
    ({ seen } = task);
    output = task.output ?? {};
    expect(task.brokenHardRules).toEqual([]);
  });

  type Bad = [what: string, change: () => object, status: number, code: string, detail: RegExp];
  const bad: Bad[] = [
    ['no verdict', () => ({ verdict: 'maybe' }), 422, 'malformed', /verdict: /],
    [
      'nothing but the case',
      () => ({ verdictId: 'v0', verdict: undefined, by: undefined }),
      422,
      'malformed',
      /verdict: /,
    ],
    ['nobody', () => ({ by: '' }), 422, 'malformed', /by: /],
    ['an amount for a name', () => ({ by: 12 }), 422, 'malformed', /by: /],
    ['no id', () => ({ verdictId: undefined }), 422, 'malformed', /verdictId: /],
    ['a field too many', () => ({ sudo: true }), 422, 'malformed', /"sudo"/],
    ['reject without a reason', () => ({ verdict: 'reject' }), 422, 'malformed', /reason: /],
    ['reject with a blank reason', () => ({ verdict: 'reject', reason: ' ' }), 422, 'malformed', /reason: /],
    ['what was not seen', () => ({ verdictId: 'v1', seen: 'abcdef012345' }), 409, 'stale', /^seen: 'abcdef012345'/],
    ['who submitted it', () => ({ verdictId: 'v2', by: 'ann' }), 403, 'four-eyes', /^by: ann submitted this case/],
    [
      'confirm, where nothing is in doubt',
      () => ({ verdictId: 'v3', verdict: 'confirm', reason: 'done' }),
      409,
      'not-allowed-here',
      /^verdict: confirm is only for/,
    ],
    ['amend without an output', () => ({ verdictId: 'v4', verdict: 'amend' }), 422, 'malformed', /output: /],
    [
      'amend with values of the wrong kind: each field is named',
      () => amendment('v5', { payable: 'a lot', issueDate: 'tomorrow' }),
      422,
      'amendment-invalid',
      /issueDate: .*payable: |payable: .*issueDate: /,
    ],
    ['amend with a field that is none', () => amendment('v6', { payabel: 1 }), 422, 'amendment-invalid', /"payabel"/],
    [
      'amend against a hard rule: the rule is named',
      () => amendment('v7', { netTotal: 1 }),
      422,
      'rule-broken',
      /totals-add-up: /,
    ],
  ];
  const amendment = (verdictId: string, change: object) => ({
    ...{ verdictId, verdict: 'amend', output: { ...output, ...change } },
  });

  test.each(bad)('refused, recorded, and the case still waits: %s', async (_, change, status, code, detail) => {
    const before = await recorded(fixture());
    const body = { ...good(), ...change() };
    const answer = await decide(fixture(), body);
    expect([answer.status, answer.body]).toEqual([
      status,
      expect.objectContaining({ code, detail: expect.stringMatching(detail) }),
    ]);
    const after = await recorded(fixture());
    expect(after.refused).toBe(before.refused + 1);
    expect(after.codes.at(-1)).toBe(code);
    expect(await waits(fixture())).toBe(seen);

    // The same again is answered the same, and not recorded again.
    const again = await decide(fixture(), body);
    expect([again.status, again.body]).toEqual([answer.status, answer.body]);
    expect(await recorded(fixture())).toEqual(after);
  });

  test('a used id with other content is refused and recorded', async () => {
    const before = await recorded(fixture());
    const answer = await decide(fixture(), { ...good(), verdictId: 'v1' });
    expect([answer.status, answer.body]).toEqual([409, expect.objectContaining({ code: 'verdict-id-reused' })]);
    expect((await recorded(fixture())).refused).toBe(before.refused + 1);
    expect(await waits(fixture())).toBe(seen);
  });

  test('for a case that is not there, or none at all', async () => {
    const unknown = await decide(fixture(), { ...good(), caseId: 'case/invoice-intake/nix' });
    expect([unknown.status, unknown.body.detail]).toEqual([422, "caseId: there is no case 'case/invoice-intake/nix'"]);
    const none = await decide(fixture(), { ...good(), caseId: undefined });
    expect([none.status, none.body.detail]).toEqual([422, expect.stringMatching(/^caseId: name the case/)]);
  });

  test('garbage by raw signal is refused and recorded; the case still waits', async () => {
    const before = await recorded(fixture());
    const handle = fixture().temporal.workflow.getHandle(CASE);
    const garbage = ['approve', 42, null, true, [], {}, { ...good(), caseId: undefined, reason: 7 }];
    for (const message of garbage) await handle.signal(verdictSignal, message);
    const { caseId: _, ...rejection } = { ...good(), verdictId: 's1', verdict: 'reject' };
    await handle.signal(verdictSignal, rejection);
    await handle.signal('verdict');
    const sent = garbage.length + 2;
    await until('every signal is recorded', async () => (await recorded(fixture())).refused >= before.refused + sent);
    const after = await recorded(fixture());
    expect(after.bySignal).toBe(sent);
    expect(new Set(after.codes.slice(-sent))).toEqual(new Set(['malformed']));
    expect(await waits(fixture())).toBe(seen);
  });

  test('then a good one decides, is answered the same when repeated, and a late one changes nothing', async () => {
    const answer = await decide(fixture(), good());
    expect([answer.status, answer.body]).toEqual([200, { accepted: true, verdictId: 'good' }]);
    expect(await decide(fixture(), good())).toEqual(answer);
    expect((await ended(fixture(), CASE)).outcome).toBe('written');
    expect(await decide(fixture(), good())).toEqual(answer);

    const before = await recorded(fixture());
    const late = await decide(fixture(), { ...good(), verdictId: 'late', verdict: 'reject', reason: 'no' });
    expect([late.status, late.body]).toEqual([409, expect.objectContaining({ code: 'case-not-waiting' })]);
    expect(late.body.detail).toMatch(/closed \(written\)/);
    expect((await recorded(fixture())).refused).toBe(before.refused + 1);
    const file = await fixture().ledger.reads.caseFile(CASE);
    expect(file?.record.outcome).toBe('written');
    expect(file?.decisions.map(({ kind, by }) => [kind, by])).toEqual([['accept', { kind: 'reviewer', name: 'kim' }]]);
    expect(file?.verdicts.filter(({ accepted }) => accepted)).toHaveLength(1);
  });
}

/** A sample invoice by its key. */
export async function sampleOf(key: string): Promise<Sample> {
  const sample = (await invoiceSamples()).find(({ caseKey }) => caseKey === key);
  if (!sample) throw new Error(`the sample ${key} is gone`);
  return sample;
}

/** The digest of the open question; undefined when nobody is asked. */
async function waits({ ledger }: Fixture): Promise<string | undefined> {
  return (await ledger.reviews.openTask(CASE))?.seen;
}

/** Refused verdicts in the ledger; the audit trail must tell of each of them too. */
async function recorded({ ledger }: Fixture) {
  const file = await ledger.reads.caseFile(CASE);
  const verdicts = (file?.verdicts ?? []).filter(({ accepted }) => !accepted);
  const entries = (file?.audit ?? []).filter(({ kind }) => kind === 'verdict-refused');
  expect(entries).toHaveLength(verdicts.length);
  return {
    refused: verdicts.length,
    codes: verdicts.map(({ refusal }) => refusal?.code),
    bySignal: entries.filter(({ data }) => data['channel'] === 'signal').length,
  };
}
