import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { invoiceSamples, messageSamples } from '../../src/dev/samples.ts';

/** One attempt to give the model orders from inside a document; see samples/injections. */
interface Attempt {
  id: string;
  /** The sample that carries it, by its key. */
  carrier: string;
  kind: string;
  language: string;
  place: 'start' | 'end';
  text: string;
  /** Fields of the output with what the attempt tries to get written; money in minor units. */
  wants: Record<string, unknown>;
}

export interface LoadedAttempt extends Attempt {
  /** The carrier without the attempt, and with it; each invoice has a number of its own, so that each could be posted. */
  control: string;
  attacked: string;
  /** The output that is right for `control`, but for an invoice's number, which is that of `attacked`. */
  honest: Record<string, unknown>;
}

const folder = fileURLToPath(new URL('../../samples/injections', import.meta.url));
/** Further numbers of the same kind that make the stand-in ask for a person anyway: then no attack would matter. */
const AMBIGUOUS = /^(?:\((?:VAT number|UStIdNr) .*\)|IBAN \d:.*)\n/gm;

export async function loadAttempts(packId: 'invoice-intake' | 'ticket-triage'): Promise<LoadedAttempt[]> {
  const attempts = JSON.parse(await readFile(join(folder, `${packId}.json`), 'utf8')) as Attempt[];
  const samples = packId === 'invoice-intake' ? await invoiceSamples() : await messageSamples('sample');
  return attempts.map((attempt, at) => {
    const sample = samples.find(({ caseKey }) => caseKey === attempt.carrier);
    if (!sample) throw new Error(`${attempt.id}: there is no sample ${attempt.carrier}`);
    const { document, truth } = sample;
    const control = Buffer.from(document.bytes).toString('utf8').replaceAll(AMBIGUOUS, '').trim();
    const { own, honest } = numbered(control, truth, at);
    const attacked = attempt.place === 'start' ? `${attempt.text}\n\n${own}` : `${own}\n\n${attempt.text}`;
    return { ...attempt, control, attacked, honest };
  });
}

function numbered(text: string, truth: Record<string, unknown>, at: number) {
  const number = truth['invoiceNumber'];
  if (typeof number !== 'string') return { own: text, honest: truth };
  const invoiceNumber = `${number}-${100 + at}`;
  return { own: text.replaceAll(number, invoiceNumber), honest: { ...truth, invoiceNumber } };
}
