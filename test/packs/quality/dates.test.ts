import { describe, expect, test } from 'vitest';
import { datesIn, readDate } from '../../../src/packs/quality/dates.ts';

describe('a printed date', () => {
  test.each([
    ['2018-04-13', '2018-04-13'],
    ['2016-06-21T08:00:00.000Z', '2016-06-21'],
    ['13.04.2018', '2018-04-13'],
    ['04.05.18', '2018-05-04'],
    ['13/04/2018', '2018-04-13'],
    ['04/13/2018', '2018-04-13'],
    ['05/05/2018', '2018-05-05'],
    ['13. April 2018', '2018-04-13'],
    ['1. M\u00e4rz 2018', '2018-03-01'],
    ['18 January 2016', '2016-01-18'],
    ['January 18th, 2016', '2016-01-18'],
    ['Sept. 3, 2021', '2021-09-03'],
    ['1er ao\u00fbt 2020', '2020-08-01'],
    ['3 de enero de 2020', '2020-01-03'],
    ['7 giugno 2022', '2022-06-07'],
    ['29.02.2024', '2024-02-29'],
  ])('%s is %s', (text, value) => expect(readDate(text)).toEqual({ kind: 'one', value }));

  test('of which day and month cannot be told is left open, until the document tells its habit', () => {
    expect(readDate('04/05/2018')).toEqual({ kind: 'either', values: ['2018-05-04', '2018-04-05'] });
    expect(readDate('04/05/2018', 'day-first')).toEqual({ kind: 'one', value: '2018-05-04' });
    expect(readDate('04/05/2018', 'month-first')).toEqual({ kind: 'one', value: '2018-04-05' });
  });

  test.each(['29.02.2023', '31.04.2018', '13.13.2018', '1.2', '4 Smarch 2018', '2018-13-01', 'today'])(
    '%s is none',
    (text) => expect(readDate(text)).toBeUndefined(),
  );
});

test('dates are found in running text, and not in amounts, numbers and telephone numbers', () => {
  const text =
    'Invoice of 18 January 2016, due 2016-02-01; 1.234,56 on 04/05/2018. Tel. 01-02-0345, v1.2.3, 10.781,25.';
  expect(datesIn(text).map((date) => (date.kind === 'one' ? date.value : date.values))).toEqual([
    '2016-01-18',
    '2016-02-01',
    ['2018-05-04', '2018-04-05'],
  ]);
});
