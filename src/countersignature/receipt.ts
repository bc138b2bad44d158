import { z } from 'zod';
import { canonicalText } from '../canonical.ts';
import type { Countersignature, Shown, SignedDecision } from '../domain/countersignature.ts';
import type { PreparedEffect } from '../domain/decision.ts';
import { passkeySignatureSchema } from '../domain/passkey.ts';
import type { StatementSigner } from './statement.ts';

export const RECEIPT_FORMAT = 'countersign/receipt/1';

const text = z.string();
const at = z.iso.datetime();
const maybe = <T extends z.ZodType>(type: T) => z.union([type, z.null()]);
const values = z.record(z.string(), z.unknown());
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256 in hex');
const document = z.strictObject({ hash, name: text, mediaType: text, size: z.int() });
const effect = z.looseObject({
  name: text,
  sink: text,
  collection: text,
  request: values,
  reversal: values,
  title: text,
});
const shown = z.looseObject({
  format: z.literal('countersign/shown/1'),
  caseId: text,
  taskNo: maybe(z.int()),
  documents: z.array(document),
  effects: z.array(effect),
  policy: z.looseObject({ packHash: text, approvals: z.int(), review: z.looseObject({ fourEyes: z.boolean() }) }),
});
const countersignature = z.strictObject({
  statement: z.looseObject({
    ...{ format: z.literal('countersign/statement/1'), caseId: text, by: text, keyId: text },
    passkey: passkeySignatureSchema.optional(),
  }),
  signature: text,
});

/**
 * Everything about a case that an auditor needs to check, without a server, that what was written is what was signed.
 * Times are ISO 8601; the text is canonical JSON (RFC 8785).
 */
export const receiptSchema = z.strictObject({
  format: z.literal(RECEIPT_FORMAT),
  case: z.strictObject({
    ...{ caseId: text, packId: text, caseKey: text, revision: z.int(), contentHash: hash, owner: text, channel: text },
    ...{ submittedBy: maybe(text), receivedAt: at, closedAt: maybe(at), stage: text },
    ...{ outcome: maybe(text), reason: maybe(text) },
  }),
  documents: z.array(document),
  /** What the submitter gave later, asked by a reviewer. */
  answers: z.array(document),
  /** The questions that were put, with what was shown; null: put before the submitter answered, which changed the case. */
  tasks: z.array(
    z.strictObject({
      taskNo: z.int(),
      seen: text,
      digest: text,
      openedAt: at,
      closedAt: maybe(at),
      shown: maybe(shown),
    }),
  ),
  verdicts: z.array(
    z.strictObject({
      ...{ verdictId: text, verdict: text, by: text, channel: text, taskNo: maybe(z.int()), at, body: z.unknown() },
      ...{ accepted: z.boolean(), refusal: maybe(z.looseObject({ code: text })) },
      /** Of one that was taken. */
      countersignature: maybe(countersignature),
    }),
  ),
  decisions: z.array(
    z.strictObject({
      ...{ decisionNo: z.int(), kind: z.enum(['accept', 'reject']), taskNo: maybe(z.int()), output: maybe(values) },
      by: z.union([
        z.strictObject({ kind: z.literal('policy'), rule: text }),
        z.strictObject({ kind: z.literal('reviewer'), name: text }),
      ]),
      effects: z.array(effect),
      ...{ facts: values.optional(), reason: maybe(text), approvedBy: z.array(text).optional() },
      ...{ grounds: values.optional(), undo: values.optional(), seal: countersignature.optional() },
      ...{ at, withdrawnBy: maybe(text) },
      /** What policy decided on; null: a question was put, and is among the tasks. */
      shown: maybe(shown),
    }),
  ),
  effects: z.array(
    z.strictObject({
      ...{ key: text, decisionNo: z.int(), state: text, prepared: effect, reference: maybe(text) },
      ...{ reason: maybe(text), calledAt: maybe(at), settledAt: maybe(at) },
    }),
  ),
  audit: z.strictObject({
    entries: z.array(
      z.strictObject({ caseId: text, seq: z.int(), at, kind: text, data: values, prevHash: hash, hash }),
    ),
    head: z.strictObject({ caseId: text, seq: z.int(), hash }),
  }),
  issued: z.strictObject({
    at,
    keyId: text,
    keys: z.array(z.strictObject({ keyId: text, pem: text })),
    /** Ed25519 over the canonical JSON of the receipt with an empty signature, base64url. */
    signature: text,
  }),
});
type ReceiptText = z.output<typeof receiptSchema>;

type Of<Key extends 'tasks' | 'verdicts' | 'decisions' | 'effects'> = ReceiptText[Key][number];

/** The same, with the types of what stands in it. */
export type CaseReceipt = Omit<ReceiptText, 'tasks' | 'verdicts' | 'decisions' | 'effects'> & {
  tasks: (Omit<Of<'tasks'>, 'shown'> & { shown: Shown | null })[];
  verdicts: (Omit<Of<'verdicts'>, 'countersignature'> & { countersignature: Countersignature | null })[];
  decisions: (Omit<SignedDecision, 'caseId'> &
    Pick<Of<'decisions'>, 'reason' | 'at' | 'withdrawnBy'> & {
      shown: Shown | null;
      seal?: Countersignature;
      grounds?: object;
      undo?: object;
    })[];
  effects: (Omit<Of<'effects'>, 'prepared'> & { prepared: PreparedEffect })[];
};

/** Signs a receipt as issued now. */
export function issue(
  receipt: Omit<CaseReceipt, 'issued' | 'format'>,
  signer: StatementSigner & { publicKeys: readonly { keyId: string; pem: string }[] },
  now: Date,
): CaseReceipt {
  const issued = { at: now.toISOString(), keyId: signer.keyId, keys: [...signer.publicKeys], signature: '' };
  const whole: CaseReceipt = { format: RECEIPT_FORMAT, ...receipt, issued };
  return { ...whole, issued: { ...issued, signature: signer.sign(canonicalText(whole)) } };
}

/** Of JSON text: what stands in a string is kept. */
const STRING_OR_BLANKS = /("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+/g;

/**
 * Whether a text is the canonical one of what was read in it, blanks between its parts aside. Where a name is there twice, or
 * a number has more digits than fit, another program reads something else.
 */
export function isTextOf(text: string, content: unknown): boolean {
  return text.replaceAll(STRING_OR_BLANKS, '$1') === canonicalText(content);
}
