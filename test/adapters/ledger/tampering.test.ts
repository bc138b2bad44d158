import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ledger } from '../../../src/adapters/ledger/ledger.ts';
import { digestOfShown } from '../../../src/countersignature/shown.ts';
import { definition, testPack } from '../../support/fake-pack.ts';
import { useLedger } from '../../support/postgres.ts';
import { trail } from './fixtures.ts';
import { askedOn, onLedger, proposedOn, questionIn } from './reviewed.ts';

let ledger: Ledger;
let owner: pg.Client;
let url = '';
useLedger((made) => {
  ({ ledger, url } = made);
});
beforeAll(async () => {
  owner = new pg.Client({ connectionString: url });
  await owner.connect();
});
afterAll(() => owner.end());

/** Facts of the pack, so that they can be tampered with too. */
const facts = {
  'supplier-country': { title: 'the country', read: async () => 'DE', show: (value: unknown) => String(value) },
};
const withFacts = () => testPack({ recheckAtWrite: facts });
const reviewed = async () => {
  const all = await askedOn(onLedger(ledger, withFacts()));
  expect((await all.judge()).answer).toMatchObject({ accepted: true });
  return all;
};

/** What somebody with all rights on the database may change between the verdict and the write. `$1` is the case. */
const TASK = 'update review_tasks set';
const DECISION = 'update decisions set';
const CASE = 'update cases set';
const CALL = 'update model_calls set';
const TAMPERINGS: [what: string, statement: string, fault: RegExp][] = [
  ['the proposal', `${TASK} output = jsonb_set(output, '{amount}', '99') where case_id = $1`, /not what was shown/],
  ['the evidence', `${TASK} evidence = '{"amount":null}' where case_id = $1`, /not what was shown/],
  ['the confidence', `${TASK} confidence = '{"amount":0.99}' where case_id = $1`, /not what was shown/],
  ['the rules', `${TASK} rules = '[]' where case_id = $1`, /not what was shown/],
  ['the reasons', `${TASK} reasons = '[]' where case_id = $1`, /not what was shown/],
  [
    'the request bodies shown',
    `${TASK} effects = jsonb_set(effects, '{0,request,amount}', '99') where case_id = $1`,
    /not what was shown/,
  ],
  [
    'the facts shown',
    `${TASK} facts = jsonb_set(facts, '{supplier-country,value}', '"FR"') where case_id = $1`,
    /not what was shown/,
  ],
  ['the pack version', `${TASK} pack_hash = 'another' where case_id = $1`, /not what was shown/],
  ['the kind of question', `${TASK} kind = 'compensation' where case_id = $1`, /not what was shown/],
  ['the model call of the question', `${TASK} call_id = null where case_id = $1`, /not what was shown/],
  ['the digest', `${TASK} digest = repeat('0', 64) where case_id = $1`, /not what was shown/],
  ['how many must approve', `${TASK} approvals = '{"needed":2,"by":[]}' where case_id = $1`, /not what was shown/],
  [
    'the amendment that led to it',
    `${TASK} amends = '{"taskNo":0,"digest":""}' where case_id = $1`,
    /not what was shown/,
  ],
  ['the effect that it is about', `${TASK} effect_key = 'x' where case_id = $1`, /not what was shown/],
  ['the whole question', `delete from review_tasks where case_id = $1`, /not in the ledger any more/],
  [
    'the values decided',
    `${DECISION} output = jsonb_set(output, '{amount}', '99') where case_id = $1`,
    /not this decision/,
  ],
  [
    'the request bodies decided',
    `${DECISION} effects = jsonb_set(effects, '{0,request,amount}', '99') where case_id = $1`,
    /not this decision/,
  ],
  [
    'the account in a later effect',
    `${DECISION} effects = jsonb_set(effects, '{1,request,amount}', '99') where case_id = $1`,
    /not this decision/,
  ],
  [
    'where it is written',
    `${DECISION} effects = jsonb_set(effects, '{0,sink}', '"elsewhere"') where case_id = $1`,
    /not this decision/,
  ],
  ['the business identity', `${DECISION} effects = effects #- '{0,identity}' where case_id = $1`, /not this decision/],
  ['the effect itself', `${DECISION} effects = effects - 0 where case_id = $1`, /no such effect/],
  ['the facts decided on', `${DECISION} facts = '{}' where case_id = $1`, /not this decision/],
  ['who decided', `${DECISION} by_name = 'otto' where case_id = $1`, /names otto, who did not sign/],
  ['who decided: policy', `${DECISION} by_kind = 'policy' where case_id = $1`, /no signed decision by policy/],
  ['what was decided', `${DECISION} kind = 'reject' where case_id = $1`, /no acceptance/],
  ['the question decided', `${DECISION} task_no = 2 where case_id = $1`, /not in the ledger any more/],
  ['who approved', `${DECISION} approved_by = '["rita","otto"]' where case_id = $1`, /names otto, who did not sign/],
  ['the decision, by taking it away', `delete from decisions where case_id = $1`, /not in the ledger any more/],
  [
    'the bytes of a document',
    `update documents d set content = 'Pay 99' from case_documents c where c.hash = d.hash and c.case_id = $1`,
    /bytes are not those/,
  ],
  [
    'which document',
    `with other as (insert into documents select encode(sha256('other'::bytea || convert_to($1::text, 'UTF8')), 'hex'), media_type, 5, 'other'::bytea || convert_to($1::text, 'UTF8'), stored_at from documents limit 1 returning hash) update case_documents c set hash = other.hash from other where case_id = $1`,
    /not what was shown/,
  ],
  ['the name of a document', `update case_documents set name = 'other.txt' where case_id = $1`, /not what was shown/],
  ['the documents, by taking one away', `delete from case_documents where case_id = $1`, /not what was shown/],
  [
    'the policy: four eyes',
    `${CASE} plan = jsonb_set(plan, '{review,fourEyes}', 'false') where case_id = $1`,
    /not what was shown/,
  ],
  [
    'the policy: the threshold',
    `${CASE} plan = jsonb_set(plan, '{threshold}', '0.1') where case_id = $1`,
    /not what was shown/,
  ],
  ['the policy, by taking it away', `${CASE} plan = null where case_id = $1`, /not in the ledger any more/],
  ['who submitted it', `${CASE} submitted_by = 'otto' where case_id = $1`, /not what was shown/],
  [
    'the findings',
    `${CASE} input = jsonb_set(input, '{findings}', '[{"name":"x","severity":"note","message":"y"}]') where case_id = $1`,
    /not what was shown/,
  ],
  [
    'the texts that evidence points into',
    `${CASE} input = jsonb_set(input, '{sources,0,text}', '"Pay 99"') where case_id = $1`,
    /not what was shown/,
  ],
  ['the answer of the model', `${CALL} text = '{}' where case_id = $1`, /not what was shown/],
  ['which model', `${CALL} model = 'm-9' where case_id = $1`, /not what was shown/],
  ['which provider', `${CALL} provider = 'q' where case_id = $1`, /not what was shown/],
  ['which model says it answered', `${CALL} response_model = 'm-9' where case_id = $1`, /not what was shown/],
  ['what the model was asked', `${CALL} request_hash = 'x' where case_id = $1`, /not what was shown/],
  [
    'who signed',
    `update countersignatures set statement = jsonb_set(statement, '{by}', '"otto"') where case_id = $1`,
    /does not verify/,
  ],
  [
    'which digest was signed',
    `update countersignatures set statement = jsonb_set(statement, '{digest}', '"x"') where case_id = $1`,
    /does not verify/,
  ],
  [
    'the key that signed',
    `update countersignatures set statement = jsonb_set(statement, '{keyId}', '"x"') where case_id = $1`,
    /does not verify/,
  ],
  ['the signature', `update countersignatures set signature = 'AAAA' where case_id = $1`, /does not verify/],
  ['the signature, by taking it away', `delete from countersignatures where case_id = $1`, /no signed verdict/],
];

describe('between verdict and write somebody with all rights changes', () => {
  test.each(TAMPERINGS)('%s: nothing is written, and it is told', async (_, statement, fault) => {
    const { caseId, write, sink, activities, pack } = await reviewed();
    const changed = await owner.query(statement, [caseId]);
    expect(changed.rowCount).toBeGreaterThan(0);
    const written = await write();
    expect(written).toMatchObject({
      kind: 'held-back',
      because: [{ code: 'tampering', message: expect.stringMatching(fault) }],
    });
    expect(await write()).toEqual(written);
    expect(sink.calls).toEqual([]);
    expect(await ledger.effects.ofCase(caseId)).toEqual([]);
    expect((await trail(ledger, caseId)).filter((kind) => kind === 'tampering')).toEqual(['tampering']);
    const { rows } = await owner.query<{ payload: object }>(
      `select payload from outbox where kind = 'tampering' and payload ->> 'about' = $1`,
      [caseId],
    );
    expect(rows).toEqual([{ payload: { owner: 'olga', about: caseId, message: expect.stringContaining(caseId) } }]);
    expect(await ledger.audit.verifyChains({ caseId })).toEqual([]);
    if (written.kind !== 'held-back' || /policy, by taking/.test(_)) return;

    // It goes to a person, who starts from nothing: what was tampered with cannot be approved away.
    const { because } = written;
    const again = await activities.validate({ caseId, packHash: pack.hash, taskNo: 3, decisionNo: 1, because });
    expect(again).toMatchObject({ kind: 'review', effects: [], reasons: because });
    const approval = { verdictId: 'again', verdict: 'approve', by: 'rita', seen: questionIn(again).seen };
    const judged = await activities.judgeVerdict({ caseId, channel: 'signal', message: approval });
    expect(judged.answer).toMatchObject({ refusal: { code: 'nothing-to-approve' } });
  });

  test('nothing: it is written, and so it is when all was left as it was', async () => {
    const { write, sink } = await reviewed();
    expect(await write()).toMatchObject({ kind: 'applied' });
    expect(await write(1, 'pay', true)).toMatchObject({ kind: 'applied' });
    expect(sink.entries).toHaveLength(2);
  });

  test('everything consistently, but without the key: it is found all the same', async () => {
    const { caseId, write, sink } = await reviewed();
    for (const table of ['review_tasks', 'decisions'])
      await owner.query(
        `update ${table} set output = jsonb_set(output, '{amount}', '99'),
          effects = jsonb_set(jsonb_set(effects, '{0,request,amount}', '99'), '{1,request,amount}', '99') where case_id = $1`,
        [caseId],
      );
    const ground = await ledger.countersignatures.ground(caseId, 1);
    if (!ground?.shown) throw new Error('nothing is shown');
    const digest = digestOfShown(ground.shown);
    await owner.query('update review_tasks set digest = $2 where case_id = $1', [caseId, digest]);
    expect(await write()).toMatchObject({ because: [{ message: expect.stringMatching(/another digest was signed/) }] });
    await owner.query(
      `update countersignatures set statement = jsonb_set(statement, '{digest}', to_jsonb($2::text)) where case_id = $1`,
      [caseId, digest],
    );
    expect(await write()).toMatchObject({ because: [{ message: expect.stringMatching(/does not verify/) }] });
    expect(sink.calls).toEqual([]);
  });

  test("the effect after a call whose answer was lost: what became of it is a person's to say", async () => {
    const { caseId, write, sink } = await reviewed();
    sink.script = ['lost-after'];
    await expect(write()).rejects.toThrow('the answer was lost');
    await owner.query(`${DECISION} effects = jsonb_set(effects, '{0,request,amount}', '99') where case_id = $1`, [
      caseId,
    ]);
    expect(await write()).toEqual({ kind: 'unknown' });
    expect(sink.entries.map(({ request }) => request['amount'])).toEqual([12]);
    expect((await trail(ledger, caseId)).slice(-2)).toEqual(['tampering', 'effect-unknown']);
  });
});

describe('between a decision by policy and its write somebody with all rights changes', () => {
  const straight = async () => {
    const all = await proposedOn(onLedger(ledger, withFacts()), { probability: 0.99 });
    expect(all.question.kind).toBe('straight-through');
    return all;
  };

  test.each<[what: string, statement: string]>([
    ['the values', `${DECISION} output = jsonb_set(output, '{amount}', '99') where case_id = $1`],
    ['a request body', `${DECISION} effects = jsonb_set(effects, '{0,request,amount}', '99') where case_id = $1`],
    ['the grounds', `${DECISION} grounds = jsonb_set(grounds, '{confidence,amount}', '0.1') where case_id = $1`],
    ['the grounds, by taking them away', `${DECISION} grounds = null where case_id = $1`],
    ['the rule', `${DECISION} by_name = 'another' where case_id = $1`],
    ['the seal', `${DECISION} seal = jsonb_set(seal, '{statement,by}', '"another"') where case_id = $1`],
    ['the seal, by taking it away', `${DECISION} seal = null where case_id = $1`],
    ['a document', TAMPERINGS.find(([what]) => /bytes/.test(what))?.[1] ?? ''],
  ])('%s: nothing is written', async (_, statement) => {
    const { caseId, write, sink } = await straight();
    expect((await owner.query(statement, [caseId])).rowCount).toBe(1);
    expect(await write()).toMatchObject({ kind: 'held-back', because: [{ code: 'tampering' }] });
    expect(sink.calls).toEqual([]);
  });

  test('nothing: it is written', async () => {
    expect(await (await straight()).write()).toMatchObject({ kind: 'applied' });
  });
});

describe('the ledger itself refuses to begin', () => {
  const held = async () => {
    const undo = [{ when: {}, for: '10 minutes' }] as const;
    const all = await askedOn(onLedger(ledger, testPack({ review: { ...definition().review, undo } })));
    await all.judge();
    return all;
  };

  test('what is still in its undo window', async () => {
    const { caseId, write, sink } = await held();
    expect(await write()).toMatchObject({ kind: 'held-back', because: [{ code: 'withdrawn' }] });
    await ledger.reviews.endUndo(caseId, 1);
    expect(await write()).toMatchObject({ kind: 'applied' });
    expect(sink.entries).toHaveLength(1);
  });

  test('what was withdrawn, whatever the stage says', async () => {
    const { caseId, write, judge, sink } = await held();
    expect((await judge({ verdict: 'withdraw' })).answer).toMatchObject({ accepted: true });
    await owner.query(`${CASE} stage = 'deciding' where case_id = $1`, [caseId]);
    expect(await write()).toMatchObject({ kind: 'held-back', because: [{ code: 'withdrawn' }] });
    expect(sink.calls).toEqual([]);
    expect(await ledger.effects.ofCase(caseId)).toEqual([]);
  });
});
