import { describe, expect, test } from 'vitest';
import { collected } from './fakes.ts';
import { linesOf, ndjsonOf } from '../../src/client/ndjson.ts';

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('linesOf', () => {
  test('joins a line that came in parts, even inside a character', async () => {
    const [first, second] = [Buffer.from('{"a":"é"}\n').subarray(0, 7), Buffer.from('{"a":"é"}\n').subarray(7)];
    async function* halves() {
      yield first;
      yield second;
    }
    expect(await collected(linesOf(halves()))).toEqual([{ line: 1, text: '{"a":"é"}' }]);
  });

  test('counts empty lines but leaves them out; the last line needs no line feed', async () => {
    expect(await collected(linesOf(chunks('a\n\n  \nb\r\nc')))).toEqual([
      { line: 1, text: 'a' },
      { line: 4, text: 'b\r' },
      { line: 5, text: 'c' },
    ]);
  });

  test('skips a line that is too long and goes on after it', async () => {
    expect(await collected(linesOf(chunks('aaaa', 'aaaa\nok\nbbbbbb'), 5))).toEqual([
      { line: 1, text: undefined },
      { line: 2, text: 'ok' },
      { line: 3, text: undefined },
    ]);
  });

  test('gives a line as soon as it is complete', async () => {
    let asked = 0;
    async function* source() {
      asked = 1;
      yield Buffer.from('a\nb');
      asked = 2;
      yield Buffer.from('\n');
    }
    const lines = linesOf(source());
    expect(await lines.next()).toMatchObject({ value: { text: 'a' } });
    expect(asked).toBe(1);
    await lines.return(undefined);
  });
});

test('ndjsonOf writes one value per line', async () => {
  expect((await collected(ndjsonOf([{ a: 1 }, 'x\ny']))).join('')).toBe('{"a":1}\n"x\\ny"\n');
});
