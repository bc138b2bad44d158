import type { Action, Role } from '../domain/access.ts';

/** What the pages offer, by role. The API judges by its own table, which `test/web/rights.test.ts` compares with this one. */
export const OFFERED = {
  decide: ['reviewer', 'lead'],
  'read-counts': ['reviewer', 'lead', 'owner', 'auditor', 'operator'],
  'read-people': ['reviewer', 'lead', 'owner', 'auditor', 'operator'],
  'read-audit': ['auditor', 'owner'],
} as const satisfies Partial<Record<Action, readonly Role[]>>;

export type Offered = keyof typeof OFFERED;

/** Whether it is worth offering: who may not is told so by the API, but need not be led there. */
export function may(roles: readonly string[], action: Offered): boolean {
  const those: readonly string[] = OFFERED[action];
  return roles.some((role) => those.includes(role));
}
