import { describe, expect, it, test } from 'vitest';
import { attest } from '../../src/activities/attest.ts';
import type { Attestation } from '../../src/domain/attestation.ts';
import { ROLES, type Person, type Role } from '../../src/domain/access.ts';
import { createSigner } from '../../src/adapters/signing.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { keyPair } from '../support/signing-key.ts';
import { CASE, waiting } from './arrange.ts';

const accepted = { answer: { accepted: true } };
const refused = (code: string, message = /^(by|attestation): /) => ({
  answer: { accepted: false, refusal: { code, message: expect.stringMatching(message) } },
});
const FIRST = 'clerks';
const SECOND = 'heads';
const RITA: Person = {
  ...{ personId: 'rita', name: 'Rita', email: null, roles: ['reviewer'], groups: [FIRST], disabled: false },
};

const { review: policy } = definition();

type Said = Record<string, unknown>;
const REJECT = { verdict: 'reject', reason: 'no' };
const VERDICTS: [string, Said][] = [
  ['approve', { verdict: 'approve' }],
  ['amend', { verdict: 'amend', output: { amount: 13, supplier: 'ACME' } }],
  ['reject', REJECT],
];

/** A waiting case of a deployment that requires access, with Rita in the directory as `rita` changes her. */
async function desk(rita: Partial<Person> | null = {}, review: Partial<typeof policy> = {}) {
  const people = new Map<string, Person>(rita === null ? [] : [['rita', { ...RITA, ...rita }]]);
  const pack = testPack({ review: { ...policy, groups: [FIRST, SECOND], fourEyes: false, ...review } });
  const fakes = fakePorts(pack);
  fakes.ports.access.mode = 'required';
  fakes.ports.access.person = (id) => Promise.resolve(people.get(id));
  fakes.ports.access.people = () => Promise.resolve([...people.values()]);
  const case_ = await waiting({ probability: 0.1 }, fakes);
  const { seen } = case_.question;
  const full = (said: Said): Said => ({ verdictId: 'v-1', verdict: 'approve', by: 'rita', seen, ...said });
  const sign = (said: Said, who: Partial<Attestation> = {}, caseId = CASE, signer = fakes.ports.signer) =>
    attest({ signer, clock: fakes.ports.clock }, caseId, full(said), { personId: 'rita', via: 'session', ...who });
  const say = (said: Said, attestation: unknown) =>
    case_.judge({ ...said, ...(attestation === undefined ? {} : { attestation }) });
  return { ...case_, people, sign, say, signed: (said: Said = {}) => say(said, sign(said)) };
}

describe('each role, each verdict', () => {
  const MAY: readonly Role[] = ['reviewer', 'lead'];
  const cells = ROLES.flatMap((role) =>
    VERDICTS.map(([name, said]) => ({ role, name, said, may: MAY.includes(role) })),
  );
  test.each(cells)('$role $name: $may', async ({ role, said, may }) => {
    const { signed, ledger } = await desk({ roles: [role] });
    expect(await signed(said)).toMatchObject(may ? accepted : refused('not-entitled'));
    expect(ledger.decisions).toHaveLength(may ? 1 : 0);
    expect(ledger.verdicts[0]?.authentication).toMatchObject({ via: 'session', personId: 'rita' });
  });
});

describe('who is asked', () => {
  test.each<[string, Partial<Person>, boolean]>([
    ['a member of the group that is asked', {}, true],
    ['a member of the next group, before it is asked', { groups: [SECOND] }, false],
    ['a member of another group', { groups: ['others'] }, false],
    ['a lead of the next group', { groups: [SECOND], roles: ['lead'] }, true],
    ['a lead of another process', { groups: ['others'], roles: ['lead'] }, false],
    ['nobody any more', { disabled: true }, false],
    ['whose packs this is not', { packs: ['another'] }, false],
  ])('%s: %s', async (_, rita, may) => {
    const { signed } = await desk(rita);
    expect(await signed()).toMatchObject(may ? accepted : refused('not-entitled'));
  });

  it('both groups after the escalation: it sends none home', async () => {
    for (const groups of [[FIRST], [SECOND]]) {
      const { signed, activities } = await desk({ groups });
      await activities.escalate({ caseId: CASE, taskNo: 1, group: SECOND, remindAfterMs: 1 });
      expect(await signed()).toMatchObject(accepted);
    }
  });

  it('not who is away', async () => {
    const { signed } = await desk({ absence: { until: '2026-03-09T00:00:00.000Z', substitute: null } });
    expect(await signed()).toMatchObject(refused('absent', /away until 2026-03-09/));
  });

  it('not who left the directory between the API and the case', async () => {
    const { sign, say, people } = await desk();
    const attestation = sign({});
    people.clear();
    expect(await say({}, attestation)).toMatchObject(refused('not-entitled'));
  });
});

const AWAY = '2026-03-09T00:00:00.000Z';
const petra = (more: Partial<Person> = {}): Person => ({
  ...{ ...RITA, personId: 'petra', name: 'Petra', absence: { until: AWAY, substitute: 'rita' } },
  ...more,
});

describe('who answers in the place of somebody who is away', () => {
  const OTHER = { groups: ['others'] };
  test.each<[string, Partial<Person>, Person[], boolean]>([
    ['a member of the group', OTHER, [petra()], true],
    ['nobody, once she is back', OTHER, [petra({ absence: undefined } as never)], false],
    ['somebody who is in another group too', OTHER, [petra({ groups: ['elsewhere'] })], false],
    ['somebody who left', OTHER, [petra({ disabled: true })], false],
    ['somebody who may not decide', OTHER, [petra({ roles: ['auditor'] })], false],
    ['somebody who has no part in the pack', OTHER, [petra({ packs: ['another'] })], false],
    ['whose packs this is not: the own rights count', { ...OTHER, packs: ['another'] }, [petra()], false],
    ['who may not decide: the own rights count', { ...OTHER, roles: ['auditor'] }, [petra()], false],
    [
      'somebody in whose place another one is away',
      OTHER,
      [petra({ absence: { until: AWAY, substitute: 'paul' } }), petra({ personId: 'paul', groups: [] })],
      true,
    ],
    ['somebody whose substitute is another', OTHER, [petra({ absence: { until: AWAY, substitute: 'paul' } })], false],
  ])('%s', async (_, rita, others, may) => {
    const { signed, people } = await desk(rita);
    for (const one of others) people.set(one.personId, one);
    expect(await signed()).toMatchObject(may ? accepted : refused('not-entitled'));
  });

  it('nobody does for the submitter, under four eyes', async () => {
    for (const [fourEyes, answer] of [
      [true, refused('not-entitled')],
      [false, accepted],
    ] as const) {
      const { signed, people } = await desk(OTHER, { fourEyes });
      people.set('sam', petra({ personId: 'sam' }));
      expect(await signed()).toMatchObject(answer);
    }
  });

  it('nobody does for who has approved already, where two must', async () => {
    const levels = [{ when: {}, approvals: 2 }];
    const { sign, say, people, signed } = await desk(OTHER, { levels });
    people.set('petra', petra({ absence: undefined } as never));
    const said = { verdictId: 'v-0', by: 'petra' };
    expect(await say(said, sign(said, { personId: 'petra' }))).toMatchObject({ approvals: { needed: 2 } });
    people.set('petra', petra());
    expect(await signed()).toMatchObject(refused('not-entitled'));
    people.set('paul', petra({ personId: 'paul' }));
    expect(await signed({ verdictId: 'v-2' })).toMatchObject(accepted);
  });

  it('who is back does not approve what was approved in their place, where two must', async () => {
    const levels = [{ when: {}, approvals: 2 }];
    for (const first of [{}, { verdict: 'amend', output: { amount: 13, supplier: 'ACME' } }]) {
      const { sign, say, people, signed, ledger } = await desk(OTHER, { levels });
      people.set('petra', petra());
      people.set('paul', { ...RITA, personId: 'paul' });
      expect(await signed(first)).toMatchObject(accepted);
      people.set('petra', petra({ absence: undefined } as never));
      const seen = ledger.tasks.at(-1)?.seen;
      const as = async (by: string) => {
        const said = { verdictId: `v-${by}`, by, seen };
        return await say(said, sign(said, { personId: by }));
      };
      expect(await as('petra')).toMatchObject(refused('same-person', /in the place of petra/));
      expect(ledger.decisions).toHaveLength(0);
      expect(await as('paul')).toMatchObject(accepted);
      expect(ledger.decisions).toMatchObject([{ approvedBy: ['rita', 'paul'] }]);
    }
  });

  it('nor whoever is asked by name in the place of who is away', async () => {
    const { sign, say, people, signed, ledger } = await desk(OTHER, { levels: [{ when: {}, approvals: 2 }] });
    people.set('petra', petra());
    Object.assign(ledger.tasks.at(-1) ?? {}, { group: 'rita', standsFor: 'petra', rest: [SECOND] });
    expect(await signed()).toMatchObject(accepted);
    people.set('petra', petra({ absence: undefined } as never));
    const said = { verdictId: 'v-2', by: 'petra' };
    expect(await say(said, sign(said, { personId: 'petra' }))).toMatchObject(refused('same-person', /in the place of/));
  });

  it('a question is not put to who is away with nobody in place', async () => {
    const { signed, people } = await desk();
    people.set('petra', petra({ absence: { until: AWAY, substitute: null } }));
    expect(await signed({ verdict: 'reassign', to: 'petra' })).toMatchObject(refused('absent', /^to: petra is away/));
    people.set('petra', petra({ absence: { until: AWAY, substitute: 'paul' } }));
    people.set('paul', { ...RITA, personId: 'paul' });
    expect(await signed({ verdictId: 'v-2', verdict: 'reassign', to: 'petra' })).toMatchObject(accepted);
  });
});

describe('an attestation', () => {
  test.each<[string, (on: Awaited<ReturnType<typeof desk>>) => [said: Said, attestation: unknown]]>([
    ['for another verdict', ({ sign }) => [REJECT, sign({})]],
    ['for another case', ({ sign }) => [{}, sign({}, {}, 'case/test-pack/K-2')]],
    ['for another verdict id', ({ sign }) => [{ verdictId: 'v-2' }, sign({})]],
    [
      'for other amended values',
      ({ sign }) => [VERDICTS[1]?.[1] ?? {}, sign({ verdict: 'amend', output: { amount: 99, supplier: 'ACME' } })],
    ],
    ['by another key', ({ sign }) => [{}, sign({}, {}, CASE, createSigner(keyPair().privatePem))]],
    ['for another person, under her name', ({ sign }) => [{}, sign({}, { personId: 'paul' })]],
    ['with another person put in', ({ sign }) => [{ by: 'paul' }, { ...sign({ by: 'paul' }), personId: 'paul' }]],
    ['with the way put in', ({ sign }) => [{}, { ...sign({}), via: 'api-key' }]],
    ['with the time put in', ({ sign }) => [{}, { ...sign({}), at: '2030-01-01T00:00:00.000Z' }]],
    ['that is empty', () => [{}, {}]],
    ['that is text', () => [{}, 'rita']],
    ['that is null', () => [{}, null]],
    ['that claims development', ({ sign }) => [{}, { ...sign({}), via: 'local' }]],
    ['without a signature', ({ sign }) => [{}, { ...sign({}), signature: '' }]],
  ])('%s counts nothing', async (_, arrange) => {
    const on = await desk();
    const [said, attestation] = arrange(on);
    expect(await on.say(said, attestation)).toMatchObject(refused('not-attested'));
    expect(on.ledger.decisions).toEqual([]);
    expect(on.ledger.refusals).toHaveLength(1);
  });

  it('sent again later is the same verdict', async () => {
    const { say, sign, ledger, now } = await desk();
    expect(await say({}, sign({}))).toMatchObject(accepted);
    now.at = new Date(now.at.getTime() + 60_000);
    expect(await say({}, sign({}))).toMatchObject(accepted);
    expect(ledger.decisions).toHaveLength(1);
  });
});

describe('a verdict whose sender nothing proves', () => {
  test.each<[string, Parameters<typeof desk>[1], boolean]>([
    ['counts where little is at stake', {}, true],
    ['counts where the pack always takes it', { unattested: 'always', fourEyes: true }, true],
    ['does not count where the pack never takes it', { unattested: 'never' }, false],
    ['does not count under four eyes', { fourEyes: true }, false],
    ['does not count where two must approve', { levels: [{ when: {}, approvals: 2 }] }, false],
    ['does not count where there is an undo window', { undo: [{ when: {}, for: '1 hour' }] }, false],
  ])('%s', async (_, review, counts) => {
    const { say, ledger } = await desk({}, review);
    expect(await say({}, undefined)).toMatchObject(counts ? accepted : refused('not-attested'));
    expect(ledger.verdicts[0]?.authentication).toEqual({ via: 'unauthenticated' });
  });

  it('takes no approval back', async () => {
    const { signed, say, question } = await desk({}, { undo: [{ when: {}, for: '1 hour' }] });
    expect(await signed()).toMatchObject(accepted);
    const withdraw = { verdictId: 'v-2', verdict: 'withdraw', seen: question.seen };
    expect(await say(withdraw, undefined)).toMatchObject(refused('not-attested'));
  });

  it('counts in development, and is recorded as what it is', async () => {
    const { say, ports, ledger } = await desk({}, { fourEyes: true });
    ports.access.mode = 'local';
    expect(await say({}, undefined)).toMatchObject(accepted);
    expect(ledger.verdicts[0]?.authentication).toEqual({ via: 'unauthenticated' });
  });
});

test('whoever submitted it may not decide it under four eyes, however well known', async () => {
  const { say, sign, people } = await desk({}, { fourEyes: true });
  people.set('sam', { ...RITA, personId: 'sam', name: 'Sam' });
  const said = { by: 'sam' };
  expect(await say(said, sign(said, { personId: 'sam' }))).toMatchObject(refused('four-eyes'));
});
