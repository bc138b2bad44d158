import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse';
import { describe, expect, test } from 'vitest';
import { ticketTriage } from '../../../src/packs/ticket-triage/pack.ts';

const examine = (text: string) =>
  ticketTriage.examine([{ name: 'a.txt', text }]).map(({ name, severity }) => `${severity} ${name}`);

describe('refused is', () => {
  test.each([
    ['an automatic reply', 'From: a@b.example\nSubject: Automatic reply: card\n\nI am out of the office until Monday.'],
    ['an absence', 'Vielen Dank. Ich bin bis Freitag nicht erreichbar.'],
    ['a mail that came back', 'From: mailer\nSubject: Undeliverable: your card\n\nThe mailbox is full.'],
    ['a newsletter', 'Our best offers of spring! Click to unsubscribe from this newsletter.'],
  ])('%s', (_, text) => expect(examine(text)).toContain('refuse no-customer-message'));
  test('a message without words', () => expect(examine('?!')).toEqual(['refuse too-little-text']));
});

test('a longer message in another language goes to a person', () => {
  const text =
    'Guten Tag, ich habe meine Karte verloren und m\u00f6chte sie sperren lassen. K\u00f6nnen Sie mir bitte sagen, wie das mit der App geht und wann die neue kommt?';
  expect(examine(text)).toEqual(['review other-language']);
});

test('how alike the best example is becomes a note when it is hardly alike', async () => {
  const similar = (similarity: number) => ({
    lookUp: () => Promise.resolve(undefined),
    similar: () => Promise.resolve([{ key: 'k', text: 't', data: { intent: 'i' }, similarity }]),
  });
  const sources = [{ name: 'a.txt', text: 'Where is my card?' }];
  expect((await ticketTriage.prepare(sources, similar(0.5))).findings).toEqual([]);
  expect((await ticketTriage.prepare(sources, similar(0.1))).findings).toMatchObject([
    { name: 'similar-examples', severity: 'note' },
  ]);
});

test.each([
  ['evaluation', 200],
  ['sample', 60],
  ['outside', 40],
  ['examples', 10_003],
])('none of the messages in %s.csv has a finding', async (file, count) => {
  const path = fileURLToPath(new URL(`../../../samples/ticket-triage/${file}.csv`, import.meta.url));
  const rows = createReadStream(path).pipe(parse({ columns: true })) as AsyncIterable<{ text: string }>;
  let seen = 0;
  const found: string[] = [];
  for await (const { text } of rows) {
    seen += 1;
    found.push(...examine(text).map((finding) => `${finding}: ${text}`));
  }
  expect([seen, found]).toEqual([count, []]);
});
