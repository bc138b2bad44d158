import { useSyncExternalStore } from 'react';
import type { MeBody } from '../client/api/schema-access.ts';

/** Who works in this browser, as the server knows it: the one place where the web app does. */
export interface Session {
  /** `asking`: not known yet; `out`: nobody is logged in. */
  state: 'asking' | 'out' | 'in';
  /** The id of the person, as it stands under verdicts and notes; empty when nobody is logged in. */
  name: string;
  /** How people call them. */
  shown: string;
  roles: readonly string[];
  /** Who is away, and in whose place this person answers meanwhile. */
  standsInFor: NonNullable<MeBody['standsInFor']>;
  /** Whether their verdicts are signed with a passkey. */
  passkey: boolean;
}

const OUT: Session = { state: 'out', name: '', shown: '', roles: [], standsInFor: [], passkey: false };
const listeners = new Set<() => void>();
let session: Session = { ...OUT, state: 'asking' };
let csrf: string | undefined;
let asked = 0;

export function useSession(): Session {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => session,
  );
}

/** The id of the person outside of components. */
export function currentName(): string {
  return session.name;
}

/** Whether they sign with a passkey, outside of components. */
export function hasPasskey(): boolean {
  return session.passkey;
}

/** Asks the server who is logged in. Without an answer it stays as it was: a lost connection logs nobody out. */
export async function askWhoIAm(): Promise<void> {
  asked += 1;
  const mine = asked;
  const response = await fetch('/v1/me');
  // An answer from before a login must not undo it.
  if (mine !== asked) return;
  if (response.status === 401) return loggedOut();
  if (!response.ok) throw new TypeError(`GET /v1/me: ${response.status}`);
  const { person, standsInFor = [], csrf: token, passkey = false } = (await response.json()) as MeBody;
  if (!person) return loggedOut();
  csrf = token;
  change({ state: 'in', name: person.personId, shown: person.name, roles: person.roles, standsInFor, passkey });
}

/** Logs in as somebody of the directory: development on one machine only. */
export async function signIn(personId: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch('/v1/login/demo', { method: 'POST', headers, body: JSON.stringify({ personId }) });
  if (!response.ok) throw new TypeError(`POST /v1/login/demo: ${response.status}`);
  await askWhoIAm();
}

export async function signOut(): Promise<void> {
  await fetch('/v1/logout', { method: 'POST', headers: sessionHeaders() });
  loggedOut();
}

/** The session has ended, or there was none. */
export function loggedOut(): void {
  csrf = undefined;
  change(OUT);
}

/** Headers that every request to the API carries. */
export function sessionHeaders(): Record<string, string> {
  return csrf === undefined ? {} : { 'x-csrf-token': csrf };
}

function change(next: Session): void {
  session = next;
  for (const tell of listeners) tell();
}
