import { canonicalText, storedDigestOf } from '../canonical.ts';
import type { Countersignature, Statement } from '../domain/countersignature.ts';

/** Signs text by the deployment's key. */
export interface StatementSigner {
  keyId: string;
  sign(text: string): string;
}

/** Whether a signature is one of a key that is known. */
export type Verify = (text: string, signature: string, keyId: string) => boolean;

/** Signs what the service vouches for. */
export function countersign(signer: StatementSigner, said: Omit<Statement, 'format' | 'keyId'>): Countersignature {
  const statement: Statement = { format: 'countersign/statement/1', ...said, keyId: signer.keyId };
  return { statement, signature: signer.sign(canonicalText(statement)) };
}

/** Whether the service signed exactly this. */
export function isSigned({ statement, signature }: Countersignature, verify: Verify): boolean {
  return verify(canonicalText(statement), signature, statement.keyId);
}

/** SHA-256 (hex) of a countersignature, as the audit entry of its verdict or decision holds it. */
export function hashOfCountersignature(signed: Countersignature): string {
  return storedDigestOf(signed);
}
