import { describe, expect, it, test } from 'vitest';
import { attest } from '../../src/activities/attest.ts';
import { digestOfAmendment, digestOfShown } from '../../src/countersignature/shown.ts';
import { isSigned } from '../../src/countersignature/statement.ts';
import type { Person } from '../../src/domain/access.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { testSigner } from '../support/signing-key.ts';
import { CASE, decided, waiting } from './arrange.ts';

const twoMust = () => testPack({ review: { ...definition().review, levels: [{ when: {}, approvals: 2 }] } });

/** A pack that names the supplier's account as a live fact. */
const withAccount = () =>
  testPack({
    recheckAtWrite: {
      account: {
        title: 'the account of the supplier',
        read: async ({ supplier }, feeds) => (await feeds.lookUp('suppliers', supplier))?.data['account'],
        show: (value) => (typeof value === 'string' ? `ending ${value.slice(-2)}` : 'none'),
      },
    },
  });
const account = (value: string) => ({ key: 'ACME', text: '', data: { account: value } });

describe('the digest of a question', () => {
  it('begins with what people carry along, and is that of everything shown', async () => {
    const { question, ledger, ports } = await waiting();
    const [task] = ledger.tasks;
    expect(task?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(task?.digest.slice(0, 12)).toBe(question.seen);
    await ports.reviews.record({
      ...{
        caseId: CASE,
        channel: 'signal',
        contentHash: 'x',
        decide: { taskNo: 1, kind: 'reject', output: null, effects: [] },
      },
      verdict: { verdict: 'reject', verdictId: 'x', by: 'rita', seen: question.seen, reason: 'no' },
    });
    const ground = await ports.countersignatures.ground(CASE, 1);
    expect(ground?.shown && digestOfShown(ground.shown)).toBe(task?.digest);
    expect(ground?.shown).toMatchObject({
      documents: [{ name: 'a.txt' }],
      model: { provider: 'p', model: 'm-1', responseModel: 'm-1', requestHash: expect.any(String) },
      policy: { packId: 'test-pack', approvals: 1, review: { fourEyes: true } },
      effects: [{ request: { amount: 12, supplier: 'ACME' } }, { request: { amount: 12 } }],
    });
  });

  it('is not taken from a verdict that carries another one', async () => {
    const { judge, ledger } = await waiting();
    const other = { digest: 'f'.repeat(64) };
    expect((await judge(other)).answer).toMatchObject({
      refusal: { code: 'stale', message: expect.stringMatching(/^digest: 'f+' is not/) },
    });
    expect((await judge({ verdictId: 'v-2', digest: 'short' })).answer).toMatchObject({
      refusal: { code: 'malformed' },
    });
    const digest = ledger.tasks[0]?.digest ?? '';
    expect((await judge({ verdictId: 'v-3', digest })).answer).toMatchObject({ accepted: true });
    expect(ledger.signed).toHaveLength(1);
  });
});

describe('a verdict that is taken is signed', () => {
  it('with who said what on which digest', async () => {
    const { judge, ledger } = await waiting();
    await judge({});
    const [signed] = ledger.signed;
    expect(signed?.statement).toEqual({
      ...{ format: 'countersign/statement/1', caseId: CASE, taskNo: 1, verdictId: 'v-1', verdict: 'approve' },
      ...{ by: 'rita', identity: 'unauthenticated', digest: ledger.tasks[0]?.digest, at: '2026-03-02T09:00:00.000Z' },
      keyId: testSigner.keyId,
    });
    const verify = (text: string, signature: string, keyId: string) => testSigner.verify(text, signature, keyId);
    expect(signed && isSigned(signed, verify)).toBe(true);
  });

  it('an amendment also with the digest of what is written in place of the proposal', async () => {
    const { judge, ledger } = await waiting();
    await judge({ verdict: 'amend', output: { amount: 13, supplier: 'ACME' } });
    const [decision] = ledger.decisions;
    const [signed] = ledger.signed;
    expect(decision && signed?.statement.amendedDigest).toBe(
      decision && digestOfAmendment(ledger.tasks[0]?.digest ?? '', decision),
    );
  });

  it('a refused one is not', async () => {
    const { judge, ledger } = await waiting();
    await judge({ by: 'sam' });
    await judge({ verdictId: 'v-2', seen: 'stale-seen' });
    expect(ledger.refusals).toHaveLength(2);
    expect(ledger.signed).toEqual([]);
  });

  it('each of several on the same digest; all of them are needed for the write', async () => {
    const { judge, ledger, activities, sink } = await waiting(undefined, fakePorts(twoMust()));
    await judge({});
    await judge({ verdictId: 'v-2', by: 'lea' });
    expect(new Set(ledger.signed.map(({ statement }) => statement.digest)).size).toBe(1);
    const write = () => activities.write({ caseId: CASE, decisionNo: 1, effect: 'post', last: false });
    const [first] = ledger.signed.splice(0, 1);
    expect(await write()).toMatchObject({
      kind: 'held-back',
      because: [{ message: expect.stringMatching(/rita, who did not sign/) }],
    });
    expect(sink.calls).toEqual([]);
    if (first) ledger.signed.push(first);
    expect(await write()).toMatchObject({ kind: 'applied' });
  });

  it('an amendment that is put to others counts as the approval of who made it', async () => {
    const { judge, ledger, activities } = await waiting(undefined, fakePorts(twoMust()));
    const amended = await judge({ verdict: 'amend', output: { amount: 13, supplier: 'ACME' } });
    if (amended.then?.kind !== 'asked-anew') throw new TypeError('expected a new question');
    expect(ledger.tasks[1]?.amends).toEqual({ taskNo: 1, digest: ledger.tasks[0]?.digest });
    await judge({ verdictId: 'v-2', by: 'lea', seen: amended.then.question.seen });
    const write = () => activities.write({ caseId: CASE, decisionNo: 1, effect: 'post', last: false });
    const [first] = ledger.signed.splice(0, 1);
    expect(await write()).toMatchObject({
      because: [{ message: expect.stringMatching(/1 of 2 approvals are signed/) }],
    });
    if (first) ledger.signed.push(first);
    expect(await write()).toMatchObject({ kind: 'applied' });
  });

  it('a withdrawal on the digest of what was approved', async () => {
    const undo = [{ when: {}, for: '10 minutes' }] as const;
    const { judge, ledger } = await waiting(
      undefined,
      fakePorts(testPack({ review: { ...definition().review, undo } })),
    );
    await judge({});
    const other = { verdictId: 'w-1', verdict: 'withdraw', digest: 'f'.repeat(64) } as const;
    expect((await judge(other)).answer).toMatchObject({ refusal: { code: 'stale' } });
    await judge({ verdictId: 'w-2', verdict: 'withdraw' });
    expect(ledger.signed.map(({ statement }) => [statement.verdict, statement.digest])).toEqual([
      ['approve', ledger.tasks[0]?.digest],
      ['withdraw', ledger.tasks[0]?.digest],
    ]);
  });
});

describe('who approved as somebody', () => {
  /** Rita approves with a session; what the directory says of her at the write is the test's. */
  async function approved(later: Partial<Person> | null) {
    const fakes = fakePorts();
    const rita: Person = {
      personId: 'rita',
      name: 'Rita',
      email: null,
      roles: ['lead'],
      groups: ['clerks'],
      disabled: false,
    };
    let now: Person | undefined = rita;
    fakes.ports.access.person = () => Promise.resolve(now);
    const { judge, question, activities, ledger, sink } = await waiting(undefined, fakes);
    const verdict = { verdictId: 'v-1', verdict: 'approve', by: 'rita', seen: question.seen } as const;
    const attestation = attest(fakes.ports, CASE, verdict, { personId: 'rita', via: 'session' });
    expect((await judge({ attestation })).answer).toMatchObject({ accepted: true });
    expect(ledger.signed[0]?.statement).toMatchObject({ by: 'rita', identity: 'session' });
    now = later === null ? undefined : { ...rita, ...later };
    return { write: (effect = 'post') => activities.write({ caseId: CASE, decisionNo: 1, effect, last: false }), sink };
  }

  it.each<[string, Partial<Person> | null]>([
    ['is disabled', { disabled: true }],
    ['has another role now', { roles: ['auditor'] }],
    ['has no part in the pack any more', { packs: ['another'] }],
    ['is not in the directory any more', null],
  ])('and %s before the write: nothing is written, it is asked again', async (_, later) => {
    const { write, sink } = await approved(later);
    const because = [{ code: 'fact-changed', message: 'rita, who approved it, may not decide any more' }];
    expect(await write()).toEqual({ kind: 'held-back', because });
    expect(sink.calls).toEqual([]);
  });

  it('and is only away holds nothing back', async () => {
    const { write } = await approved({ absence: { until: '2027-01-01T00:00:00Z', substitute: null } });
    expect(await write()).toMatchObject({ kind: 'applied' });
  });
});

describe('a live fact', () => {
  it('that is as it was holds nothing back', async () => {
    const fakes = fakePorts(withAccount());
    fakes.feeds.set('suppliers/ACME', account('DE11'));
    const { write } = await decided(fakes);
    expect(await write()).toMatchObject({ kind: 'applied' });
  });

  test.each([
    ['policy', async (fakes: ReturnType<typeof fakePorts>) => void (await decided(fakes))],
    [
      'a reviewer',
      async (fakes: ReturnType<typeof fakePorts>) => void (await (await waiting(undefined, fakes)).judge({})),
    ],
  ])(
    'that changed before the write of what %s decided: nothing is written, and the question says what changed',
    async (_, decide) => {
      const fakes = fakePorts(withAccount());
      const { activities, feeds, ledger, sink, pack } = fakes;
      feeds.set('suppliers/ACME', account('DE11'));
      await decide(fakes);
      feeds.set('suppliers/ACME', account('DE22'));
      const written = await activities.write({ caseId: CASE, decisionNo: 1, effect: 'post', last: false });
      const message = 'the account of the supplier changed since the decision: it was ending 11, it is ending 22 now';
      const because = [{ code: 'fact-changed', message }] as const;
      expect(written).toEqual({ kind: 'held-back', because });
      expect([sink.calls, ledger.held]).toEqual([[], ['account']]);

      const input = { caseId: CASE, packHash: pack.hash, taskNo: 2, decisionNo: 1, because: [...because] };
      const question = await activities.validate(input);
      expect(question).toMatchObject({ kind: 'review', reasons: because, effects: ['Post 12', 'Pay 12'] });
      const task = ledger.tasks.at(-1);
      expect(task).toMatchObject({ output: { amount: 12, supplier: 'ACME' }, callId: 'call-1' });
      expect(task?.facts?.['account']?.value).toBe('DE22');

      const message_ = { verdictId: 'v-9', verdict: 'approve', by: 'rita', seen: task?.seen };
      await activities.judgeVerdict({ caseId: CASE, channel: 'update', message: message_ });
      const again = await activities.write({ caseId: CASE, decisionNo: 2, effect: 'post', last: false });
      expect(again).toMatchObject({ kind: 'applied' });
    },
  );

  it('is read for the amended values, and held against them', async () => {
    const fakes = fakePorts(withAccount());
    fakes.feeds.set('suppliers/ACME', account('DE11'));
    fakes.feeds.set('suppliers/BETA', { ...account('DE33'), key: 'BETA' });
    const { judge, activities, ledger } = await waiting(undefined, fakes);
    await judge({ verdict: 'amend', output: { amount: 12, supplier: 'BETA' } });
    expect(ledger.decisions[0]?.facts?.['account']?.value).toBe('DE33');
    fakes.feeds.set('suppliers/ACME', account('DE99'));
    const write = () => activities.write({ caseId: CASE, decisionNo: 1, effect: 'post', last: false });
    fakes.feeds.delete('suppliers/BETA');
    expect(await write()).toMatchObject({
      because: [{ message: expect.stringMatching(/was ending 33, it is none now/) }],
    });
    fakes.feeds.set('suppliers/BETA', { ...account('DE33'), key: 'BETA' });
    expect(await write()).toMatchObject({ kind: 'applied' });
  });

  it('is not looked at any more once the write has begun: a changed one does not undo half of it', async () => {
    const fakes = fakePorts(withAccount());
    fakes.feeds.set('suppliers/ACME', account('DE11'));
    const { write } = await decided(fakes);
    expect(await write('post')).toMatchObject({ kind: 'applied' });
    fakes.feeds.set('suppliers/ACME', account('DE22'));
    expect(await write('pay', true)).toMatchObject({ kind: 'applied' });
  });

  it('that cannot be read because the pack version is gone holds the write back; without facts it does not', async () => {
    const fakes = fakePorts(withAccount());
    const { write, usePacks, sink } = await decided(fakes);
    usePacks([testPack({ version: '2.0.0' })]);
    expect(await write()).toMatchObject({ kind: 'held-back', because: [{ code: 'pack-moved' }] });
    expect(sink.calls).toEqual([]);
  });

  test('a new version of the pack alone is no change', async () => {
    const fakes = fakePorts(withAccount());
    const { write, usePacks, pack } = await decided(fakes);
    usePacks([pack, withAccount()]);
    expect(await write()).toMatchObject({ kind: 'applied' });
  });

  it.each([
    [{ Account: { title: 'x' } }, "recheckAtWrite: 'Account' must be kebab-case"],
    [{ account: { title: ' ' } }, 'recheckAtWrite.account.title: say what people call it'],
  ])('of a definition that cannot work stops the program: %o', (facts, fault) => {
    const made = Object.entries(facts).map(([name, { title }]) => [name, { title, read: async () => 1, show: String }]);
    expect(() => testPack({ recheckAtWrite: Object.fromEntries(made) })).toThrow(fault);
  });
});
