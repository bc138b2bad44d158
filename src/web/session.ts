import { useSyncExternalStore } from 'react';

/** Who works in this browser: the one place where the web app knows it. Verdicts and notes carry the name as `by`. */
export interface Session {
  /** Empty until the person has said who they are. */
  name: string;
}

const KEY = 'countersign.name';
const listeners = new Set<() => void>();

export function useSession(): Session {
  const name = useSyncExternalStore(subscribe, currentName);
  return { name };
}

/** The name outside of components. */
export function currentName(): string {
  return localStorage.getItem(KEY) ?? '';
}

export function signIn(name: string): void {
  localStorage.setItem(KEY, name.trim());
  for (const tell of listeners) tell();
}

export function signOut(): void {
  localStorage.removeItem(KEY);
  for (const tell of listeners) tell();
}

/** Headers that every request to the API carries. */
export function sessionHeaders(): Record<string, string> {
  return {};
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  window.addEventListener('storage', tell);
  return () => {
    listeners.delete(tell);
    window.removeEventListener('storage', tell);
  };
}
