/** What people and programs are to a process. */
export const ROLES = ['submitter', 'reviewer', 'lead', 'owner', 'auditor', 'operator', 'service'] as const;
export type Role = (typeof ROLES)[number];

/** How someone is known. `link`: by a decision link. `local`: a program on this machine, in development; it says itself who it acts for. */
export type Via = 'session' | 'api-key' | 'link' | 'local';

/** Who asks, as far as it is known. */
export interface Identity {
  /** Stands as `by` in verdicts and as `submittedBy`; empty for `local`. */
  personId: string;
  name: string;
  roles: readonly Role[];
  /** The review groups of the packs. */
  groups: readonly string[];
  /** Absent: all packs. */
  packs?: readonly string[];
  via: Via;
}

/** What may be done, and by whom. The one table of rights; whatever is not in it nobody may do. */
const MAY = {
  'submit-case': ['submitter', 'service'],
  'list-cases': ['submitter', 'service', 'reviewer', 'lead', 'owner', 'auditor', 'operator'],
  'read-case': ['submitter', 'service', 'reviewer', 'lead', 'owner', 'auditor', 'operator'],
  'read-document': ['submitter', 'service', 'reviewer', 'lead', 'owner', 'auditor'],
  decide: ['reviewer', 'lead'],
  'read-information': ['submitter', 'service', 'reviewer', 'lead', 'owner', 'auditor'],
  'answer-information': ['submitter', 'service', 'reviewer', 'lead', 'owner'],
  'withdraw-case': ['submitter', 'service', 'lead', 'owner'],
  'reverse-case': ['lead', 'owner'],
  'read-packs': ROLES,
  'read-counts': ['reviewer', 'lead', 'owner', 'auditor', 'operator'],
  'read-operations': ['lead', 'owner', 'auditor', 'operator', 'service'],
  'retry-notice': ['operator'],
  'revoke-link': ['lead', 'owner', 'operator'],
  'load-feed': ['service', 'operator'],
  'read-audit': ['auditor', 'owner'],
  'read-people': ['reviewer', 'lead', 'owner', 'auditor', 'operator'],
  'manage-people': ['operator'],
  'own-account': ROLES,
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof MAY;

/** Whether a role alone gives the right. */
export function mayDo(role: Role, action: Action): boolean {
  const may: readonly Role[] = MAY[action];
  return may.includes(role);
}

export interface AccessRefusal {
  code: 'not-entitled' | 'not-your-pack';
  message: string;
}

/** The one place where a right is checked. Undefined: it is granted. `packId`: of the case or pack that it is about. */
export function refusalOfAccess(
  { personId, roles, packs, via }: Identity,
  action: Action,
  packId?: string,
): AccessRefusal | undefined {
  if (via === 'local') return undefined;
  if (!roles.some((role) => mayDo(role, action))) {
    const has = roles.length === 0 ? 'no role' : roles.join(', ');
    const message = `${personId} (${has}) may not ${action.replaceAll('-', ' ')}: it takes one of ${MAY[action].join(', ')}.`;
    return { code: 'not-entitled', message };
  }
  if (packId === undefined || hasPartIn({ packs }, packId)) return undefined;
  return { code: 'not-your-pack', message: `${personId} has no part in the pack '${packId}'.` };
}

/** Whether somebody has a part in a pack: what others have is not theirs to see, not even as a number. */
export function hasPartIn({ packs }: { packs?: readonly string[] | undefined }, packId: string): boolean {
  return packs === undefined || packs.includes(packId);
}

const READS_ALL: readonly Role[] = ['reviewer', 'lead', 'owner', 'auditor', 'operator'];

/** True for those who see only the cases that they submitted themselves. */
export function seesOnlyOwn({ roles, via }: Identity): boolean {
  return via !== 'local' && !roles.some((role) => READS_ALL.includes(role));
}

/** A person as the directory holds it now. */
export interface Person extends Omit<Identity, 'via'> {
  email: string | null;
  disabled: boolean;
  /** Away now, until then (ISO 8601), with who answers meanwhile. */
  absence?: { until: string; substitute: string | null };
}

/** Ids are compared as they stand, so only one spelling of each is let in: lower case, no blanks. */
export const PERSON_ID = /^[a-z0-9][a-z0-9._@+-]{0,99}$/;
