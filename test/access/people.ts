import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import type { AccessPorts } from '../../src/client/api/access.ts';
import { ROLES, type Role } from '../../src/domain/access.ts';

/** One person of each role, and a key of each. */
export type Keys = Record<Role, string>;

/** Adds `<role>.one` for each role, all in the groups of the invoice pack, and makes a key for each. */
export async function oneOfEach({ people, credentials }: Ledger): Promise<Keys> {
  const keys: Partial<Keys> = {};
  for (const role of ROLES) {
    const personId = `${role}.one`;
    const entry = { personId, name: role, email: `${role}@example.test`, roles: [role], groups: ['accounts-payable'] };
    await people.putPerson(entry, 'test');
    keys[role] = (await credentials.makeKey(personId, { label: 'test', expiresAt: null }, 'test')).secret;
  }
  return keys as Keys;
}

/** Access as a production API has it. */
export function requiredAccess(
  { people, credentials, passkeys }: Ledger,
  more: Partial<AccessPorts> = {},
): AccessPorts {
  return { mode: 'required', people, credentials, passkeys, ...more };
}

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
