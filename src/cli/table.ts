import Table from 'cli-table3';

const NO_LINES = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((name) => [name, '']),
);

/** Columns of text side by side, without lines. `right` lists the columns of numbers. */
export function tableText(
  rows: readonly (readonly string[])[],
  { head, right = [], indent = 0 }: { head?: readonly string[]; right?: readonly number[]; indent?: number } = {},
): string {
  const width = head?.length ?? rows[0]?.length ?? 0;
  const table = new Table({
    chars: { ...NO_LINES, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: Array.from({ length: width }, (_, at) => (right.includes(at) ? 'right' : 'left')),
  });
  if (head) table.push([...head]);
  table.push(...rows.map((row) => [...row]));
  const margin = ' '.repeat(indent);
  return table
    .toString()
    .split('\n')
    .map((line) => `${margin}${line}`.trimEnd())
    .join('\n');
}
