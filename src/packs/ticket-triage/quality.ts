import { languageOf } from '../quality/language.ts';
import type { QualityRule } from '../quality/rule.ts';
import { garbledText, mixedLanguages, tooLittleText, truncated, veryLong, wholeText } from '../quality/text-rules.ts';

/** Earlier messages that read alike, with the intent that was right; `similarity` by trigrams, 0..1. */
export interface TicketEnrichment {
  examples: { text: string; intent: string; similarity: number }[];
  /** By intent that the message names by its label: the intents of the messages most like what else it says. */
  besides?: Record<string, string[]>;
}

/** From this length on, in characters, the few telling words of a message name its language safely enough. */
const LONG_ENOUGH = 120;
/** Below this similarity an example has hardly more in common with a message than the language. */
const FAINT = 0.2;

const AUTOMATIC = [
  /^auto-submitted:\s*auto-/im,
  /^subject:\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of office|abwesenheits|automatische antwort)/im,
  /\b(?:i am|i'm|i will be) (?:currently )?out of (?:the )?office\b/i,
  /\b(?:ich bin|bin ich) (?:derzeit |bis |vom )?[^.\n]{0,40}nicht (?:im b\u00fcro|erreichbar)\b/i,
  /\bthis is an automated (?:message|response|reply)\b/i,
];
const UNDELIVERED = /^subject:\s*(?:undeliver\w*|delivery status notification|mail delivery|returned mail)/im;
const LEAVE_THE_LIST = /\bunsubscribe\b[^\n]{0,60}(?:newsletter|mailing list|these emails|https?:)/i;

export const quality: readonly QualityRule<TicketEnrichment>[] = [
  tooLittleText(4),
  garbledText,
  {
    name: 'no-customer-message',
    kind: 'refuse',
    severity: 'refuse',
    notices: (input) => {
      const text = wholeText(input);
      if (UNDELIVERED.test(text)) return 'a mail system says that a mail was not delivered';
      if (AUTOMATIC.some((pattern) => pattern.test(text))) return 'this is an automatic reply';
      return LEAVE_THE_LIST.test(text) ? 'this looks like a newsletter' : undefined;
    },
  },
  truncated,
  veryLong(8_000),
  mixedLanguages,
  {
    name: 'other-language',
    kind: 'flag',
    severity: 'review',
    notices: (input) => {
      const text = wholeText(input);
      const language = text.length < LONG_ENOUGH ? undefined : languageOf(text);
      return language === undefined || language === 'en'
        ? undefined
        : `it is written in another language (${language}) than the examples`;
    },
  },
  {
    name: 'similar-examples',
    kind: 'enrich',
    severity: 'note',
    notices: ({ enrichment: { examples } }) => {
      const best = Math.max(0, ...examples.map(({ similarity }) => similarity));
      return best < FAINT ? 'no earlier message reads alike: there is little to go by' : undefined;
    },
  },
];
