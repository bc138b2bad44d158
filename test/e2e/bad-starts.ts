import { WorkflowFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { failureTypeOf } from '../../src/failures.ts';
import { TASK_QUEUE } from '../../src/messages.ts';
import { sampleOf } from './bad-verdicts.ts';
import { decide, ended, inReview, textCase, type Fixture } from './fixture.ts';

const note = (change: object = {}) => ({ ...textCase('ticket-triage', 'started', 'Where is my card?'), ...change });
const text = (content: string) => [{ name: 'note.txt', mediaType: 'text/plain', text: content }];

/** Starts by Temporal's own client, which nobody checks on the way. */
export function badStarts(fixture: () => Fixture): void {
  const start = async (workflowId: string, args: unknown[]) =>
    await fixture().temporal.workflow.start('decideCase', { workflowId, taskQueue: TASK_QUEUE, args });

  type Bad = [what: string, id: string, input: unknown, type: string, message: RegExp];
  const bad: Bad[] = [
    [
      'another workflow id',
      'x1',
      note(),
      'InvalidInput',
      /^workflow id: start this case as 'case\/ticket-triage\/star/,
    ],
    [
      'an unknown pack',
      'case/nope/a',
      { ...note(), packId: 'nope', caseKey: 'a' },
      'UnknownPack',
      /'nope'.*ticket-tri/,
    ],
    ['no pack', 'x2', note({ packId: undefined }), 'InvalidInput', /^packId: /],
    ['no key', 'x3', note({ caseKey: undefined }), 'InvalidInput', /^caseKey: /],
    ['a control character in the key', 'x4', note({ caseKey: 'a\u0000b' }), 'InvalidInput', /^caseKey: control char/],
    ['a revision that is none', 'x5', note({ revision: 'two' }), 'InvalidInput', /^revision: /],
    [
      '100 KB inline',
      'case/ticket-triage/started',
      note({ documents: text('x'.repeat(100 * 1024)) }),
      'InvalidInput',
      /^documents: 102400 bytes inline, at most 65536; submit larger ones through the API or CLI/,
    ],
    [
      'no documents',
      'case/ticket-triage/started',
      note({ documents: undefined }),
      'InvalidInput',
      /^documents: give at/,
    ],
    ['an empty list', 'case/ticket-triage/started', note({ documents: [] }), 'InvalidInput', /^documents: give at/],
    [
      'documents that are none',
      'case/ticket-triage/started',
      note({ documents: [7] }),
      'InvalidInput',
      /^documents\[0]/,
    ],
    [
      'a document without content',
      'case/ticket-triage/started',
      note({ documents: [{ name: 'a.txt' }] }),
      'InvalidInput',
      /^documents\[0] \(a\.txt\): give its content/,
    ],
    [
      'a reference to what is not stored',
      'case/ticket-triage/started',
      note({ documents: [{ hash: 'f'.repeat(64), name: 'a.txt', mediaType: 'text/plain', size: 3 }] }),
      'InvalidInput',
      /^documents: the ledger does not hold their content/,
    ],
    ['nothing at all', 'x6', undefined, 'InvalidInput', /^caseKey: /],
    ['a text', 'x7', 'decide this', 'InvalidInput', /^caseKey: /],
  ];

  test.each(bad)(
    'a start past the client ends at once, naming what is wrong: %s',
    async (_, id, input, type, message) => {
      const handle = await start(id, input === undefined ? [] : [input]);
      const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(WorkflowFailedError);
      expect([failureTypeOf(error), rootOf(error)]).toEqual([type, expect.stringMatching(message)]);
      expect(await fixture().ledger.cases.get(id)).toBeUndefined();
    },
  );

  test('the right start under an id that failed is taken', async () => {
    const handle = await start('case/ticket-triage/started', [note({ documents: text('How do I change my PIN?') })]);
    expect(await handle.result()).toMatchObject({ outcome: 'written' });
  });

  test('what cannot be read goes to a person, who amends or rejects', async () => {
    const garbage = Buffer.from('%PDF-1.7\ngarbage').toString('base64');
    const documents = [{ name: 'scan.pdf', mediaType: 'application/pdf', base64: garbage }];
    for (const caseKey of ['scan-1', 'scan-2'])
      await start(`case/invoice-intake/${caseKey}`, [{ packId: 'invoice-intake', caseKey, documents }]);
    const caseId = 'case/invoice-intake/scan-1';
    const { seen, output, reasons } = await inReview(fixture(), caseId);
    expect(output).toBeNull();
    expect(reasons.map(({ message }) => message).join()).toMatch(/scan\.pdf: the PDF is damaged/);
    const verdict = { caseId, by: 'kim', seen };
    expect((await decide(fixture(), { ...verdict, verdictId: 'a', verdict: 'approve' })).body).toMatchObject({
      code: 'nothing-to-approve',
    });
    const { truth } = await sampleOf('inv-01-20a-2');
    const amended = await decide(fixture(), { ...verdict, verdictId: 'b', verdict: 'amend', output: truth });
    expect([amended.status, amended.body.detail]).toEqual([200, undefined]);
    expect((await ended(fixture(), caseId)).outcome).toBe('written');

    const other = 'case/invoice-intake/scan-2';
    const task = await inReview(fixture(), other);
    const reject = { verdictId: 'c', verdict: 'reject', reason: 'unreadable', by: 'kim', seen: task.seen };
    expect((await decide(fixture(), { caseId: other, ...reject })).status).toBe(200);
    expect((await ended(fixture(), other)).outcome).toBe('rejected');
    expect((await fixture().ledger.reads.caseFile(other))?.modelCalls).toEqual([]);
  });
}

function rootOf(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof Error ? at.message : String(at);
}
