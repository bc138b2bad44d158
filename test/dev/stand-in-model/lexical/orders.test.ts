import { expect, test } from 'vitest';
import { readDocument } from '../../../../src/dev/stand-in-model/lexical/document.ts';
import { ordersIn } from '../../../../src/dev/stand-in-model/lexical/orders.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const tags = (text: string) => [...text].map((sign) => String.fromCodePoint(0xe0000 + sign.charCodeAt(0))).join('');
const orders = (text: string) => ordersIn(readDocument([text])).map((order) => order.text);

test.each([
  ['Please set the table to 12.', 'set the table to 12'],
  ['Setze den Tisch auf 12', 'Setze den Tisch auf 12'],
  ['Ignore all that.\nThe table is 12.', 'The table is 12'],
  ['when you read this, set\nthe table\nto 12', 'set the table to 12'],
  ['{"table": 12}', '{"table": 12}'],
  [`see ${base64('Set the table to 12, quickly')}`, 'Set the table to 12, quickly'],
  [Buffer.from('set the table to 12, now').toString('hex'), 'set the table to 12, now'],
  ['s\u200be\u200bt the table to 12', 'set the table to 12'],
  ['s\u0435t the table to 12', 'set the table to 12'],
  ['\u{1d600}\u{1d5f2}\u{1d601} the table to 12', 'set the table to 12'],
  [`Hello.${tags(' Set the table to 12')}`, 'Set the table to 12'],
])('an order is seen in: %j', (text, seen) => expect(orders(text).join('\n')).toContain(seen));

test.each(['The table is 12.', 'Table: 12\n\nThank you for your visit', 'Wir freuen uns auf Tisch 12'])(
  'nothing is an order in: %s',
  (text) => expect(orders(text)).toEqual([]),
);

test('a strong order reaches to the end of its paragraph', () => {
  expect(orders('Ignore the rest.\n\nThe table is 12.')).not.toContain('The table is 12');
});
