import { expect } from 'vitest';
import { verifyChain } from '../../src/adapters/ledger/audit-chain.ts';
import type { CaseFile } from '../../src/adapters/ledger/case-file.ts';
import { type Model, neededFor, plain, SUBMITTER } from './model.ts';

/** What stands downstream: under which key, and what. */
export interface Standing {
  key: string;
  request: Record<string, unknown>;
}

/** What holds whatever came before. `downstream`: all that was ever applied for this case, in order. */
export function expectKept(file: CaseFile, model: Model, downstream: readonly Standing[]): void {
  expect(file.record.outcome ?? undefined).toBe(model.ended);
  expect(file.decisions).toHaveLength(model.decisions.length + (model.ended === 'rejected' ? 1 : 0));
  for (const { by, approvedBy = [], kind, output } of file.decisions) {
    const names = (approvedBy.length > 0 ? approvedBy : [by.kind === 'reviewer' ? by.name : '']).map(plain);
    expect(names).not.toContain(SUBMITTER);
    expect(new Set(names).size).toBe(names.length);
    if (kind === 'accept') expect(names.length).toBeGreaterThanOrEqual(neededFor(Number(output?.['amount'])));
  }
  // Once each, what was seen, of the one decision that stands, and only when it is not held back.
  const written = model.ended === 'written' ? model.latest : undefined;
  const keys = written ? ['post', 'pay'].map((name) => `${file.record.caseId}/${written.decisionNo}/${name}`) : [];
  expect(downstream.map(({ key }) => key)).toEqual(keys);
  for (const { request } of downstream) expect(request['amount']).toBe(written?.amount);
  expect(verifyChain(file.audit)).toEqual([]);
  expect(file.audit.filter(({ kind }) => kind === 'closed')).toHaveLength(model.ended ? 1 : 0);
}
