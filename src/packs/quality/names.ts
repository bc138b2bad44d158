const LOCALES = ['en', 'de', 'fr', 'es', 'it'];

/** The currencies that a sign may stand for; '$' is that of a dozen countries, and '\u00a5' of two. */
const SIGNS: Readonly<Record<string, RegExp>> = {
  '\u20ac': /^EUR$/,
  '\u00a3': /^(?:GBP|GIP|SHP|FKP)$/,
  $: /^(?:USD|CAD|AUD|NZD|SGD|HKD|MXN)$/,
  '\u00a5': /^(?:JPY|CNY)$/,
};
/** What a sign means where nothing else is said. */
const USUAL: Readonly<Record<string, string>> = { '\u20ac': 'EUR', '\u00a3': 'GBP', $: 'USD' };
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

/** How people call countries beside the names that ICU has. */
const COUNTRIES_TOO: Readonly<Record<string, string>> = {
  uk: 'GB',
  'great britain': 'GB',
  england: 'GB',
  grossbritannien: 'GB',
  usa: 'US',
  'united states of america': 'US',
  holland: 'NL',
  'czech republic': 'CZ',
  'the netherlands': 'NL',
};
/** Codes that ICU names although they are no country. */
const NO_COUNTRY = new Set(['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ']);

/**
 * The ISO 4217 code of a currency by code, sign or name ('EUR', '\u20ac', 'Euro', 'Schweizer Franken'); undefined for what
 * is none, and for the yen sign, which stands for two.
 */
export function currencyOf(text: string): string | undefined {
  const said = text.trim();
  const code = said.toUpperCase();
  if (CURRENCIES.has(code)) return code;
  return USUAL[said] ?? currencyNames().get(plain(said));
}

/** Whether a sign can stand for a currency; true for signs that are not known here. */
export function signFits(sign: string, currency: string): boolean {
  return SIGNS[sign]?.test(currency) ?? true;
}

/** The ISO 3166 code of a country by code or by its name in English, German, French, Spanish or Italian. */
export function countryOf(text: string): string | undefined {
  const name = plain(text);
  const code = text.trim().toUpperCase();
  return countryNames().get(name) ?? (countryCodes().has(code) ? code : undefined);
}

/** The countries that stand alone on a line of a text, as addresses end, by their ISO code. */
export function countriesIn(text: string): string[] {
  const names = countryNames();
  const found = text.split(/\n| {2,}|, /).flatMap((part) => names.get(plain(part)) ?? []);
  return [...new Set(found)];
}

const currencyNames = once(() => {
  const names = new Map<string, string>();
  for (const locale of LOCALES) {
    const display = new Intl.DisplayNames(locale, { type: 'currency', fallback: 'none' });
    for (const code of CURRENCIES) {
      const name = display.of(code);
      if (name !== undefined) names.set(plain(name), code);
    }
  }
  return names;
});

const countryCodes = once(() => {
  const display = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const letters = Array.from({ length: 26 }, (_, at) => String.fromCharCode(65 + at));
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  // Old codes are named by what they became: DD is Germany too, and must not take its name.
  return new Set(
    codes.filter((code) => {
      return !NO_COUNTRY.has(code) && display.of(code) !== undefined && new Intl.Locale(`und-${code}`).region === code;
    }),
  );
});

const countryNames = once(() => {
  const names = new Map<string, string>(Object.entries(COUNTRIES_TOO));
  for (const locale of LOCALES) {
    const display = new Intl.DisplayNames(locale, { type: 'region', fallback: 'none' });
    for (const code of countryCodes()) {
      const name = display.of(code);
      if (name !== undefined) names.set(plain(name), code);
    }
  }
  return names;
});

function plain(name: string): string {
  return name.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('\u00df', 'ss').toLowerCase().trim();
}

/** Names of all countries in five languages take some milliseconds: made when they are first asked for. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
