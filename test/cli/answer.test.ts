import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { InformationBody } from '../../src/client/api/schema-information.ts';
import { fileInReview, requestOf } from '../client/fakes.ts';
import { apiWith, refusal, run, viewOf } from './fakes.ts';

const CASE = 'case/invoice-intake/INV-1';

function asked(requests = [requestOf()], fault?: Error) {
  const sent: InformationBody[] = [];
  const answer = async (body: InformationBody) => {
    sent.push(body);
    if (fault) throw fault;
    return { accepted: true as const, answerId: body.answerId, requestId: body.requestId };
  };
  return { sent, api: apiWith({ answer }, [viewOf({ ...fileInReview(), information: requests })]) };
}

test('answers the open question with a text and a document', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-answer-'));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  const file = join(folder, 'order.txt');
  await writeFile(file, 'Order 4711');
  const { api, sent } = asked();
  const { out } = await run(api, ['answer', CASE, '--text', 'see the order', '--file', file]);
  expect(out).toContain('rita asks: Which order is it?');
  expect(out).toMatch(/Taken: the answer of bob\.$/);
  const documents = [{ name: 'order.txt', base64: Buffer.from('Order 4711').toString('base64') }];
  expect(sent).toEqual([
    { requestId: 'q-1', answerId: expect.any(String) as string, by: 'bob', text: 'see the order', documents },
  ]);
});

test('says what is wrong: nothing to answer, nothing given, no such file, refused', async () => {
  const answer = (api: ReturnType<typeof asked>['api'], ...more: string[]) => run(api, ['answer', CASE, ...more]);
  await expect(answer(asked([]).api, '--text', 'x')).rejects.toThrow('Nobody waits for an answer');
  await expect(answer(asked().api)).rejects.toThrow('Give --text, --file, or both');
  await expect(answer(asked().api, '--file', '/nowhere/a.txt')).rejects.toThrow('cannot be read');
  await expect(answer(asked().api, '--text', 'x', '--request', 'q-9')).rejects.toThrow(
    "no question 'q-9'; it has: q-1",
  );
  const late = asked([requestOf()], refusal(409, 'too-late', 'it was to be answered before'));
  await expect(answer(late.api, '--text', 'x')).rejects.toThrow('Refused (too-late): it was to be answered before');
});

test('show tells what was asked and answered, and how to answer', async () => {
  const open = (await run(asked().api, ['show', CASE])).out;
  expect(open).toContain('rita asks sam: Which order is it?');
  expect(open).toContain(`countersign answer '${CASE}' --text TEXT`.replaceAll("'", ''));
  const document = { hash: 'e'.repeat(64), name: 'answer.txt', mediaType: 'text/plain', size: 5, text: 'It is 4711' };
  const answer = { by: 'sam', identity: 'session' as const, at: new Date(), documents: [document] };
  const given = requestOf({ answeredAt: new Date(), taskOpen: false, answer });
  expect((await run(asked([given]).api, ['show', CASE])).out).toContain('sam: It is 4711');
  const missed = requestOf({ givenUpAt: new Date(), taskOpen: false });
  expect((await run(asked([missed]).api, ['show', CASE])).out).toContain('unanswered');
});
