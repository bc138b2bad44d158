import { expect, test } from 'vitest';
import { cleanText } from '../../../src/adapters/document-reader/clean.ts';

test.each([
  ['unicode-form', 'Mu\u0308ller', 'M\u00fcller'],
  ['ligatures-and-wide-letters', 'o\ufb03ce \uff11\uff12\uff0c\uff10\uff10', 'office 12,00'],
  ['control-characters', 'a\u0007b\u0090c', 'abc'],
  ['invisible-characters', 'RE\u00ad-\u200b1\u202e', 'RE-1'],
  ['odd-spaces', '1\u202f234,56\u00a0\u20ac', '1 234,56 \u20ac'],
])('%s is cleaned away and named', (name, text, clean) => {
  expect(cleanText(text)).toEqual({ text: clean, of: [name] });
});

test('line ends and blanks are cleaned away too, and are not worth a word', () => {
  expect(cleanText('\r\na \r\nb\u2028c\n\n\n\n\nd\t\n')).toEqual({ text: 'a\nb\nc\n\n\nd', of: [] });
});

test('what is clean stays as it is', () => {
  const text = 'Caf\u00e9\tn\u00ba 1\u00bd \u2013 \u2122';
  expect(cleanText(text)).toEqual({ text, of: [] });
});
