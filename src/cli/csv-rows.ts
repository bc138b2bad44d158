import { createReadStream } from 'node:fs';
import { parse as parseName } from 'node:path';
import { CsvError, parse } from 'csv-parse';
import { derivedKey } from './case-key.ts';

/** One row as a case. */
export interface CsvRow {
  /** From 1, the header not counted. */
  row: number;
  key: string;
  text: string;
}

const KEY_COLUMNS = ['key', 'id'];

/**
 * The rows of a CSV file with a column `text`; the key is in a column `key` or `id`, else derived from the text. Other
 * columns are ignored, empty texts left out. Comma, semicolon and tab are told by the header. Throws an `Error` that
 * says what is wrong.
 */
export async function* csvRows(path: string): AsyncGenerator<CsvRow> {
  const options = { bom: true, delimiter: await delimiterOf(path), skipEmptyLines: true, relaxColumnCount: true };
  const records = createReadStream(path).compose(parse(options)) as AsyncIterable<string[]>;
  let columns: { text: number; key: number | undefined } | undefined;
  let row = 0;
  try {
    for await (const record of records) {
      if (!columns) {
        columns = columnsOf(record);
        continue;
      }
      row += 1;
      const text = record[columns.text] ?? '';
      if (text.trim() === '') continue;
      const given = columns.key === undefined ? '' : (record[columns.key] ?? '').trim();
      yield { row, text, key: given === '' ? derivedKey(parseName(path).name, Buffer.from(text)) : given };
    }
  } catch (error) {
    if (error instanceof CsvError) throw new Error(`after row ${row}: ${error.message}`, { cause: error });
    throw error;
  }
}

function columnsOf(header: readonly string[]): { text: number; key: number | undefined } {
  const names = header.map((name) => name.trim().toLowerCase());
  const text = names.indexOf('text');
  if (text === -1) throw new Error(`it has no column 'text'; its columns are ${names.join(', ')}`);
  const key = KEY_COLUMNS.map((name) => names.indexOf(name)).find((at) => at !== -1);
  return { text, key };
}

/** The one of comma, semicolon and tab that the first line has most of. */
export async function delimiterOf(path: string): Promise<string> {
  for await (const chunk of createReadStream(path, { encoding: 'utf8', end: 64 * 1024 })) {
    const line = String(chunk).split('\n', 1)[0] ?? '';
    const count = (delimiter: string) => line.split(delimiter).length;
    return [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0] ?? ',';
  }
  return ',';
}
