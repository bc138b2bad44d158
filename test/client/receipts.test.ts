import { afterEach, expect, test } from 'vitest';
import { canonicalText } from '../../src/canonical.ts';
import type { Api } from '../../src/client/api/ports.ts';
import { verifyReceipt } from '../../src/countersignature/verify-receipt.ts';
import { testSigner } from '../support/signing-key.ts';
import { apiOf, fileInReview } from './fakes.ts';

let api: Api | undefined;
afterEach(async () => await api?.close());

test('GET /v1/receipts/<case>: canonical JSON, signed as it is sent', async () => {
  const file = fileInReview();
  api = apiOf({ reads: { caseFile: async () => file }, signer: testSigner });
  const answer = await api.inject(`/v1/receipts/${file.record.caseId}`);
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json']);
  const receipt = answer.json<unknown>();
  expect(answer.body).toBe(canonicalText(receipt));
  const [issued] = verifyReceipt(receipt, [testSigner.publicKeyPem]);
  expect(issued).toMatchObject({ about: 'the receipt', faults: [] });
});

test('a case that is not there has no receipt', async () => {
  api = apiOf({ reads: { caseFile: async () => undefined }, signer: testSigner });
  const answer = await api.inject('/v1/receipts/case/invoice-intake/none');
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'no-such-case']);
});
