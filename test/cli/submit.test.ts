import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiUnreachable, type ApiClient } from '../../src/client/api-client.ts';
import type { LineReceipt, SubmissionBody } from '../../src/client/api/schema-submission.ts';
import { submitItems } from '../../src/cli/submit-run.ts';
import { collected, fileInReview, fileWritten } from '../client/fakes.ts';
import { apiWith, refusal, run, viewOf } from './fakes.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-submit-'));
  for (const name of ['a.txt', 'b.txt', 'c.txt']) await writeFile(join(folder, name), name);
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

type Answer = (body: SubmissionBody, line: number) => LineReceipt;

const accepted: Answer = ({ packId, caseKey = '' }, line) => {
  return { line, caseId: `case/${packId}/${caseKey}`, created: true, started: true, outcome: null };
};

function taking(answer: Answer = accepted): Pick<ApiClient, 'submitAll'> {
  return {
    async *submitAll(bodies) {
      let line = 0;
      for await (const body of bodies) yield answer(body, ++line);
    },
  };
}

describe('countersign submit', () => {
  test('lists what was submitted, and ends well', async () => {
    const { out, failed } = await run(apiWith(taking()), ['submit', folder, '--pack', 'invoice-intake']);
    expect(out).toMatch(/a\.txt +case\/invoice-intake\/a-[0-9a-f]{8} +submitted/);
    expect([out.split('\n').at(-1), failed]).toEqual(['3 submitted, 0 refused', false]);
  });

  test('tells apart new, known and refused; refused means exit code 1', async () => {
    const answer: Answer = (body, line) => {
      if (line === 2) return { line, error: refusal(422, 'invalid-input', 'b.txt: cannot be read').problem };
      const receipt = accepted(body, line);
      return line === 3 ? { ...receipt, created: false, outcome: 'written' } : receipt;
    };
    const args = ['submit', folder, join(folder, 'none'), '--pack', 'invoice-intake'];
    const { out, failed } = await run(apiWith(taking(answer)), args);
    expect(out).toMatch(/refused +\S*b\.txt +b\.txt: cannot be read/);
    expect(out).toMatch(/refused +\S*none +there is no such file or folder/);
    expect(out).toMatch(/c\.txt .+ written/);
    expect([out.split('\n').at(-1), failed]).toEqual(['1 submitted, 1 already known, 2 refused', true]);
  });

  test('says who submits, and the key that was given', async () => {
    const bodies: SubmissionBody[] = [];
    const api = apiWith(taking((body, line) => (bodies.push(body), accepted(body, line))));
    await run(api, ['submit', join(folder, 'a.txt'), '--pack', 'ticket-triage', '--key', 'K', '--by', 'ann']);
    await run(api, ['submit', '-', '--pack', 'ticket-triage'], 'hello');
    expect(bodies.map(({ packId, caseKey, submittedBy }) => [packId, caseKey, submittedBy])).toEqual([
      ['ticket-triage', 'K', 'ann'],
      ['ticket-triage', 'stdin-2cf24dba', 'bob'],
    ]);
  });

  test.each([
    [['submit', '.'], 'Say which process pack decides them: --pack invoice-intake or --pack ticket-triage'],
    [['submit', '.', '--pack', 'x'], "there is no pack 'x'; there are invoice-intake, ticket-triage."],
  ])('%j is refused in one sentence', async (args, message) => {
    await expect(run(apiWith(taking()), args)).rejects.toThrow(message);
  });

  test('--key for several documents is refused', async () => {
    const args = ['submit', folder, '--pack', 'ticket-triage', '--key', 'K'];
    await expect(run(apiWith(taking()), args)).rejects.toThrow('--key is for a single document');
  });

  test('--wait tells where each case stands then', async () => {
    const ids = ['a', 'b', 'c'].map((key) => `case/ticket-triage/${key}`);
    const answer: Answer = (body, line) => ({ ...accepted(body, line), caseId: ids[line - 1] ?? '' });
    const files = [viewOf(fileWritten(ids[0])), viewOf(fileInReview(ids[1])), viewOf(fileWritten(ids[2]))];
    const args = ['submit', folder, '--pack', 'ticket-triage', '--wait'];
    const { out } = await run(apiWith(taking(answer), files), args);
    expect(
      out
        .split('\n')
        .slice(0, 3)
        .map((line) => line.split(/ +/).at(-1)),
    ).toEqual(['written', 'review', 'written']);
  });
});

describe('a connection that is lost', () => {
  const lost = new ApiUnreachable('the connection was lost');
  const breaking = (after: number): ApiClient =>
    apiWith({
      async *submitAll(bodies) {
        let line = 0;
        for await (const body of bodies) {
          line += 1;
          if (line > after) throw lost;
          yield accepted(body, line);
        }
      },
    });
  async function* items(count: number) {
    for (let at = 1; at <= count; at++)
      yield { label: `file ${at}`, body: { packId: 'p', caseKey: `k${at}`, documents: [{ name: 'a', text: 'x' }] } };
  }

  test('what was answered stays, what was sent without an answer is named', async () => {
    const fates = await collected(submitItems(breaking(2), items(5)));
    expect(fates.map(({ label, kind }) => [label, kind])).toEqual([
      ['file 1', 'submitted'],
      ['file 2', 'submitted'],
      ['file 3', 'unanswered'],
    ]);
  });

  test('at the very start it is one error', async () => {
    await expect(collected(submitItems(breaking(0), items(5)))).rejects.toThrow(lost);
  });
});
