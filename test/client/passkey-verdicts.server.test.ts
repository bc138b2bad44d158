import { describe, expect, it, test, vi } from 'vitest';
import { askedOn } from '../adapters/ledger/reviewed.ts';
import { faultsOfPasskey } from '../../src/countersignature/passkey.ts';
import { SoftPasskey, type Stated } from '../support/soft-passkey.ts';
import { AT_ADDRESS, usePasskeyRig, type Options } from './passkey-rig.ts';

const rig = usePasskeyRig();
let count = 0;

describe('a verdict', () => {
  /** A question that waits, and a verdict of Rita's on it. */
  async function asked(said: Record<string, unknown> = {}) {
    const { caseId, question } = await askedOn(rig.on);
    const verdict = { caseId, verdictId: `v-${(count += 1)}`, verdict: 'approve', seen: question.seen, ...said };
    const signing = async () => {
      const { status, body } = await rig.post('/v1/verdicts/challenges', verdict);
      expect(status, JSON.stringify(body)).toBe(200);
      return (body as unknown as { signing: { taskNo: number; digest: string; options: Options } | null }).signing;
    };
    /** Signed as the browser does it. */
    const signed = async (key: SoftPasskey, change: Partial<Stated> = {}) => {
      const found = await signing();
      if (!found) throw new Error('nothing to sign');
      const { taskNo, digest, options } = found;
      return { ...verdict, passkey: { taskNo, digest, ...key.assert(options.challenge, change) } };
    };
    const decision = async () => (await rig.ledger.reads.caseFile(caseId))?.decisions[0];
    return { caseId, verdict, signing, signed, decision };
  }

  it('of who has no passkey needs none', async () => {
    const { verdict, signing, decision } = await asked();
    expect(await signing()).toBeNull();
    expect((await rig.post('/v1/verdicts', verdict)).status).toBe(200);
    expect(await decision()).toBeDefined();
  });

  it('of who has one is taken with its signature, which the ledger keeps', async () => {
    const { key } = await rig.add();
    const { caseId, verdict, signing, signed, decision } = await asked();
    expect((await signing())?.options).toMatchObject({
      rpId: 'localhost',
      userVerification: 'required',
      allowCredentials: [{ id: key.credentialId }],
    });
    const without = await rig.post('/v1/verdicts', { ...verdict, verdictId: 'v-without' });
    expect([without.status, without.body]).toMatchObject([403, { code: 'passkey-required' }]);
    expect(await decision()).toBeUndefined();
    expect((await rig.post('/v1/verdicts', await signed(key))).status).toBe(200);
    const file = await rig.ledger.reads.caseFile(caseId);
    expect(file?.countersignatures).toMatchObject([
      { statement: { by: rig.personId, passkey: { credentialId: key.credentialId, publicKey: key.publicKey } } },
    ]);
    expect(file?.verdicts.map(({ accepted, refusal }) => [accepted, refusal?.code])).toEqual([
      [false, 'passkey-required'],
      [true, undefined],
    ]);
  });

  it('amended or rejected is signed over what is amended, and why', async () => {
    const { key } = await rig.add();
    for (const said of [
      { verdict: 'amend', output: { amount: 13, supplier: 'B' } },
      { verdict: 'reject', reason: 'sent by mistake' },
    ]) {
      const { signed, decision } = await asked(said);
      const sent = await signed(key);
      const changed = 'output' in said ? { output: { amount: 14, supplier: 'B' } } : { reason: 'another' };
      expect((await rig.post('/v1/verdicts', { ...sent, ...changed })).body.code).toBe('passkey-invalid');
      expect(await decision()).toBeUndefined();
      expect((await rig.post('/v1/verdicts', sent)).status).toBe(200);
      expect(await decision()).toBeDefined();
    }
  });

  test.each<[string, Partial<Stated>]>([
    ['at another site', { origin: 'https://evil.example' }],
    ['for another host', { rpId: 'evil.example' }],
    ['with nobody present', { flags: 0x04 }],
    ['for another challenge', { challenge: 'AAAA' }],
    ['with a counter that went back', { signCount: 0 }],
  ])('signed %s does not reach the case, and stands in the access log', async (_, change) => {
    const { key } = await rig.add();
    const first = await asked();
    expect((await rig.post('/v1/verdicts', await first.signed(key))).status).toBe(200);
    const { signed, caseId } = await asked();
    rig.toCase.length = 0;
    const { status, body } = await rig.post('/v1/verdicts', await signed(key, change));
    expect([status, body]).toMatchObject([403, { code: 'passkey-invalid' }]);
    expect(rig.toCase).toEqual([]);
    expect(await rig.lastRefusal()).toContain(caseId);
  });

  it('is not signed by what was signed for another case, and the same sent again is taken once', async () => {
    const { key } = await rig.add();
    const [one, other] = [await asked(), await asked()];
    const sent = await one.signed(key);
    const swapped = await rig.post('/v1/verdicts', { ...other.verdict, passkey: sent.passkey });
    expect([swapped.status, swapped.body]).toMatchObject([403, { code: 'passkey-invalid' }]);
    for (const _ of [1, 2]) expect((await rig.post('/v1/verdicts', sent)).status).toBe(200);
    expect((await rig.ledger.reads.caseFile(one.caseId))?.verdicts).toHaveLength(1);
  });

  it('whose signatures come to the cases in another order than to the API are all taken', async () => {
    const { key } = await rig.add();
    const [one, other] = [await asked(), await asked()];
    const [first, second] = [await one.signed(key), await other.signed(key)];
    const turn = Promise.withResolvers<void>();
    rig.turns.set(one.caseId, turn.promise);
    rig.toCase.length = 0;
    const slow = rig.post('/v1/verdicts', first);
    await vi.waitUntil(() => rig.toCase.length === 1);
    expect((await rig.post('/v1/verdicts', second)).status).toBe(200);
    turn.resolve();
    expect((await slow).status).toBe(200);
  });

  it('is not signed on a question that has changed', async () => {
    await rig.add();
    const { verdict } = await asked();
    const answer = await rig.post('/v1/verdicts/challenges', { ...verdict, seen: '000000000000' });
    expect([answer.status, answer.body]).toMatchObject([409, { code: 'stale' }]);
    const malformed = await rig.post('/v1/verdicts/challenges', { ...verdict, verdict: 'perhaps' });
    expect(malformed.status).toBe(422);
  });

  it('in a browser at an IP address is refused, not let through', async () => {
    await rig.add();
    const { verdict } = await asked();
    expect((await rig.post('/v1/verdicts/challenges', verdict, AT_ADDRESS)).body.code).toBe('no-passkeys-here');
    expect((await rig.post('/v1/verdicts', verdict, AT_ADDRESS)).body.code).toBe('passkey-required');
  });
});

describe('a selection', () => {
  /** Three questions that are alike, each opened, selected by who is logged in. */
  async function selection() {
    const asked = await Promise.all([1, 2, 3].map(() => askedOn(rig.on)));
    const tasks = asked.map(({ caseId, question: { seen, taskNo } }) => ({ caseId, taskNo, seen }));
    const { status, body } = await rig.post('/v1/desk/bulks', { tasks });
    expect(status, JSON.stringify(body)).toBe(201);
    for (const { caseId, taskNo } of tasks) await rig.post('/v1/desk/looks', { caseId, taskNo });
    const url = `/v1/desk/bulks/${String(body['bulkId'])}`;
    const signed = async (key: SoftPasskey, said: object) => {
      const { options } = (await rig.post(`${url}/challenges`, said)).body as { options: Options | null };
      return key.assert(options?.challenge ?? '');
    };
    const decide = async (more: object = {}, path = 'verdicts') => {
      const said = path === 'verdicts' ? { verdict: 'approve' } : {};
      const { text } = await rig.post(`${url}/${path}`, { ...said, ...more });
      return text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { caseId: string; accepted: boolean; code?: string });
    };
    return { url, tasks, signed, decide };
  }

  it('is decided by one signature, of which each case keeps its own way to it, and taken back by another', async () => {
    const { key } = await rig.add();
    const { tasks, signed, decide } = await selection();
    const before = key.signCount;
    const passkey = await signed(key, { verdict: 'approve' });
    expect(key.signCount).toBe(before + 1);
    expect((await decide({ passkey })).map(({ accepted }) => accepted)).toEqual([true, true, true]);
    for (const { caseId } of tasks) {
      const file = await rig.ledger.reads.caseFile(caseId);
      const [statement] = file?.countersignatures.map((one) => one.statement) ?? [];
      expect(statement?.passkey?.way?.length).toBeGreaterThan(0);
      expect(statement && faultsOfPasskey(statement, 'required')).toEqual([]);
    }
    const back = await signed(key, { verdict: 'withdraw' });
    expect((await decide({ passkey: back }, 'withdrawals')).map(({ accepted }) => accepted)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('is not decided without, by what was signed for another one, or for another verdict', async () => {
    const { key } = await rig.add();
    const other = await selection();
    const { tasks, signed, decide, url } = await selection();
    const wrong = [
      await other.signed(key, { verdict: 'approve' }),
      await signed(key, { verdict: 'reject', reason: 'no' }),
      await signed(new SoftPasskey(rig.personId), { verdict: 'approve' }),
    ];
    for (const passkey of wrong)
      expect((await decide({ passkey })).map(({ code }) => code)).toEqual(Array(3).fill('passkey-invalid'));
    expect((await decide()).map(({ code }) => code)).toEqual(Array(3).fill('passkey-required'));
    for (const { caseId } of tasks) expect((await rig.ledger.reads.caseFile(caseId))?.decisions).toEqual([]);
    expect((await rig.ledger.people.accessEntries(1))[0]).toMatchObject({ kind: 'refused', personId: rig.personId });
    expect((await rig.post(`${url}/challenges`, { verdict: 'reject' })).status).toBe(422);
    // Whoever had the session without the passkey has not used the verdicts up.
    const passkey = await signed(key, { verdict: 'approve' });
    expect((await decide({ passkey })).map(({ accepted }) => accepted)).toEqual([true, true, true]);
  });

  it('of who has no passkey is decided as before', async () => {
    const { url, decide } = await selection();
    expect((await rig.post(`${url}/challenges`, { verdict: 'approve' })).body).toEqual({ options: null });
    expect((await decide()).map(({ accepted }) => accepted)).toEqual([true, true, true]);
  });
});
