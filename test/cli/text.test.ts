import { expect, test } from 'vitest';
import { confidenceWord } from '../../src/cli/confidence.ts';
import { costText } from '../../src/cli/money.ts';
import { tableText } from '../../src/cli/table.ts';
import { counted, cut, oneLine, safe, shellWord } from '../../src/cli/text.ts';
import { dueText, lengthText } from '../../src/cli/times.ts';

test.each([
  ['\u001b[2Jgone', '·[2Jgone'],
  ['\u001b]0;title\u0007', '·]0;title·'],
  ['a\u009b31mb', 'a·31mb'],
  ['over\rwritten', 'over·written'],
  ['\u202egnp.exe', '·gnp.exe'],
  ['two\nlines\tand ü €', 'two\nlines\tand ü €'],
])('%j is shown as %j: text of strangers controls no terminal', (text, shown) => {
  expect(safe(text)).toBe(shown);
});

test('oneLine joins lines and cuts at a character, not inside one', () => {
  expect(oneLine(' a\n\n b\tc ')).toBe('a b c');
  expect(cut('👍👍👍👍', 3)).toBe('👍👍…');
  expect(cut('abc', 3)).toBe('abc');
});

test.each([
  ['case/p/INV-1', 'case/p/INV-1'],
  ["a'b", String.raw`'a'\''b'`],
  ['$(reboot)', "'$(reboot)'"],
  ['a;b', "'a;b'"],
  ['', "''"],
])('%s is the shell word %s', (text, word) => {
  expect(shellWord(text)).toBe(word);
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [3_240, '3.2 s'],
  [59_400, '59 s'],
  [245_000, '4 min 5 s'],
  [3_600_000, '1 h'],
  [273_600_000, '3 d 4 h'],
  [-5, '0 ms'],
])('%i ms is %s', (ms, text) => {
  expect(lengthText(ms)).toBe(text);
});

test('due times are seen from now', () => {
  const now = new Date('2026-03-01T10:00:00Z');
  expect(dueText('2026-03-01T12:30:00Z', now)).toBe('in 2 h 30 min');
  expect(dueText('2026-03-01T09:59:00Z', now)).toBe('1 min ago');
});

test.each([
  [0, '0'],
  [400, '0.0004'],
  [3_717, '0.003717'],
  [250_000, '0.25'],
  [1_234_567, '1.23'],
])('%i micros are %s', (micros, text) => {
  expect(costText(micros)).toBe(text);
});

test.each([
  [0.79, 'low'],
  [0.8, 'medium'],
  [0.89, 'medium'],
  [0.9, 'high'],
  [null, 'low'],
  [undefined, '-'],
])('confidence %s is %s where 0.8 goes straight through', (value, word) => {
  expect(confidenceWord(value, 0.8)).toBe(word);
});

test('counted', () => {
  expect([counted(1, 'case'), counted(1_200, 'case'), counted(2, 'entry', 'entries')]).toEqual([
    '1 case',
    '1,200 cases',
    '2 entries',
  ]);
});

test('a table has neither lines nor trailing blanks', () => {
  const text = tableText(
    [
      ['a', '1'],
      ['long name', '200'],
    ],
    { head: ['name', 'n'], right: [1], indent: 2 },
  );
  expect(text.split('\n')).toEqual(['  name         n', '  a            1', '  long name  200']);
});
