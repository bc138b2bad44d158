import { caseIdOf } from '../domain/case.ts';
import { SUPPLIERS } from '../packs/invoice-intake/pack.ts';
import { invoiceSamples, messageSamples, sampleFeeds, type Sample } from './samples.ts';

/** Cases that nothing is wrong with, each used once: what goes wrong in these runs is only what is killed. */
export class Supply {
  readonly #messages: Sample[];
  readonly #pdfs: Sample[];
  readonly #texts: Sample[];
  readonly #known: readonly Sample[];
  #invoices = 0;
  #numbered = 0;

  private constructor(messages: Sample[], pdfs: Sample[], texts: Sample[]) {
    this.#messages = messages;
    this.#known = [...messages];
    this.#pdfs = pdfs;
    this.#texts = texts;
  }

  /** `fits`: only such samples; default all that nothing is wrong with. */
  static async open(fits: (sample: Sample) => boolean = () => true): Promise<Supply> {
    const feeds = await sampleFeeds();
    const known = new Set(feeds[SUPPLIERS]?.filter(({ data }) => data['blocked'] !== true).map(({ key }) => key));
    const clean = (await invoiceSamples()).filter(
      (sample) => sample.faults.length === 0 && known.has(String(sample.truth['supplierVatId'])) && fits(sample),
    );
    const of = (mediaType: string) => clean.filter(({ document }) => document.mediaType === mediaType);
    const messages = [...(await messageSamples('evaluation')), ...(await messageSamples('sample'))];
    return new Supply(messages, of('application/pdf'), of('text/plain'));
  }

  /** Customer messages: one effect, in the help desk. */
  messages(count: number): Sample[] {
    return taken(this.#messages, count, 'messages');
  }

  /** The same without an end: each carries a number, for the same document under two keys is a finding. */
  numberedMessages(count: number): Sample[] {
    return Array.from({ length: count }, () => {
      const model = this.#known[this.#numbered++ % this.#known.length];
      if (!model) throw new Error('there is no message');
      const number = String(this.#numbered).padStart(6, '0');
      const text = `${Buffer.from(model.document.bytes).toString('utf8')} Reference ${number}.`;
      const caseKey = `${model.caseKey}-${number}`;
      return { ...model, caseKey, document: { ...model.document, bytes: Buffer.from(text, 'utf8') } };
    });
  }

  /** Real PDF invoices: read in a normal activity. */
  pdfs(count: number): Sample[] {
    return taken(this.#pdfs, count, 'PDF invoices');
  }

  /** Plain text invoices, each with a number of its own: two effects, in accounts payable and payments. */
  invoices(count: number): Sample[] {
    return Array.from({ length: count }, () => {
      const at = this.#invoices++;
      const model = this.#texts[at % this.#texts.length];
      if (!model) throw new Error('there is no plain text invoice');
      const number = String(model.truth['invoiceNumber']);
      const own = `${number}${String(at + 1).padStart(3, '0')}`;
      const text = Buffer.from(model.document.bytes).toString('utf8').replaceAll(number, own);
      return {
        ...model,
        caseKey: `${model.caseKey}-${at + 1}`,
        document: { ...model.document, bytes: Buffer.from(text, 'utf8') },
        truth: { ...model.truth, invoiceNumber: own },
      };
    });
  }
}

/** The case that a sample becomes. */
export function caseOf({ packId, caseKey }: Sample, revision = 1): string {
  return caseIdOf({ packId, caseKey, revision });
}

function taken(from: Sample[], count: number, what: string): Sample[] {
  if (from.length < count) throw new Error(`only ${from.length} ${what} are left`);
  return from.splice(0, count);
}
