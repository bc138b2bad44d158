import { describe, expect, test } from 'vitest';
import { attest } from '../../src/activities/attest.ts';
import type { Attestation } from '../../src/domain/attestation.ts';
import type { Person } from '../../src/domain/access.ts';
import { createSigner } from '../../src/adapters/signing.ts';
import type { ReviewPolicy } from '../../src/packs/pack.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { keyPair } from '../support/signing-key.ts';
import { CASE, waiting } from './arrange.ts';

type Said = Record<string, unknown>;
const SAM: Person = {
  ...{ personId: 'sam', name: 'Sam', email: null, roles: ['submitter'], groups: [], disabled: false },
};
const accepted = { answer: { accepted: true } };
const refused = (code: string) => ({
  answer: { accepted: false, refusal: { code, message: expect.stringMatching(/^(by|attestation): /) } },
});

/** Sam is asked about a case of his; access is required. */
async function asked(review: Partial<ReviewPolicy> = {}, people: Person[] = [SAM]) {
  const fakes = fakePorts(testPack({ review: { ...definition().review, fourEyes: true, ...review } }));
  const case_ = await waiting({ probability: 0.1 }, fakes);
  await case_.judge({ verdict: 'request-information', question: 'Which order is it?' });
  const requestId = fakes.ledger.requests[0]?.requestId ?? 'none';
  fakes.ports.access.mode = 'required';
  fakes.ports.access.person = (id) => Promise.resolve(people.find(({ personId }) => personId === id));
  const full = (said: Said): Said => ({ answerId: 'a-1', requestId, by: 'sam', text: 'Order 4711', ...said });
  const sign = (said: Said, who: Partial<Attestation> = {}, caseId = CASE, signer = fakes.ports.signer) =>
    attest({ signer, clock: fakes.ports.clock }, caseId, full(said), { personId: 'sam', via: 'session', ...who });
  const say = (said: Said, attestation?: unknown, channel: 'signal' | 'update' = 'update') => {
    const signed = attestation === undefined ? {} : { attestation };
    return fakes.activities.takeInformation({ caseId: CASE, channel, message: { ...full(said), ...signed } });
  };
  return { ...fakes, sign, say, requestId, signed: (said: Said = {}) => say(said, sign(said)) };
}

describe('an answer that the API has signed', () => {
  test.each(['session', 'api-key', 'link'] as const)('by %s is kept with that', async (via) => {
    const { sign, say, ledger } = await asked();
    expect(await say({}, sign({}, { via }))).toMatchObject(accepted);
    expect(ledger.answers).toMatchObject([
      { channel: via === 'link' ? 'link' : 'update', authentication: { via, personId: 'sam' } },
    ]);
  });

  test('again is the same answer, whenever it was signed', async () => {
    const { signed, ledger } = await asked();
    const first = await signed();
    expect(await signed()).toEqual(first);
    expect(ledger.answers).toHaveLength(1);
  });

  test('names its sender in what the reviewers read only where it is proven', async () => {
    for (const [review, proven] of [
      [{}, true],
      [{ unattested: 'always' }, false],
    ] as const) {
      const { signed, say, activities, requestId } = await asked(review);
      expect(await (proven ? signed() : say({}))).toMatchObject(accepted);
      const read = await activities.readInformation({ caseId: CASE, requestId });
      const reasons = read.kind === 'asked-anew' ? read.question.reasons : [];
      const given = reasons.find(({ code }) => code === 'information-given')?.message ?? '';
      expect(given.includes('nothing proves who answered')).toBe(!proven);
    }
  });
});

describe('an answer without a signature', () => {
  test.each<[name: string, review: Partial<ReviewPolicy>, counts: boolean]>([
    ['where four eyes are asked for', {}, false],
    ['where little is at stake', { fourEyes: false }, true],
    ['where the pack takes all', { unattested: 'always' }, true],
    ['where the pack takes none', { fourEyes: false, unattested: 'never' }, false],
  ])('%s', async (_, review, counts) => {
    const { say, ledger } = await asked(review);
    expect(await say({}, undefined, 'signal')).toMatchObject(counts ? accepted : refused('not-attested'));
    const kept = { channel: 'signal', authentication: { via: 'unauthenticated' } };
    expect(ledger.answers).toMatchObject(counts ? [kept] : []);
  });

  test('keeps nobody from answering under its id', async () => {
    const { say, signed, ledger } = await asked();
    expect(await say({ text: 'spoofed' })).toMatchObject(refused('not-attested'));
    expect(await say({})).toMatchObject(refused('not-attested'));
    expect(await signed()).toMatchObject(accepted);
    expect(ledger.audit).toContain('answer refused not-attested');
  });
});

describe('an attestation', () => {
  test.each<[string, (on: Awaited<ReturnType<typeof asked>>) => [said: Said, attestation: unknown]]>([
    ['for another text', ({ sign }) => [{ text: 'Order 4712' }, sign({})]],
    ['for another question', ({ sign }) => [{}, sign({ requestId: 'q-2' })]],
    ['for another case', ({ sign }) => [{}, sign({}, {}, 'case/test-pack/K-2')]],
    ['for another answer id', ({ sign }) => [{ answerId: 'a-2' }, sign({})]],
    [
      'for a verdict of the same person',
      ({ ports }) => [
        {},
        attest(ports, CASE, { verdictId: 'a-1', verdict: 'approve' }, { personId: 'sam', via: 'session' }),
      ],
    ],
    ['by another key', ({ sign }) => [{}, sign({}, {}, CASE, createSigner(keyPair().privatePem))]],
    ['for another person, under his name', ({ sign }) => [{}, sign({}, { personId: 'paul' })]],
    ['with another person put in', ({ sign }) => [{ by: 'paul' }, { ...sign({ by: 'paul' }), personId: 'paul' }]],
    ['with the way put in', ({ sign }) => [{}, { ...sign({}), via: 'link' }]],
    ['with the time put in', ({ sign }) => [{}, { ...sign({}), at: '2030-01-01T00:00:00.000Z' }]],
    ['that is empty', () => [{}, {}]],
    ['that is null', () => [{}, null]],
    ['without a signature', ({ sign }) => [{}, { ...sign({}), signature: '' }]],
  ])('%s counts nothing', async (_, arrange) => {
    const on = await asked({ unattested: 'always' });
    const [said, attestation] = arrange(on);
    expect(await on.say(said, attestation)).toMatchObject(refused('not-attested'));
    expect(on.ledger.answers).toEqual([]);
  });
});

describe('who answers', () => {
  const paul = (change: Partial<Person>): Person => ({ ...SAM, personId: 'paul', ...change });
  test.each<[name: string, person: Person, via: Attestation['via'], may: boolean]>([
    ['who is asked', SAM, 'session', true],
    [
      'who is asked, while away',
      { ...SAM, absence: { until: '2026-03-09T00:00:00.000Z', substitute: null } },
      ...(['session', true] as const),
    ],
    ['who was disabled', { ...SAM, disabled: true }, 'session', false],
    ['who has no role', { ...SAM, roles: [] }, 'session', false],
    ['an auditor', { ...SAM, roles: ['auditor'] }, 'session', false],
    ['whose packs this is not', { ...SAM, packs: ['another'] }, 'session', false],
    ['another submitter', paul({}), 'session', false],
    ['a program that did not submit it', paul({ roles: ['service'] }), 'api-key', false],
    ['the owner of the process, for the submitter', paul({ roles: ['owner'] }), 'session', true],
    ['the owner, by a link that is not his', paul({ roles: ['owner'] }), 'link', false],
    ['somebody who is not in the directory', paul({ personId: 'mallory' }), 'session', false],
  ])('%s', async (_, person, via, may) => {
    const by = person.personId;
    const { say, sign, ledger } = await asked({}, by === 'mallory' ? [] : [person]);
    expect(await say({ by }, sign({ by }, { personId: by, via }))).toMatchObject(
      may ? accepted : refused('not-entitled'),
    );
    expect(ledger.answers).toHaveLength(may ? 1 : 0);
  });
});
