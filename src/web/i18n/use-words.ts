import { useSettings } from '../settings.ts';
import { de } from './de.ts';
import { en, type MessageKey } from './en.ts';

const CATALOGUES = { en, de } as const;

export type Say = (key: MessageKey, values?: Readonly<Record<string, string | number>>) => string;

/** The words of the app in the person's language, and the language for dates and numbers. */
export function useWords(): { say: Say; language: 'en' | 'de'; sayOr: (key: string, otherwise: string) => string } {
  const { language } = useSettings();
  const say: Say = (key, values = {}) =>
    CATALOGUES[language][key].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
  // For codes that a newer server may have and this catalogue does not.
  const sayOr = (key: string, otherwise: string) => (key in en ? say(key as MessageKey) : otherwise);
  return { say, language, sayOr };
}
