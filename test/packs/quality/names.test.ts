import { expect, test } from 'vitest';
import { countriesIn, countryOf, currencyOf, signFits } from '../../../src/packs/quality/names.ts';

test.each([
  ['EUR', 'EUR'],
  ['chf', 'CHF'],
  ['\u20ac', 'EUR'],
  ['$', 'USD'],
  ['Euro', 'EUR'],
  ['Schweizer Franken', 'CHF'],
  ['US-Dollar', 'USD'],
  ['livre sterling', 'GBP'],
  ['British Pound', 'GBP'],
  ['XYZ', undefined],
  ['\u00a5', undefined],
])('the currency %s is %s', (text, code) => expect(currencyOf(text)).toBe(code));

test('a sign fits the currencies that use it, and an unknown sign fits any', () => {
  expect([signFits('$', 'CAD'), signFits('$', 'EUR'), signFits('\u20ac', 'EUR'), signFits('\u20ba', 'TRY')]).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

test.each([
  ['Deutschland', 'DE'],
  ['germany', 'DE'],
  ['Allemagne', 'DE'],
  ['\u00d6sterreich', 'AT'],
  ['Espa\u00f1a', 'ES'],
  ['Paesi Bassi', 'NL'],
  ['Holland', 'NL'],
  ['UK', 'GB'],
  ['CH', 'CH'],
  ['Europe', undefined],
  ['EU', undefined],
  ['DD', undefined],
])('the country %s is %s', (text, code) => expect(countryOf(text)).toBe(code));

test('countries are found where addresses have them', () => {
  expect(countriesIn('34117 Musterstadt\nGermany\n1016 Amsterdam, Niederlande  Total\nTurkey sandwich')).toEqual([
    'DE',
    'NL',
  ]);
});
