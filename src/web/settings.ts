import { useSyncExternalStore } from 'react';

/** What a person has set in this browser. */
interface Settings {
  language: 'en' | 'de';
  /** Single keys act; off for those whom they disturb (speech input, a cat). */
  singleKeys: boolean;
}

const KEY = 'countersign.settings';
const listeners = new Set<() => void>();
let settings: Settings = { ...defaults(), ...stored() };

export function useSettings(): Settings {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => settings,
  );
}

export function changeSettings(change: Partial<Settings>): void {
  settings = { ...settings, ...change };
  localStorage.setItem(KEY, JSON.stringify(settings));
  for (const tell of listeners) tell();
}

function defaults(): Settings {
  return { language: navigator.language.startsWith('de') ? 'de' : 'en', singleKeys: true };
}

function stored(): Partial<Settings> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>;
  } catch {
    return {};
  }
}
