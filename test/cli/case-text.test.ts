import { describe, expect, test } from 'vitest';
import { caseText } from '../../src/cli/case-text.ts';
import { listText } from '../../src/cli/list-text.ts';
import { readyCommands } from '../../src/cli/ready-commands.ts';
import { taskText } from '../../src/cli/task-text.ts';
import { timelineOf } from '../../src/cli/timeline.ts';
import { summaryOf } from '../../src/client/api/case-view.ts';
import { fileInReview, fileWritten, later, rowOf } from '../client/fakes.ts';
import { plain, viewOf } from './fakes.ts';

const review = viewOf(fileInReview());

describe('timelineOf', () => {
  test('tells a case from receipt to write, and who did what', () => {
    expect(timelineOf(viewOf(fileWritten())).map(({ text, tone }) => `${tone}: ${text}`)).toEqual([
      'plain: received through api, 1 document',
      'plain: read and checked, 1 finding; pack version 1.0.0 pinned',
      'plain: large answered in 400 ms, cost 0.00125',
      'person: clerks asked to decide, 1 reason',
      'person: bob: amend: misread',
      'person: accepted by bob',
      'plain: Post 119.50 EUR: writing',
      'good: Post 119.50 EUR: written as P-77',
      'good: closed: written',
    ]);
  });

  test.each([
    ['escalated', { to: 'heads' }, 'nobody answered: escalated to heads'],
    ['deadline', { kind: 'reject' }, 'the deadline passed: reject'],
    ['model-failed', { callId: 'call-1', failureType: 'ProviderBusy' }, 'large failed: ProviderBusy'],
    ['model-answered', { callId: 'call-1', outcome: 'refusal' }, 'large answered (refusal) in 400 ms, cost 0.00125'],
    ['verdict-refused', { by: 'ann', refusal: { message: 'by: no' } }, 'verdict refused (ann): by: no'],
    ['decision', { kind: 'accept', by: { kind: 'policy', rule: 'p 1.0.0' } }, 'accepted by policy (p 1.0.0)'],
    ['effect-unknown', { key: 'k', title: 'Pay' }, 'Pay: sent, outcome unknown'],
    ['compensated', { key: 'k', by: 'bob', reason: 'wrong' }, 'k: undone by bob: wrong'],
    ['moved', { packVersion: '2', why: 'gone' }, 'moved to pack version 2: gone'],
    ['assigned', { assignee: 'ada' }, 'assigned to ada'],
    ['assigned', { assignee: null }, 'nobody of the group has it now'],
    ['something-new', {}, 'something-new'],
  ])('%s', (kind, data, text) => {
    const events = [{ seq: 1, at: '2026-03-01T10:00:00.000Z', kind, data }];
    expect(timelineOf({ ...review, events })[0]?.text).toBe(text);
  });
});

test('a decision names all who approved it', () => {
  const written = fileWritten();
  const decisions = written.decisions.map((decision) => ({ ...decision, approvedBy: ['ann', 'bob'] }));
  expect(caseText(viewOf({ ...written, decisions }), plain, later(60_000))).toMatch(/ by ann and bob, 2026-/);
});

describe('caseText', () => {
  test('names who of the group has the question', () => {
    const task = review.task && { ...review.task, assignee: 'ada' };
    expect(caseText({ ...review, task }, plain, later(60_000))).toContain('waiting for clerks, assigned to ada, due');
  });

  test('shows what a person needs to answer', () => {
    const text = caseText(review, plain, later(60_000));
    for (const part of [
      /^case\/invoice-intake\/INV-1 {2}review$/m,
      /submitted by ann/,
      /note: the invoice is old/,
      /large +ok +attempt 1 +400 ms +1,000 \+ 50 tokens +0\.00125/,
      /waiting for clerks, due .+ \(in 23 h 59 min\), seen abcdef123456/,
      /total: confidence 0\.41 is below 0\.80/,
      /number +RE-7 +high 0\.97 +"RE-7"/,
      /total +11900 +low 0\.41/,
      /holds +hard +totals-add-up/,
      /broken +soft +known-supplier +the supplier is not in the register/,
      /ann +approve +refused \(four-eyes\)/,
      /^ {2}countersign approve case\/invoice-intake\/INV-1 --seen abcdef123456$/m,
      /^ {2}temporal workflow signal --workflow-id case\/invoice-intake\/INV-1 --name verdict --input '/m,
    ]) {
      expect(text).toMatch(part);
    }
  });

  test('shows what a written case wrote', () => {
    const file = viewOf(fileWritten());
    const verdict = { verdictId: 'v', channel: 'api', verdict: 'amend', by: 'bob', accepted: true, refusal: null };
    const verdicts = [{ ...verdict, reason: null, taskNo: 1, at: later(60_000).toISOString() }];
    const text = caseText({ ...file, verdicts }, plain, later(0));
    expect(text).toMatch(/^case\/invoice-intake\/INV-1 {2}written$/m);
    expect(text).toMatch(/Post 119\.50 EUR +applied +as P-77 +in accounts-payable/);
    expect(text).toMatch(/took 1 min 1 s/);
    expect(text).toMatch(/^Decision\n {2}amend by bob, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/m);
    expect(text).toMatch(/^ {4}total +11950 +proposed: 11900$/m);
    expect(text).toMatch(/^ {4}number +RE-7$/m);
    expect(text).toMatch(
      new RegExp(`^received .+ \\(${Intl.DateTimeFormat().resolvedOptions().timeZone}\\), took`, 'm'),
    );
    expect(text).not.toContain('Open task');
  });

  test('what stands in a document controls no terminal', () => {
    const file = fileInReview();
    file.tasks[0]?.reasons.push({ code: 'data-quality', message: '\u001b[2J\u001b[1;1Happroved' });
    if (file.tasks[0]) file.tasks[0].output = { number: '\u001b]8;;http://x\u0007RE-7' };
    const text = caseText(viewOf(file), plain, later(0));
    expect(['\u001b', '\u0007'].filter((character) => text.includes(character))).toEqual([]);
    expect(text).toContain('approved');
  });
});

describe('what approving does', () => {
  const task = (change: Partial<NonNullable<typeof review.task>>) => {
    if (!review.task) throw new Error('no task');
    return { ...review.task, ...change };
  };
  const onApprove = (change: Parameters<typeof task>[0]) =>
    taskText(task(change), review, plain).split('On approve\n')[1];

  test('is said by the titles of its effects', () => {
    expect(onApprove({})).toBe('  - Post 119.00 EUR');
  });

  test('is preceded by what is read again before the write', () => {
    const facts = [{ title: 'the bank account of the supplier', shown: 'ending 4013' }];
    const text = taskText(task({ facts }), review, plain);
    expect(text).toContain('Read again before the write\n  - the bank account of the supplier: ending 4013\n');
    expect(taskText(task({}), review, plain)).not.toContain('Read again');
  });

  test.each([
    [{ proposal: null }, 'there is no valid proposal'],
    [{ rules: [{ name: 'r', severity: 'hard', holds: false }] }, 'a hard rule is broken'],
  ] as const)('%j cannot be approved, so the command is not offered', (change, why) => {
    const changed = 'rules' in change ? { rules: [...change.rules] } : change;
    expect(onApprove(changed)).toContain(`refused: ${why}`);
    const commands = readyCommands('case/p/K', task(changed));
    expect(commands.some((command) => command.includes('approve'))).toBe(false);
  });

  test.each([
    ['effect-unknown', ['approve', 'confirm', 'reject', 'reassign', 'escalate']],
    ['compensation', ['approve', 'confirm', 'reassign', 'escalate']],
  ] as const)('%s takes other verdicts', (kind, verbs) => {
    const commands = readyCommands('case/p/K', task({ kind, proposal: null }));
    expect(commands.slice(0, -1).map((command) => command.split(' ')[1])).toEqual(verbs);
  });

  test('nobody is offered to escalate when nobody is left', () => {
    const commands = readyCommands('case/p/K', task({ next: [] }));
    expect(commands.some((command) => command.includes('escalate'))).toBe(false);
    expect(commands.some((command) => command.includes('ask '))).toBe(true);
  });

  test('a case key cannot smuggle in a command', () => {
    const caseId = "case/p/x';reboot;'";
    for (const command of readyCommands(caseId, task({}))) {
      expect(command).toContain(String.raw`'case/p/x'\'';reboot;'\'''`);
    }
  });
});

describe('listText', () => {
  const long = `case/invoice-intake/${'x'.repeat(90)}`;
  const cases = [
    rowOf(long),
    rowOf('case/p/open', { stage: 'review', outcome: null, closedAt: null, owner: 'a-very-long-owner-name' }),
  ].map(summaryOf);

  test('fits into 100 columns at a terminal', () => {
    const lines = listText(cases, { paint: plain, columns: 180, now: later(90_000) }).split('\n');
    expect(lines).toHaveLength(3);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines[2]).toMatch(/^p\/open +review +.+ 1 min 30 s ago +a-very-long-o…$/);
  });

  test('cuts no id where a program reads it', () => {
    expect(listText(cases, { paint: plain, columns: undefined, now: later(0) })).toContain('x'.repeat(90));
  });
});
