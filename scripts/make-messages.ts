// Makes samples/ticket-triage from the banking77 and clinc-oos data sets. Deterministic: the same input, the same files.
//   node scripts/make-messages.ts <banking77 folder> <clinc-oos folder> <output folder>
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { hash } from './make-invoices/seed.ts';

type Message = { text: string; intent: string };

const EVALUATION_SIZE = 200;
const SAMPLE_SIZE = 60;
const OUTSIDE_SIZE = 40;

const [bankingFolder, clincFolder, outputFolder] = process.argv.slice(2);
if (bankingFolder === undefined || clincFolder === undefined || outputFolder === undefined) {
  console.error('usage: node scripts/make-messages.ts <banking77 folder> <clinc-oos folder> <output folder>');
  process.exit(2);
}

function readMessages(file: string): Message[] {
  const rows: { text: string; category: string }[] = parse(readFileSync(file), { columns: true, bom: true });
  return rows.map(({ text, category }) => ({ text, intent: category }));
}

/** How two texts are compared: white space at the ends and case do not count. */
const sameness = (text: string) => text.trim().toLowerCase();

/** Orders by a hash of the text, so that the draw depends on the data alone and not on their order. */
const drawn = <T extends { text: string }>(purpose: string, items: readonly T[]): T[] =>
  items.toSorted((a, b) => hash(`${purpose}|${a.text}`) - hash(`${purpose}|${b.text}`));

function withoutRepeats(messages: readonly Message[]): Message[] {
  const seen = new Set<string>();
  return messages.filter(({ text }) => !seen.has(sameness(text)) && seen.add(sameness(text)));
}

/** Takes one message of each intent in turn until `size` are taken; which intents get one more is drawn too. */
function stratified(purpose: string, messages: readonly Message[], size: number): Message[] {
  const byIntent = Map.groupBy(drawn(purpose, messages), ({ intent }) => intent);
  const intents = [...byIntent.keys()].toSorted((a, b) => hash(`${purpose}|${a}`) - hash(`${purpose}|${b}`));
  const taken: Message[] = [];
  for (let round = 0; taken.length < size; round += 1) {
    const before = taken.length;
    for (const intent of intents) {
      const message = byIntent.get(intent)?.[round];
      if (message !== undefined && taken.length < size) taken.push(message);
    }
    if (taken.length === before) throw new Error(`only ${taken.length} messages for ${purpose}, wanted ${size}`);
  }
  return drawn(`${purpose} order`, taken);
}

/** One line of CSV (RFC 4180): a field is quoted where it holds a quote, a comma, a line break or outer white space. */
function csvLine(fields: readonly string[]): string {
  const quoted = fields.map((field) => (/[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field));
  return `${quoted.join(',')}\n`;
}

function writeCsv(file: string, header: readonly string[], rows: readonly (readonly string[])[]): void {
  writeFileSync(join(outputFolder ?? '.', file), [header, ...rows].map(csvLine).join(''));
}

const numbered = (prefix: string, messages: readonly Message[]) =>
  messages.map(({ text, intent }, index) => [`${prefix}-${String(index + 1).padStart(3, '0')}`, text, intent]);

const train = readMessages(join(bankingFolder, 'train.csv'));
const test = readMessages(join(bankingFolder, 'test.csv'));
const trainTexts = new Set(train.map(({ text }) => sameness(text)));
const unseen = test.filter(({ text }) => !trainTexts.has(sameness(text)));
const distinct = withoutRepeats(unseen);
const evaluation = stratified('evaluation', distinct, EVALUATION_SIZE);
const held = new Set(evaluation.map(({ text }) => sameness(text)));
const sample = stratified('sample', distinct.filter(({ text }) => !held.has(sameness(text))), SAMPLE_SIZE); // prettier-ignore

const clinc = JSON.parse(readFileSync(join(clincFolder, 'sample.json'), 'utf8')) as { oos: [string, string][] };
const outside = drawn('outside', clinc.oos.map(([text, intent]) => ({ text, intent }))).slice(0, OUTSIDE_SIZE); // prettier-ignore

mkdirSync(outputFolder, { recursive: true });
writeCsv('examples.csv', ['text', 'intent'], train.map(({ text, intent }) => [text, intent])); // prettier-ignore
writeCsv('evaluation.csv', ['key', 'text', 'intent'], numbered('eval', evaluation));
writeCsv('sample.csv', ['key', 'text', 'intent'], numbered('msg', sample));
writeCsv('outside.csv', ['key', 'text', 'intent'], numbered('outside', outside));
const intents = JSON.parse(readFileSync(join(bankingFolder, 'categories.json'), 'utf8')) as string[];
writeFileSync(join(outputFolder, 'intents.json'), `${JSON.stringify(intents, null, 2)}\n`);
copyFileSync(join(bankingFolder, 'LICENSE'), join(outputFolder, 'LICENSE-banking77'));
copyFileSync(join(clincFolder, 'LICENSE'), join(outputFolder, 'LICENSE-clinc-oos'));
console.log(
  `${train.length} examples; ${test.length} test messages, ${test.length - unseen.length} dropped because their text is ` +
    `among the examples, ${unseen.length - distinct.length} because it repeats; ${evaluation.length} for evaluation, ` +
    `${sample.length} as sample, ${outside.length} outside, ${intents.length} intents`,
);
