import { fileURLToPath } from 'node:url';
import type { Sample } from './samples.ts';

/** What the feeder was told for each submission: its own receipts, from which 'lost' is counted. */
export interface FeederReceipt {
  sample: Sample;
  caseId?: string;
  /** The problem, when the submission was refused. */
  refused?: string;
}

/** Submits samples as a business system would: one NDJSON stream to the API, a receipt for each line. */
export async function feed(
  apiUrl: string,
  samples: readonly Sample[],
  submittedBy = 'feeder',
): Promise<FeederReceipt[]> {
  const lines = samples.map(({ packId, caseKey, document: { name, mediaType, bytes } }) =>
    JSON.stringify({
      packId,
      caseKey,
      submittedBy,
      documents: [{ name, mediaType, base64: Buffer.from(bytes).toString('base64') }],
    }),
  );
  const headers = { 'content-type': 'application/x-ndjson' };
  const response = await fetch(`${apiUrl}/v1/cases`, { method: 'POST', headers, body: `${lines.join('\n')}\n` });
  if (!response.ok) throw new Error(`the API answered ${response.status}: ${await response.text()}`);
  const receipts = (await response.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ReceiptLine);
  return samples.map((sample, at) => {
    const receipt = receipts.find(({ line }) => line === at + 1);
    if (receipt?.caseId !== undefined) return { sample, caseId: receipt.caseId };
    return { sample, refused: receipt?.error?.detail ?? receipt?.error?.title ?? 'no receipt' };
  });
}

interface ReceiptLine {
  line: number;
  caseId?: string;
  error?: { title?: string; detail?: string };
}

/** The project's own state folder: everything that `npm start` keeps. */
export const STATE_DIR = fileURLToPath(new URL('../../.countersign/state', import.meta.url));
