import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { VerdictBody } from '../../src/client/api/schema-verdict.ts';
import { amended } from '../../src/cli/amend-output.ts';
import { UserError } from '../../src/cli/context.ts';
import { fileInReview, fileWritten } from '../client/fakes.ts';
import { apiWith, refusal, run, viewOf } from './fakes.ts';

const CASE = 'case/invoice-intake/INV-1';
const review = viewOf(fileInReview());

function deciding(answers: (Error | undefined)[] = []) {
  const sent: VerdictBody[] = [];
  const decide = async (verdict: VerdictBody) => {
    sent.push(verdict);
    const fault = answers.shift();
    if (fault) throw fault;
    return { accepted: true as const, verdictId: verdict.verdictId };
  };
  return { sent, api: apiWith({ decide }, [review]) };
}

describe('verdicts', () => {
  test('approve shows what is written, and sends the digest of just that', async () => {
    const { api, sent } = deciding();
    const { out } = await run(api, ['approve', CASE]);
    expect(out).toContain('Post 119.00 EUR');
    expect(out).toMatch(/Taken: approve by bob\.$/);
    expect(sent).toMatchObject([
      { caseId: CASE, verdict: 'approve', by: 'bob', seen: 'abcdef123456', digest: 'abcdef123456'.padEnd(64, '0') },
    ]);
    expect(sent[0]?.verdictId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('--seen and --by are sent as given', async () => {
    const { api, sent } = deciding();
    await run(api, ['reject', CASE, '--seen', 'old-digest', '--by', 'eve', '--reason', 'not ours']);
    expect(sent).toMatchObject([{ verdict: 'reject', seen: 'old-digest', by: 'eve', reason: 'not ours' }]);
    expect(sent[0]).not.toHaveProperty('digest');
  });

  test('amend sends the whole output with the change', async () => {
    const { api, sent } = deciding();
    await run(api, ['amend', CASE, '--set', 'total=11950', '--set', 'number=00012', '--reason', 'misread']);
    expect(sent).toMatchObject([{ verdict: 'amend', output: { number: '00012', total: 11_950 }, reason: 'misread' }]);
  });

  test('amend --output takes a JSON file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-amend-'));
    onTestFinished(async () => await rm(folder, { recursive: true }));
    const file = join(folder, 'o.json');
    await writeFile(file, '{"number":"X"}');
    const { api, sent } = deciding();
    await run(api, ['amend', CASE, '--output', file, '--set', 'total=1']);
    expect(sent).toMatchObject([{ output: { number: 'X', total: 1 } }]);
    await writeFile(file, '[1]');
    await expect(run(api, ['amend', CASE, '--output', file])).rejects.toThrow('holds no JSON object');
  });

  test('withdraw-verdict sends the digest of what was approved last', async () => {
    const held = fileWritten();
    const undo = { until: '2030-01-01T00:00:00.000Z', seen: 'abcdef123456' };
    const decisions = held.decisions.map((decision) => ({ ...decision, undo }));
    const sent: VerdictBody[] = [];
    const decide = async (verdict: VerdictBody) => {
      sent.push(verdict);
      return { accepted: true as const, verdictId: verdict.verdictId };
    };
    const { out } = await run(apiWith({ decide }, [viewOf({ ...held, decisions })]), ['withdraw-verdict', CASE]);
    expect(sent).toMatchObject([{ caseId: CASE, verdict: 'withdraw', by: 'bob', seen: undo.seen }]);
    expect(out).toMatch(/Taken: withdraw by bob\.$/);
    const api = apiWith({ decide }, [viewOf(held)]);
    await expect(run(api, ['withdraw-verdict', CASE])).rejects.toThrow('no approval with an undo window');
  });

  test('an approval that is held back says until when, and how to take it back', async () => {
    const heldUntil = '2030-01-01T00:00:05.000Z';
    const decide = async () => ({ accepted: true as const, verdictId: 'v', heldUntil });
    const { out } = await run(apiWith({ decide }, [review]), ['approve', CASE]);
    expect(out).toMatch(
      /Taken: approve by bob\.\nWritten at 20\d\d-\S+ \d\d:00:05 unless taken back: countersign withdraw-verdict \S+$/,
    );
  });

  test('the first of two approvals is taken, and says that someone else must approve too', async () => {
    const approvals = { given: 1, needed: 2 };
    const decide = async () => ({ accepted: true as const, verdictId: 'v', approvals });
    const [task] = fileInReview().tasks;
    const asked = { ...fileInReview(), tasks: task ? [{ ...task, approvals: { needed: 2, by: ['lea'] } }] : [] };
    const { out } = await run(apiWith({ decide }, [viewOf(asked)]), ['approve', CASE]);
    expect(out).toContain('1 of 2 approvals: lea. 2 different people must approve.');
    expect(out).toMatch(/Taken: approve by bob \(1 of 2 approvals; someone else must approve too\)\.$/);
  });

  test.each([
    [['reassign', CASE, '--to', 'petra'], { verdict: 'reassign', to: 'petra' }],
    [['escalate', CASE, '--reason', 'urgent'], { verdict: 'escalate', reason: 'urgent' }],
    [
      ['ask', CASE, '--question', 'Which order?', '--within', '2 days', '--propose-again'],
      { verdict: 'request-information', question: 'Which order?', within: '2 days', proposeAgain: true },
    ],
    [['ask', CASE, '--question', 'Which order?'], { verdict: 'request-information', question: 'Which order?' }],
  ])('%j is sent with the digest of what was seen', async (args, said) => {
    const { api, sent } = deciding();
    const { out } = await run(api, args);
    expect(sent).toEqual([
      {
        ...{ ...said, caseId: CASE, by: 'bob', verdictId: expect.any(String) as string },
        ...{ seen: 'abcdef123456', digest: 'abcdef123456'.padEnd(64, '0') },
      },
    ]);
    expect(out).toContain(`Taken: ${said.verdict} by bob`);
  });

  test.each([
    [['reassign', CASE], '--to <name>'],
    [['escalate', CASE], '--reason <text>'],
    [['ask', CASE], '--question <text>'],
  ])('%j lacks %s', async (args, option) => {
    await expect(run(deciding().api, args)).rejects.toThrow(`required option '${option}'`);
  });

  test('a refusal is one clear sentence', async () => {
    const { api } = deciding([refusal(403, 'four-eyes', 'by: bob submitted this case; someone else must decide it.')]);
    const error = await run(api, ['approve', CASE]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(/^Refused \(four-eyes\): by: bob submitted this case/);
  });

  test('what no worker confirmed is sent again, under the same id', async () => {
    const again = refusal(503, 'not-confirmed', 'send the same verdict again');
    const { api, sent } = deciding([again, again]);
    await run(api, ['approve', CASE]);
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ verdictId }) => verdictId)).size).toBe(1);
  });

  test('nobody is asked about a case that has ended', async () => {
    const api = apiWith({}, [viewOf(fileWritten())]);
    await expect(run(api, ['approve', CASE])).rejects.toThrow('it has ended: written');
  });

  test.each([['reject'], ['confirm'], ['withdraw'], ['reverse']])('%s needs a reason', async (verb) => {
    await expect(run(deciding().api, [verb, CASE])).rejects.toThrow("required option '--reason <text>'");
  });
});

describe('naming a case', () => {
  const other = viewOf(fileInReview('case/ticket-triage/INV-1'));
  const second = viewOf(fileInReview('case/invoice-intake/INV-2/r2'));
  const first = viewOf(fileWritten('case/invoice-intake/INV-2'));
  const spaced = viewOf(fileInReview('case/invoice-intake/INV%203%2F4'));
  const shown = async (text: string, files = [review, first, second, spaced]) =>
    JSON.parse((await run(apiWith({}, files), ['show', text, '--json'])).out) as { caseId: string };

  test.each([
    [CASE, CASE],
    ['invoice-intake/INV-1', CASE],
    ['INV-1', CASE],
    ['INV-2', 'case/invoice-intake/INV-2/r2'],
    ['invoice-intake/INV-2', 'case/invoice-intake/INV-2'],
    ['INV 3/4', 'case/invoice-intake/INV%203%2F4'],
  ])('%s is %s', async (text, caseId) => {
    expect((await shown(text)).caseId).toBe(caseId);
  });

  test('a key of two packs is ambiguous', async () => {
    await expect(shown('INV-1', [review, other])).rejects.toThrow(`say which: ${CASE}, case/ticket-triage/INV-1`);
  });

  test('a key that nobody knows', async () => {
    await expect(shown('INV-9')).rejects.toThrow("There is no case 'INV-9'");
  });
});

describe('amended', () => {
  const output = { name: '12', total: 5, open: true, list: [{ net: 1 }], 'a.b': 'x', nothing: null };

  test.each([
    ['name=34', { name: '34' }],
    ['name=a=b', { name: 'a=b' }],
    ['total=-7.5', { total: -7.5 }],
    ['open=false', { open: false }],
    ['list.0.net=2', { list: [{ net: 2 }] }],
    ['list.1={"net":3}', { list: [{ net: 1 }, { net: 3 }] }],
    ['a.b=y', { 'a.b': 'y' }],
    ['nothing=text', { nothing: 'text' }],
    ['nothing=null', { nothing: null }],
    ['fresh=[1]', { fresh: [1] }],
  ])('%s', (change, expected) => {
    expect(amended(output, [change])).toEqual({ ...output, ...expected });
  });

  test('leaves the proposal alone, and the prototype', () => {
    amended(output, ['list.0.net=2', '__proto__={"x":1}']);
    expect(output.list).toEqual([{ net: 1 }]);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
    expect(() => amended(output, ['constructor.prototype=1'])).toThrow(UserError);
  });

  test.each([
    ['total', 'FIELD=VALUE'],
    ['=5', 'FIELD=VALUE'],
    ['total=many', 'is no number'],
    ['total="5"', 'is no number'],
    ['open=1', 'write true or false'],
    ['list.7=1', 'no place in a list of 1'],
    ['name.x=1', "nothing in 'name'"],
  ])('%s is refused', (change, message) => {
    expect(() => amended(output, [change])).toThrow(message);
  });
});
