export type Language = 'de' | 'en';

/** '2016-04-04' to '04.04.2016'. */
export const isoToGerman = (iso: string): string => iso.split('-').toReversed().join('.');

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** '2016-04-04' to '4 April 2016'. */
export function isoToEnglish(iso: string): string {
  const [year, month, day] = iso.split('-');
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
}

/** Minor units as '1.234,56' (de) or '1,234.56' (en). */
export function amount(minorUnits: number, language: Language): string {
  return number(minorUnits / 100, language, 2, 2);
}

/** A number in the language's notation; quantities and unit prices have up to three decimals. */
export function number(value: number, language: Language, least = 0, most = 3): string {
  const locale = language === 'de' ? 'de-DE' : 'en-GB';
  return value.toLocaleString(locale, { minimumFractionDigits: least, maximumFractionDigits: most });
}

/** An IBAN in groups of four, as printed on paper. */
export const groupedIban = (iban: string): string => iban.replaceAll(/(.{4})(?=.)/g, '$1 ');

/** '19 %' in German, '19%' in English. */
export const percent = (rate: number, language: Language): string =>
  `${number(rate, language)}${language === 'de' ? ' ' : ''}%`;
