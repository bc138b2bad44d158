import { languagesIn } from './language.ts';
import type { QualityInput, QualityRule } from './rule.ts';

type TextRule = Extract<QualityRule<unknown>, { kind: 'clean' | 'refuse' | 'flag' }>;

/** All texts of a case as one. */
export function wholeText({ sources }: Pick<QualityInput, 'sources'>): string {
  return sources.map(({ text }) => text).join('\n\n');
}

/** Fewer letters and figures than `least`: there is nothing to decide on. */
export function tooLittleText(least: number): TextRule {
  return {
    name: 'too-little-text',
    kind: 'refuse',
    severity: 'refuse',
    notices: (input) => {
      const count = wholeText(input).match(/[\p{L}\p{N}]/gu)?.length ?? 0;
      return count < least ? `there are ${count} letters and figures in it, at least ${least} are expected` : undefined;
    },
  };
}

/** The share of characters, 0..1, from which a text counts as garbled. */
const GARBLED = 0.1;

/** A bad text layer, or a file in another character set: signs that stand for 'unknown', or that nobody writes. */
export const garbledText: TextRule = {
  name: 'garbled-text',
  kind: 'refuse',
  severity: 'refuse',
  notices: (input) => {
    const visible = [...wholeText(input).replaceAll(/\s/g, '')];
    const odd = visible.filter((sign) => /[\ufffd\p{Co}\p{Cn}\p{Cc}]/u.test(sign)).length;
    if (visible.length === 0 || odd / visible.length < GARBLED) return undefined;
    return `${Math.round((100 * odd) / visible.length)} % of its characters are no readable text`;
  },
};

/** The document reader says so in the place of a page that is only a picture. */
export const pageWithoutText: TextRule = {
  name: 'page-without-text',
  kind: 'flag',
  severity: 'review',
  notices: (input) => {
    const pages = wholeText(input).match(/^\[page \d+ of \d+ has no text layer\]$/gm)?.length ?? 0;
    return pages > 0 ? `${pages === 1 ? 'a page is' : `${pages} pages are`} a picture without text` : undefined;
  },
};

/** More characters than `most`: the model may not take in all of it. */
export function veryLong(most: number): TextRule {
  return {
    name: 'very-long',
    kind: 'flag',
    severity: 'review',
    notices: (input) => {
      const { length } = wholeText(input);
      if (length <= most) return undefined;
      return `${length.toLocaleString('en')} characters, more than the ${most.toLocaleString('en')} that are usual`;
    },
  };
}

const CUT = [
  /\[(?:\.\.\.|\u2026)?\s*(?:message|nachricht|text|e-?mail)\s+(?:truncated|clipped|cut off|gek\u00fcrzt|abgeschnitten)/i,
  /\b(?:message|e-?mail) (?:was |is )?(?:truncated|clipped)\b/i,
  /\b(?:continued|carry|carried) (?:on next page|forward|over)\s*[:.]?\s*[\d.,]*\s*$/i,
  /(?<!\p{L})(?:\u00dcbertrag|Fortsetzung (?:auf|folgt)[^\n]{0,30})\s*[:.]?\s*[\d.,]*\s*$/iu,
];
const PAGE_OF = /\b(?:page|seite|p\u00e1gina|pagina)\s+(\d{1,3})\s*(?:of|von|\/|de|di|sur)\s*(\d{1,3})\b/giu;

/** The text says itself that more belongs to it. */
export const truncated: TextRule = {
  name: 'truncated',
  kind: 'flag',
  severity: 'review',
  notices: ({ sources }) => {
    for (const { text } of sources) {
      if (CUT.some((pattern) => pattern.test(text))) return 'it says that it goes on, and ends there';
      const pages = Array.from(text.matchAll(PAGE_OF), ([, page, of]) => [Number(page), Number(of)] as const);
      const last = Math.max(0, ...pages.map(([page]) => page));
      const all = Math.max(0, ...pages.map(([, of]) => of));
      if (last < all) return `it has ${last} of the ${all} pages that it speaks of`;
    }
    return undefined;
  },
};

/** Whole parts in different languages: a form in two languages, or a forwarded conversation. */
export const mixedLanguages: TextRule = {
  name: 'mixed-languages',
  kind: 'flag',
  severity: 'note',
  notices: (input) => {
    const languages = languagesIn(wholeText(input));
    return languages.length > 1 ? `parts are written in ${languages.join(' and ')}` : undefined;
  },
};
