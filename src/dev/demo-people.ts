import type { People } from '../adapters/ledger/people.ts';
import type { Role } from '../domain/access.ts';

/** People to log in as in development: one of each role, with the groups of the packs that come along. */
const PEOPLE: readonly { personId: string; name: string; roles: Role[]; groups: string[] }[] = [
  { personId: 'ada.berg', name: 'Ada Berg', roles: ['reviewer'], groups: ['accounts-payable', 'service-desk'] },
  { personId: 'ben.okoro', name: 'Ben Okoro', roles: ['reviewer'], groups: ['accounts-payable'] },
  { personId: 'carla.ruiz', name: 'Carla Ruiz', roles: ['reviewer', 'submitter'], groups: ['service-desk'] },
  { personId: 'dora.lindt', name: 'Dora Lindt', roles: ['lead'], groups: ['accounts-payable-leads', 'service-leads'] },
  { personId: 'petra.vogel', name: 'Petra Vogel', roles: ['owner'], groups: [] },
  { personId: 'sam.clerk', name: 'Sam Clerk', roles: ['submitter'], groups: [] },
  { personId: 'olga.night', name: 'Olga Night', roles: ['operator'], groups: [] },
  { personId: 'anton.audit', name: 'Anton Audit', roles: ['auditor'], groups: [] },
];

/** Adds those who are not there; whoever was changed stays as changed. */
export async function addDemoPeople(people: People): Promise<void> {
  const there = new Set((await people.people()).map(({ personId }) => personId));
  for (const person of PEOPLE) if (!there.has(person.personId)) await people.putPerson(person, 'development');
}
