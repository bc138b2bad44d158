import { isoToEnglish } from './format.ts';

const ITEMS: Record<string, string> = {
  Beratung: 'Consulting',
  'Zeitschrift Kommunalwirtschaft': 'Journal Kommunalwirtschaft',
  'Porto + Versandkosten': 'Postage and packing',
  'Denk doch, wie du willst': 'Book: Denk doch, wie du willst',
  Versandkosten: 'Shipping',
  Teilnahmegebühr: 'Attendance fee',
  Seminar: 'Training course',
  Raumkosten: 'Room hire',
  Reisekostenpauschale: 'Travel, flat rate',
  Seminarunterlagen: 'Course material',
  'Miete X': 'Rental of terminal X',
  'Zentrale Administrationslösung Bereitstellung von Werkzeugen zur Administration/Betreuung':
    'Central administration: provision of administration and support tools',
  'Paketierung der Anwendung "Kofax 10.2" für 180 Geräte': 'Packaging of "Kofax 10.2" for 180 devices',
  Drehstuhl: 'Swivel chair',
  'Huawei E5573 Mobiler 4G Hotspot sw': 'Huawei E5573 mobile 4G hotspot, black',
  Beschaffungspauschale: 'Procurement fee',
  Lieferkosten: 'Delivery',
  'Keyboard/Maus - weiß': 'Keyboard and mouse, white',
  'Tastatur Deutsch': 'Keyboard, German layout',
  'Aussetzen der Kanten Neorokokosofa laut N2': 'Edge repair, neo-rococo sofa, as per N2',
  'Aussetzen der Kanten am Sofa um 1780 laut N2': 'Edge repair, sofa of about 1780, as per N2',
  'Analyse Pigment': 'Pigment analysis',
  Querschliff: 'Cross-section',
  'Furnierniederlegung 50 %': 'Veneer laying 50 %',
  'Transport 25 %': 'Transport 25 %',
  'Sofa um 1780 Reinigung der Oberfläche': 'Sofa of about 1780, surface cleaning',
  'Konstruktive Ertüchtigung, Ergänzung eines Beines': 'Structural repair, replacement of one leg',
  'Abnahme der rotbraunen Fassung 50 %': 'Removal of red-brown finish 50 %',
  'Neorokokosofo konstruktive Ertüchtigung': 'Neo-rococo sofa, structural repair',
  'Reinigung, Fassungssicherung 50 %': 'Cleaning, securing of finish 50 %',
  Anforderungsaufnahme: 'Requirements analysis',
  Lastenheft: 'User requirements specification',
  Pflichtenheft: 'Functional specification',
  Entwicklung: 'Development',
  Behältermiete: 'Container rental',
  Entsorgung: 'Waste disposal',
  'Tür Instandsetzung': 'Door repair',
  'Fahrzeug XY der Klasse Z': 'Vehicle XY, class Z',
  'Fahrzeug AB der Klasse C': 'Vehicle AB, class C',
  'Abschlag Monat': 'Monthly instalment',
  'Minderleistungen Produkt 2 Vormonat': 'Shortfall of product 2, previous month',
};

/** Item name in English; one that is not in the table stays as it is, apart from a few word beginnings. */
export function item(name: string): string {
  const known = ITEMS[name];
  if (known !== undefined) return known;
  return name
    .replace(/^Servicegebühren /, 'Service fees ')
    .replace(/^Produkt /, 'Product ')
    .replace(/^Fremdleistung Anbieter /, 'Third-party service, supplier ');
}

const day = (german: string): string => isoToEnglish(german.split('.').toReversed().join('-'));

const TERMS: [RegExp, (...found: string[]) => string][] = [
  [/bis zum (\d\d\.\d\d\.\d{4}) auf das unten aufgeführte Konto/, (_, date = '') => `Please transfer the amount to the account below by ${day(date)}.`], // prettier-ignore
  [
    /^Bitte überweisen Sie bis zum (\d\d\.\d\d\.\d{4})/,
    (_, date = '') => `Please transfer the amount by ${day(date)}.`,
  ],
  [/^Bis zum (\d\d\.\d\d\.\d{4}) ohne Abzug/, (_, date = '') => `Payable by ${day(date)} without deduction.`],
  [/fällig zum (\d\d\.\d\d\.\d{4}) ohne Abzug/, (_, date = '') => `Net cash, due ${day(date)} without deduction. Please quote invoice and customer number.`], // prettier-ignore
  [/^(Zahlbar|Fällig) sofort/, () => 'Payable immediately, without deduction.'],
  [/^14 Tage; .*PayPal/, () => '14 days; please pay by PayPal to the e-mail address given.'],
  [/^14 Tage$/, () => '14 days'],
  [/Betrag innerhalb von 14 Tagen/, () => 'Please transfer the amount to the account below within 14 days. The invoice date is the date of dispatch.'], // prettier-ignore
  [/^Wir möchten Sie bitten.*innerhalb von 14 Tagen/, () => 'Please transfer the fee within 14 days, quoting the invoice number.'], // prettier-ignore
  [/innerhalb von 30 Tagen ohne Abzug/, () => 'Please transfer the total amount within 30 days without deduction.'],
  [/^Bei Zahlungen binnen 14 Tagen, 2% Skonto/, () => '2% discount if paid within 14 days'],
  [/^10 Tage 3% Skonto, 30 Tage netto/, () => '10 days 3% discount, 30 days net'],
  [/monatl\. zum letzten Werktag/, () => 'Payable in monthly instalments, due on the last working day of the month.'],
];

/** Payment terms in English; a sentence it does not know stays German, as on many a real invoice from abroad. */
function terms(german: string): string {
  for (const [phrase, english] of TERMS) {
    const found = phrase.exec(german);
    if (found !== null) return english(...found);
  }
  return german;
}

/** Reason for a VAT rate of zero in English. */
export function exemption(german: string | null): string {
  if (german !== null && german.includes('Steuerschuldnerschaft'))
    return 'Reverse charge: VAT is owed by the recipient';
  return german !== null && german.includes('gemeinnützig')
    ? 'Recognised as a non-profit organisation'
    : 'Exempt from VAT';
}

const DISCOUNT = /#SKONTO#TAGE=(\d+)#PROZENT=(\d+)(?:\.(\d\d))?#/g;

/** XRechnung's machine-readable discount lines as a sentence; other terms stay as they are. */
export function readableTerms(text: string, language: 'de' | 'en'): string {
  const steps = [...text.matchAll(DISCOUNT)].map(([, days, rate]) => {
    if (rate === '0') return language === 'de' ? `${days} Tage netto` : `${days} days net`;
    return language === 'de' ? `${days} Tage ${rate} % Skonto` : `${days} days ${rate}% discount`;
  });
  if (steps.length > 0) return steps.join(', ');
  return language === 'de' ? text : terms(text);
}

const UNITS: Record<string, [de: string, en: string]> = {
  C62: ['Stk.', 'pcs'],
  XPP: ['Stk.', 'pcs'],
  H87: ['Stk.', 'pcs'],
  DAY: ['Tage', 'days'],
  HUR: ['Std.', 'h'],
  MON: ['Mon.', 'mths'],
  TNE: ['t', 't'],
};

/** A UN/ECE Recommendation 20 or 21 unit code as people write it; an unknown one is printed as it is. */
export function unit(code: string, language: 'de' | 'en'): string {
  return UNITS[code]?.[language === 'de' ? 0 : 1] ?? code;
}
