import { words } from '../format.ts';
import { useSettings } from '../settings.ts';
import { de } from './de.ts';
import { en, type MessageKey } from './en.ts';

const CATALOGUES = { en, de } as const;

export type Say = (key: MessageKey, values?: Readonly<Record<string, string | number>>) => string;

type SayOr = (key: string, otherwise: string) => string;

/** Where a case stands, or how it ended. */
export function standOf({ stage, outcome }: { stage: string; outcome: string | null }, sayOr: SayOr): string {
  return outcome === null ? sayOr(`stage.${stage}`, words(stage)) : sayOr(`outcome.${outcome}`, words(outcome));
}

/** The words of the app in the person's language, and the language for dates and numbers. */
export function useWords(): { say: Say; language: 'en' | 'de'; sayOr: SayOr } {
  const { language } = useSettings();
  const say: Say = (key, values = {}) =>
    CATALOGUES[language][key].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
  // For codes that a newer server may have and this catalogue does not.
  const sayOr: SayOr = (key, otherwise) => (key in en ? say(key as MessageKey) : otherwise);
  return { say, language, sayOr };
}
