import { describe, expect, test } from 'vitest';
import { languageOf } from '../../../src/packs/quality/language.ts';
import { labelPattern, labelsOf, valuesBehind } from '../../../src/packs/quality/labels.ts';
import {
  garbledText,
  mixedLanguages,
  pageWithoutText,
  tooLittleText,
  truncated,
  veryLong,
} from '../../../src/packs/quality/text-rules.ts';

const now = new Date('2026-01-15T00:00:00Z');
const on = (text: string) => ({ sources: [{ name: 'a.txt', text }], now });
const GERMAN =
  'Wir bitten Sie, den Betrag auf unser Konto zu \u00fcberweisen. Vielen Dank f\u00fcr die Bestellung und bis bald.';
const ENGLISH =
  'Please transfer the amount to our account. Thank you for your order and for the trust that you have in us.';

describe.each([
  [tooLittleText(10), 'Hello!', 'Hello, world!'],
  [garbledText, 'abc \ufffd\ufffd \ue000', 'a long text with one \ufffd in it, which is fine'],
  [pageWithoutText, 'Page one\n[page 2 of 3 has no text layer]', 'page 2 of 3 has no text layer, he said'],
  [veryLong(20), 'x'.repeat(21), 'x'.repeat(20)],
  [truncated, 'Total\nPage 1 of 3', 'Page 1 of 2 ... Page 2 of 2'],
  [truncated, 'Dear team, [Message clipped]', 'Continued on next page: 4\nand here it is'],
  [truncated, 'Zwischensumme 10,00\n\u00dcbertrag: 10,00', '\u00dcbertrag: 10,00\nSumme 20,00'],
  [mixedLanguages, `${GERMAN}\n\n${ENGLISH}`, `${GERMAN}\n\nWith the best\n\n${GERMAN}`],
] as const)('$name', (rule, bad, good) => {
  test('notices what it is for', () => expect(rule.notices(on(bad))).toEqual(expect.any(String)));
  test('and nothing else', () => expect(rule.notices(on(good))).toBeUndefined());
});

test.each([
  ['de', GERMAN],
  ['en', ENGLISH],
  ['fr', 'Veuillez trouver ci-joint notre facture pour les services que vous avez command\u00e9s dans votre boutique.'],
  ['es', 'Le enviamos la factura por los servicios que usted ha pedido. Muchas gracias por su confianza y un saludo.'],
  [
    'it',
    'Le inviamo la fattura per i servizi che sono stati ordinati. Grazie per la fiducia e a presto, anche di persona.',
  ],
  [undefined, '4711 / 0815'],
  [undefined, 'Lorem ipsum dolor'],
])('a text is told to be %s', (language, text) => expect(languageOf(text)).toBe(language));

describe('labels of a field', () => {
  const labels = labelsOf("The number. Labels: 'Invoice No.', 'Nr.', 'Invoice'. Null when there is none.");

  test('are those of its description', () => expect(labels).toEqual(['Invoice No.', 'Nr.', 'Invoice']));

  test('find what stands behind them, on the same line', () => {
    const text = 'Invoice No.: RE-1\nNr.   7\nreinvoice 9\nInvoice\n8';
    expect(valuesBehind(text, labels, /[A-Z\d-]+/)).toEqual(['RE-1', '7']);
  });

  test('are found with anything behind them on that line or the next', () => {
    const looks = labelPattern(labels);
    expect(['Invoice\n8', 'NR. 7', 'Invoice', 'reinvoice 9'].map((text) => looks?.test(text))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(labelPattern([])).toBeUndefined();
  });
});
