import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/domain/access.ts';
import { definePack } from '../../src/packs/define-pack.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { CASE, waiting } from './arrange.ts';

const { review } = definition();

function person(personId: string, group: string, more: Partial<Person> = {}): Person {
  return { personId, name: personId, email: null, roles: ['reviewer'], groups: [group], disabled: false, ...more };
}

const CLERKS = [person('ada', 'clerks'), person('bob', 'clerks'), person('sam', 'clerks')];
const LEADS = [person('lea', 'leads')];

/** A case of three clerks and a lead, of whom Sam has submitted it, after a person was asked. */
async function asked(more: Partial<typeof review> = {}, people = [...CLERKS, ...LEADS]) {
  const pack = testPack({ review: { ...review, groups: ['clerks', 'leads'], assign: 'least-load', ...more } });
  const fakes = fakePorts(pack);
  fakes.ports.access.people = () => Promise.resolve(people);
  const case_ = await waiting({ probability: 0.1 }, fakes);
  const assignee = () => case_.ledger.tasks.at(-1)?.assignee;
  return { ...case_, assignee };
}

describe('a question to a group', () => {
  it('is assigned to whose turn it is, and the case is told nothing of it', async () => {
    const { assignee, question } = await asked({ fourEyes: false });
    expect(assignee()).toBe('ada');
    expect(JSON.stringify(question)).not.toContain('ada');
  });

  it('is assigned to nobody by default', async () => {
    const fakes = fakePorts(testPack({ review: { ...review, groups: ['clerks'] } }));
    fakes.ports.access.people = () => Promise.reject(new TypeError('nobody asked for people'));
    const { ledger } = await waiting({ probability: 0.1 }, fakes);
    expect(ledger.tasks[0]).not.toHaveProperty('assignee');
  });

  it('is pulled where nobody fits: away, or who submitted it', async () => {
    const away = { absence: { until: '2026-03-09T00:00:00.000Z', substitute: null } };
    const { assignee } = await asked({ fourEyes: true }, [person('ada', 'clerks', away), person('sam', 'clerks')]);
    expect(assignee()).toBeUndefined();
  });

  it('is pulled where two must approve and only who submitted it is there, whatever the pack says of four eyes', async () => {
    const levels = [{ when: {}, approvals: 2 }];
    const { assignee } = await asked({ fourEyes: false, levels }, [person('sam', 'clerks')]);
    expect(assignee()).toBeUndefined();
  });

  it('has the same digest whoever it is assigned to', async () => {
    const [one, other] = [await asked(), await asked({}, [person('bob', 'clerks')])];
    expect([one.assignee(), other.assignee()]).toEqual(['ada', 'bob']);
    expect(one.question.seen).toBe(other.question.seen);
  });
});

describe('a question that goes elsewhere', () => {
  it('by time is assigned in the next group', async () => {
    const { assignee, activities } = await asked();
    await activities.escalate({ caseId: CASE, taskNo: 1, group: 'leads', remindAfterMs: 1 });
    expect(assignee()).toBe('lea');
  });

  it('by verdict is assigned in the group that it names, and to nobody where it names a person', async () => {
    const { assignee, judge } = await asked();
    await judge({ verdictId: 'v-1', verdict: 'reassign', to: 'leads' });
    expect(assignee()).toBe('lea');
    await judge({ verdictId: 'v-2', verdict: 'reassign', to: 'bob' });
    expect(assignee()).toBeUndefined();
  });

  it('at the deadline is assigned in the group that it is handed to', async () => {
    const { assignee, activities } = await asked();
    await activities.applyDeadline({ caseId: CASE, taskNo: 1, kind: 'hand-to', group: 'leads' });
    expect(assignee()).toBe('lea');
  });
});

describe('a question that is asked again', () => {
  it('stays with who has it', async () => {
    const { activities, callId, packHash, ledger } = await asked();
    for (const task of [...ledger.tasks]) ledger.tasks.push({ ...task, caseId: 'case/test-pack/OTHER' });
    await activities.validate({ caseId: CASE, packHash, taskNo: 2, callId, because: [] });
    expect(ledger.tasks.at(-1)).toMatchObject({ taskNo: 2, assignee: 'ada' });
  });

  it('is not for who has amended it, where others must approve too', async () => {
    const { assignee, judge } = await asked({ levels: [{ when: {}, approvals: 2 }] });
    const output = { amount: 13, supplier: 'ACME' };
    expect(await judge({ verdict: 'amend', by: 'ada', output })).toMatchObject({ then: { kind: 'asked-anew' } });
    expect(assignee()).toBe('bob');
  });
});

it('who has approved is done with it: somebody else has it next, and at last nobody', async () => {
  const { assignee, judge } = await asked({ levels: [{ when: {}, approvals: 3 }] });
  await judge({ verdictId: 'v-1', by: 'ada' });
  expect(assignee()).toBe('bob');
  await judge({ verdictId: 'v-2', by: 'bob' });
  expect(assignee()).toBeUndefined();
});

it('who approves what is assigned to somebody else leaves it there', async () => {
  const { assignee, judge } = await asked({ levels: [{ when: {}, approvals: 2 }] });
  expect(await judge({ by: 'lea' })).toMatchObject({ answer: { accepted: true } });
  expect(assignee()).toBe('ada');
});

describe('the pack', () => {
  const plan = (more: Partial<typeof review>) =>
    testPack({ review: { ...review, ...more } }).plan({
      primary: { provider: 'p', model: 'm' },
      fallback: undefined,
    });

  it('pins it in the plan only where it is not the default', () => {
    expect(plan({}).review).not.toHaveProperty('assign');
    expect(plan({ assign: 'pull' }).review).not.toHaveProperty('assign');
    expect(plan({ assign: 'round-robin' }).review.assign).toBe('round-robin');
  });

  it('that names another way does not start', () => {
    expect(() => definePack(definition({ review: { ...review, assign: 'random' as 'pull' } }))).toThrow(
      "review.assign: 'random' is none of pull, round-robin, least-load",
    );
  });
});
