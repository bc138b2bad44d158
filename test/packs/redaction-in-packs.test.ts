import { isValidIBAN } from 'ibantools';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDocumentReader } from '../../src/adapters/document-reader/document-reader.ts';
import { invoiceSamples, messageSamples } from '../../src/dev/samples.ts';
import { complete } from '../../src/dev/stand-in-model/model.ts';
import { readResponsesRequest } from '../../src/dev/stand-in-model/request.ts';
import { invoiceIntake } from '../../src/packs/invoice-intake/pack.ts';
import type { Feeds, SourceDocument } from '../../src/packs/pack.ts';
import { personalData, REDACTED_KINDS } from '../../src/packs/personal-data.ts';
import { documentBlocks } from '../../src/packs/prompt.ts';
import { ticketTriage } from '../../src/packs/ticket-triage/pack.ts';
import { testPack } from '../support/fake-pack.ts';

const none: Feeds = { lookUp: () => Promise.resolve(undefined), similar: () => Promise.resolve([]) };
const text = (value: string): SourceDocument[] => [{ name: 'a.txt', text: value }];

describe('a pack that redacts', () => {
  const pack = testPack({ redact: ['email', 'iban'] });

  it('says so in its manifest, so that it is another version', () => {
    expect(pack.manifest.redact).toEqual(['email', 'iban']);
    expect(testPack().manifest.redact).toEqual([]);
  });

  it('presents placeholders, and has their values back before it judges the answer', async () => {
    const sources = text('Pay 12 to DE15 9955 4562 2987 1020 07, ask a@x.example, Tel. 030 123456');
    const { present, placeholders } = await pack.prepare(sources, none);
    expect(present).toMatch(/^Pay 12 to XX00 [\d ]+, ask person-\d@m\d+\.invalid, Tel. 030 123456$/);
    const address = Object.keys(placeholders).find((one) => one.includes('@')) ?? '';
    const read = pack.read({ amount: 12, supplier: `ask ${address}` }, sources, placeholders);
    expect(read).toMatchObject({ ok: true, value: { output: { supplier: 'ask a@x.example' } } });
  });

  it('redacts what is shown from elsewhere too, and never gives that to the case', async () => {
    const example = testPack({
      redact: ['email'],
      present: (sources) => `example of other@x.example; ${sources[0]?.text}`,
    });
    const sources = text('I am a@x.example');
    const { present, placeholders } = await example.prepare(sources, none);
    expect(present).not.toContain('@x.example');
    expect(Object.values(placeholders)).toEqual(['a@x.example']);
    const [others = ''] = /person-\d@m\d+\.invalid/.exec(present) ?? [];
    expect(example.read({ amount: 1, supplier: others }, sources, placeholders)).toMatchObject({
      value: { output: { supplier: others } },
    });
  });
});

describe('ticket-triage', () => {
  const feeds: Feeds = {
    ...none,
    similar: () =>
      Promise.resolve([{ key: '1', text: 'mail b@x.example', data: { intent: 'card_arrival' }, similarity: 1 }]),
  };

  it('shows the model none of the four kinds, in the message and in the examples', async () => {
    const sources = text('card 4111 1111 1111 1111, DE15995545622987102007, a@x.example, +49 30 1234567');
    const { present } = await ticketTriage.prepare(sources, feeds);
    expect(present).not.toMatch(/4111|DE15|x\.example|1234567/);
    expect(present.match(/person-/g)).toHaveLength(2);
  });

  it('takes nothing in its sample messages for personal data', async () => {
    const sets = await Promise.all((['evaluation', 'sample', 'outside'] as const).map(messageSamples));
    const messages = sets.flat().map(({ document }) => Buffer.from(document.bytes).toString());
    expect(messages.length).toBeGreaterThan(250);
    expect(messages.filter((message) => personalData(message, REDACTED_KINDS).length > 0)).toEqual([]);
  });
});

describe('invoice-intake', () => {
  let samples: { sources: SourceDocument[]; truth: Record<string, unknown> }[];
  beforeAll(async () => {
    const reader = createDocumentReader();
    const all = await invoiceSamples();
    samples = await Promise.all(
      all.map(async ({ document, truth }) => {
        const { text: own, attachments } = await reader.read(document);
        const inside = await Promise.all(attachments.map(async (one) => (await reader.read(one)).text));
        return { truth, sources: [own, ...inside].map((one) => ({ name: document.name, text: one })) };
      }),
    );
    await reader.close();
  });

  it('takes no number, date, amount or VAT id of the sample invoices for personal data', () => {
    const truths = samples.flatMap(({ truth }) => [
      truth['invoiceNumber'],
      truth['supplierVatId'],
      truth['orderReference'],
    ]);
    for (const { sources } of samples) {
      const all = documentBlocks(sources);
      for (const { kind, start, end } of personalData(all, REDACTED_KINDS)) {
        const value = all.slice(start, end);
        expect(truths).not.toContain(value);
        if (kind === 'phone') expect(value).toMatch(/^\+[34]/);
        else expect(kind).toMatch(/^(?:email|iban)$/);
      }
    }
  });

  it('has every IBAN of the samples redacted whose check digits are right', async () => {
    let whole = 0;
    for (const { sources, truth } of samples) {
      const { present, placeholders } = await invoiceIntake.prepare(sources, none);
      const compact = present.replaceAll(/\s/g, '');
      // In one sample the columns of the page part the number: what stands between is read first.
      const isWhole = documentBlocks(sources).replaceAll(/\s/g, '').includes(String(truth['iban']));
      if (isWhole && isValidIBAN(String(truth['iban']))) {
        whole++;
        expect(Object.values(placeholders)).toContain(truth['iban']);
        expect(compact).not.toContain(truth['iban']);
      }
      for (const value of Object.values(placeholders)) expect(present).not.toContain(value);
    }
    expect(whole).toBeGreaterThan(50);
  });

  it('reads the IBAN with placeholders as well as without, and the other fields alike', async () => {
    const right = { without: 0, iban: 0, rest: 0, restWithout: 0 };
    for (const { sources, truth } of samples) {
      const { present, placeholders } = await invoiceIntake.prepare(sources, none);
      const open = answered(documentBlocks(sources), sources, {});
      const closed = answered(present, sources, placeholders);
      right.without += Number(open['iban'] === truth['iban']);
      right.iban += Number(closed['iban'] === truth['iban']);
      const fields = Object.keys(truth).filter((field) => field !== 'iban');
      const count = (output: Record<string, unknown>) =>
        fields.filter((field) => JSON.stringify(output[field]) === JSON.stringify(truth[field])).length;
      right.restWithout += count(open);
      right.rest += count(closed);
    }
    console.log(`iban right: ${right.iban} with placeholders, ${right.without} without, of ${samples.length}`);
    expect(right.iban).toBeGreaterThanOrEqual(right.without);
    expect(right.rest).toBe(right.restWithout);
    expect(right.without).toBeGreaterThan(50);
  });
});

/** What the stand-in model makes of a text, as the pack's output. */
function answered(input: string, sources: SourceDocument[], placeholders: Record<string, string>) {
  const { instructions, answerSchema: schema } = invoiceIntake.manifest;
  const format = { type: 'json_schema', name: 'invoice', strict: true, schema };
  const request = readResponsesRequest({ model: 'stand-in-large', instructions, input, text: { format } });
  const { tokens } = complete(request, {}, '');
  const read = invoiceIntake.read(JSON.parse(tokens.map(({ token }) => token).join('')), sources, placeholders);
  return read.ok ? read.value.output : {};
}
