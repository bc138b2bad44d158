import { describe, expect, it, test } from 'vitest';
import { attest } from '../../src/activities/attest.ts';
import { digestOfVerdict } from '../../src/countersignature/passkey.ts';
import type { Person } from '../../src/domain/access.ts';
import type { Attestation } from '../../src/domain/attestation.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { SoftPasskey, type Stated } from '../support/soft-passkey.ts';
import { CASE, waiting } from './arrange.ts';

const PERSON = { email: null, roles: ['reviewer'], groups: ['clerks'], disabled: false } as const;
const { review: policy } = definition();
type Said = Record<string, unknown>;

const accepted = { answer: { accepted: true } };
const refused = (code: 'passkey-required' | 'passkey-invalid', message = /^passkey: /) => ({
  answer: { accepted: false, refusal: { code, message: expect.stringMatching(message) } },
});
const AMEND = { verdict: 'amend', output: { amount: 13, supplier: 'ACME' } };

/** A waiting case of a deployment that requires access; Rita has a passkey, Paul has none. */
async function desk(review: Partial<typeof policy> = {}) {
  const pack = testPack({ review: { ...policy, groups: ['clerks', 'heads'], fourEyes: false, ...review } });
  const fakes = fakePorts(pack);
  const people = new Map(['rita', 'paul'].map((id): [string, Person] => [id, { ...PERSON, personId: id, name: id }]));
  fakes.ports.access.mode = 'required';
  fakes.ports.access.person = (id) => Promise.resolve(people.get(id));
  const key = new SoftPasskey('rita');
  fakes.passkeys.register(key.passkey);
  const case_ = await waiting({ probability: 0.1 }, fakes);
  const task = await fakes.ports.reviews.openTask(CASE);
  if (!task) throw new Error('nothing is asked');
  const full = (said: Said): Said => ({ verdictId: 'v-1', verdict: 'approve', by: 'rita', seen: task.seen, ...said });
  /** Attested by the API for `via`, with what a passkey signed beside it. */
  const say = async (said: Said, proof?: unknown, via: Attestation['via'] = 'session') => {
    const whole = full(said);
    const attestation = attest(fakes.ports, CASE, whole, { personId: String(whole['by']), via });
    return await case_.judge({ ...said, attestation, ...(proof === undefined ? {} : { passkey: proof }) });
  };
  const prove = (said: Said = {}, change: Partial<Stated> = {}, on = task) => key.prove(CASE, full(said), on, change);
  return { ...case_, key, task, full, say, prove };
}

describe('who has a passkey', () => {
  test.each<[string, Said]>([
    ['approve', {}],
    ['amend', AMEND],
    ['reject', { verdict: 'reject', reason: 'no' }],
  ])('signs %s with it in a browser, or it is not taken', async (_, said) => {
    const { say, prove, ledger } = await desk();
    expect(await say({ verdictId: 'v-0', ...said })).toMatchObject(refused('passkey-required'));
    expect(ledger.refusals).toMatchObject([{ refusal: { code: 'passkey-required' } }]);
    expect(ledger.decisions).toEqual([]);
    expect(await say(said, prove(said))).toMatchObject(accepted);
    expect(ledger.decisions).toHaveLength(1);
  });

  it('has its signature kept in what the service signs, with the key and what was said', async () => {
    const { say, prove, full, key, ledger } = await desk();
    const { taskNo: _, digest: __, ...assertion } = prove(AMEND);
    await say(AMEND, { ...assertion, taskNo: 1, digest: (await desk()).task.digest });
    const passkey = { ...assertion, publicKey: key.publicKey, rpId: 'localhost', said: digestOfVerdict(full(AMEND)) };
    expect(ledger.signed).toMatchObject([{ statement: { verdict: 'amend', passkey } }]);
  });

  it('may ask somebody else without it', async () => {
    const { say } = await desk();
    expect(await say({ verdict: 'reassign', to: 'petra' })).toMatchObject(accepted);
  });

  test.each(['api-key', 'link'] as const)('is not asked for it by %s, which says so in what is signed', async (via) => {
    const { say, ledger } = await desk();
    expect(await say({}, undefined, via)).toMatchObject(accepted);
    expect(ledger.signed).toMatchObject([{ statement: { identity: via } }]);
  });

  it('signs taking an approval back too', async () => {
    const { say, prove, task } = await desk({ undo: [{ when: {}, for: '10 minutes' }] });
    await say({}, prove());
    const back = { verdictId: 'v-2', verdict: 'withdraw' };
    expect(await say({ ...back, verdictId: 'v-3' })).toMatchObject(refused('passkey-required'));
    expect(await say(back, prove(back, {}, task))).toMatchObject({ ...accepted, then: { kind: 'withdrawn' } });
  });
});

it('who has none decides as before', async () => {
  const { say } = await desk();
  expect(await say({ by: 'paul' })).toMatchObject(accepted);
});

describe('where the pack requires passkeys', () => {
  test.each<[string, Attestation['via'], string]>([
    ['in a browser by who has none', 'session', 'paul'],
    ['by an API key', 'api-key', 'rita'],
    ['by a link', 'link', 'rita'],
  ])('nothing is decided without one %s', async (_, via, by) => {
    const { say, ledger } = await desk({ passkey: 'required' });
    expect(await say({ by }, undefined, via)).toMatchObject(refused('passkey-required', /with a passkey only/));
    expect(ledger.decisions).toEqual([]);
  });

  it('nor by a signal that nothing proves, where such count', async () => {
    const { judge } = await desk({ passkey: 'required', unattested: 'always' });
    expect(await judge({})).toMatchObject(refused('passkey-required'));
  });

  it('an approval with one is taken, and anybody may take it back', async () => {
    const { say, prove } = await desk({ passkey: 'required', undo: [{ when: {}, for: '10 minutes' }] });
    expect(await say({}, prove())).toMatchObject(accepted);
    expect(await say({ verdictId: 'v-2', verdict: 'withdraw', by: 'paul' })).toMatchObject(accepted);
  });
});

describe('what a passkey signed is refused, and recorded', () => {
  type Desk = Awaited<ReturnType<typeof desk>>;
  const other = new SoftPasskey('paul');
  test.each<[string, (on: Desk) => [said: Said, proof: unknown], RegExp]>([
    ['for another verdict', ({ prove }) => [{ verdict: 'reject', reason: 'no' }, prove()], /something else/],
    ['for another verdict id', ({ prove }) => [{ verdictId: 'v-2' }, prove()], /something else/],
    [
      'for other amended values',
      ({ prove }) => [{ ...AMEND, output: { amount: 9, supplier: 'A' } }, prove(AMEND)],
      /something else/,
    ],
    [
      'for another case',
      ({ key, full, task }) => [{}, key.prove('case/test-pack/K-2', full({}), task)],
      /something else/,
    ],
    ['on another question', ({ prove, task }) => [{}, prove({}, {}, { ...task, taskNo: 2 })], /another question/],
    [
      'on another digest',
      ({ prove, task }) => [{}, prove({}, {}, { ...task, digest: 'e'.repeat(64) })],
      /another question/,
    ],
    ['by another person', ({ prove }) => [{ by: 'paul' }, prove({ by: 'paul' })], /no passkey of paul/],
    [
      "by somebody else's passkey",
      ({ full, task, passkeys }) => {
        passkeys.register(other.passkey);
        return [{}, other.prove(CASE, full({}), task)];
      },
      /no passkey of rita/,
    ],
    ['by a passkey of nobody', ({ full, task }) => [{}, other.prove(CASE, full({}), task)], /no such passkey/],
    [
      'by a passkey that was removed',
      ({ prove, passkeys, key }) => {
        passkeys.registered.delete(key.credentialId);
        return [{}, prove()];
      },
      /no such passkey/,
    ],
    [
      'by another key under this id',
      ({ full, task, key }) => {
        const forged = other.prove(CASE, full({}), task);
        return [{}, { ...forged, credentialId: key.credentialId }];
      },
      /does not verify/,
    ],
    ['at another site', ({ prove }) => [{}, prove({}, { origin: 'https://evil.example' })], /signed at/],
    ['for another host', ({ prove }) => [{}, prove({}, { rpId: 'evil.example' })], /another host/],
    ['with nobody present', ({ prove }) => [{}, prove({}, { flags: 0x04 })], /nobody was present/],
    ['without verifying the person', ({ prove }) => [{}, prove({}, { flags: 0x01 })], /not verified/],
    [
      'with a counter that went back',
      ({ prove, passkeys, key }) => {
        passkeys.register(key.passkey, 7);
        return [{}, prove({}, { signCount: 7 })];
      },
      /counter went back/,
    ],
    [
      'with a counter that stopped counting',
      ({ prove, passkeys, key }) => {
        passkeys.register(key.passkey, 7);
        return [{}, prove({}, { signCount: 0 })];
      },
      /counter went back/,
    ],
    ['that is text', () => [{}, 'signed'], /^passkey: /],
    ['that is null', () => [{}, null], /^passkey: /],
    ['that is empty', () => [{}, {}], /credentialId/],
  ])('%s', async (_, arrange, message) => {
    const on = await desk();
    const [said, proof] = arrange(on);
    expect(await on.say(said, proof)).toMatchObject(refused('passkey-invalid', message));
    expect(on.ledger.decisions).toEqual([]);
    expect(on.ledger.refusals).toMatchObject([{ refusal: { code: 'passkey-invalid' } }]);
  });

  it('for whoever sends it: by an API key, which needs none, too', async () => {
    const { say, prove } = await desk();
    const proof = prove({}, { flags: 0 });
    expect(await say({}, proof, 'api-key')).toMatchObject(refused('passkey-invalid'));
  });

  it('but the same verdict sent again gets the same answer', async () => {
    const { say, prove, ledger } = await desk();
    const proof = prove();
    expect(await say({}, proof)).toMatchObject(accepted);
    expect(await say({}, proof)).toMatchObject(accepted);
    expect(ledger.decisions).toHaveLength(1);
  });
});
