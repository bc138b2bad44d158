export type Language = 'de' | 'en' | 'fr' | 'es' | 'it';

/** Frequent short words of each language; a few are of two. */
const WORDS: Readonly<Record<Language, string>> = {
  de: 'und der das den dem des nicht ist sie mit für auf ein eine einen einer sich von zu zum zur wir ihre ihnen ihr bitte oder auch wird werden nach bei bis über unter im am vom sind haben unsere unser ich mein meine wie kann habe',
  en: 'the and of to is are you for with that this from your our we please by on not it be as have has i my was can will do does what how when why did there at please its been any',
  fr: 'le les des et est vous nous pour avec dans une votre notre sur par que qui au aux du je pas sont ce cette veuillez vos nos ou être avez avons mes',
  es: 'el los las y es usted para por nuestro nuestra su sus que una como más pero está del al se lo mi muy favor fecha hola gracias puedo',
  it: 'il gli che di è per una sono della del dei delle alla nel con non questo questa nostra nostro vostra vostro si prego grazie come più anche ho mio',
};
const LANGUAGES = Object.keys(WORDS) as Language[];
const OWNERS = ownersOfWords();

/** How many words of a text tell its language, by language. A word of several languages counts for each. */
function tellingWords(text: string): Map<Language, number> {
  const counts = new Map<Language, number>(LANGUAGES.map((language) => [language, 0]));
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) {
    for (const language of OWNERS.get(word) ?? []) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return counts;
}

/** The language of a text by its short words; undefined when none of them, or no single language, stands out. */
export function languageOf(text: string): Language | undefined {
  const [first, second] = [...tellingWords(text)].toSorted((a, b) => b[1] - a[1]);
  return first && second && first[1] > second[1] ? first[0] : undefined;
}

/** The languages that whole parts of a text are written in: a part counts from `least` telling words of one language. */
export function languagesIn(text: string, least = 6): Language[] {
  const found = new Set<Language>();
  for (const part of text.split(/\n\s*\n/)) {
    const [first, second] = [...tellingWords(part)].toSorted((a, b) => b[1] - a[1]);
    if (first && second && first[1] >= least && first[1] > 2 * second[1]) found.add(first[0]);
  }
  return [...found];
}

function ownersOfWords(): Map<string, Language[]> {
  const owners = new Map<string, Language[]>();
  for (const language of LANGUAGES) {
    for (const word of new Set(WORDS[language].split(' '))) owners.set(word, [...(owners.get(word) ?? []), language]);
  }
  return owners;
}
