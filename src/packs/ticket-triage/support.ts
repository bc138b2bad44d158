import { INTENTS } from './routing.ts';

/** Of the nearest earlier messages at least so many must have the intent, or a person looks. */
const LEAST = 3;
/** Fewer words are a greeting, and like no message in particular. */
const LEAST_WORDS = 4;
/** A message that names more intents than this names none in particular. */
const MOST_NAMED = 4;
const NAMES = INTENTS.filter((intent) => intent.includes('_')).map((intent) => ({
  intent,
  name: new RegExp(String.raw`(?<![\p{L}_])${intent.replace('?', '').replaceAll('_', '[ _]')}(?![\p{L}_])`, 'iu'),
}));

/**
 * For each intent that a message names by its label, in words or as it is written: the message without the sentences that
 * do so. Whoever names the label may want the label, so what else is said must speak for it too. Left out where nothing
 * is left.
 */
export function besidesLabels(text: string): Map<string, string> {
  const sentences = text.split(/(?<=[.!?])\s+|\n+/);
  const named = NAMES.filter(({ name }) => name.test(text)).slice(0, MOST_NAMED);
  return new Map(
    named
      .map(
        ({ intent, name }) =>
          [
            intent,
            sentences
              .filter((one) => !name.test(one))
              .join(' ')
              .trim(),
          ] as const,
      )
      .filter(([, rest]) => rest.split(/\s+/).length >= LEAST_WORDS),
  );
}

/** Whether earlier messages speak for an intent: the nearest ones, and the nearest to what is said besides its label. */
export function isSupported(
  intent: string,
  {
    nearest,
    besides,
  }: { nearest: readonly string[]; besides?: Readonly<Record<string, readonly string[]>> | undefined },
): boolean {
  const votes = [nearest, besides?.[intent] ?? nearest];
  return votes.every((intents) => intents.filter((one) => one === intent).length >= LEAST);
}
