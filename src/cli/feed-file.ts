import { readFile } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { UserError } from './context.ts';
import { delimiterOf } from './csv-rows.ts';

/** Which column of the file is what. */
export interface FeedColumns {
  key: string;
  text: string;
  numberRows?: boolean;
}

/**
 * The rows of a CSV file as items of a feed. `true` and `false`, however written, become what they say, since rules ask for
 * them; all else
 * stays text, also numbers, which may be ids with leading zeros. Throws `UserError` on a file that cannot be right.
 */
export async function feedItems(
  path: string,
  { key, text, numberRows = false }: FeedColumns,
): Promise<{ key: string; text: string; data: Record<string, unknown> }[]> {
  const rows = await rowsOf(path);
  const [first] = rows;
  if (!first) throw new UserError(`'${path}' has no rows; a feed is never emptied.`);
  if (!numberRows && !(key in first)) {
    const there = Object.keys(first).join(', ');
    throw new UserError(`'${path}' has no column '${key}', only ${there}; give --key <column>, or --number-rows.`);
  }
  return rows.map((row, at) => {
    const data = Object.entries(row).filter(([column]) => column !== text && (numberRows || column !== key));
    return {
      key: numberRows ? String(at + 1) : (row[key] ?? '').trim(),
      text: row[text] ?? '',
      data: Object.fromEntries(data.map(([column, value]) => [column, valueOf(value)])),
    };
  });
}

async function rowsOf(path: string): Promise<Record<string, string>[]> {
  try {
    const options = { bom: true, columns: true, skipEmptyLines: true, delimiter: await delimiterOf(path) } as const;
    return parse(await readFile(path), options) as Record<string, string>[];
  } catch (error) {
    if (error instanceof CsvError) throw new UserError(`'${path}': ${error.message}`);
    if (error instanceof Error && 'code' in error)
      throw new UserError(`'${path}' cannot be read (${String(error.code)}).`);
    throw error;
  }
}

function valueOf(text: string): string | boolean {
  const said = text.toLowerCase();
  return said === 'true' ? true : said === 'false' ? false : text;
}
