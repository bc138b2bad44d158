import Table from 'cli-table3';

/** A table without lines between its rows. `right` names the columns, counted from 0, that are aligned to the right. */
export function tableOf(head: string[], rows: (string | number)[][], right: number[] = []): string {
  const plain = !process.stdout.isTTY;
  const table = new Table({
    head,
    colAligns: head.map((_, at) => (right.includes(at) ? 'right' : 'left')),
    style: { head: plain ? [] : ['bold'], border: plain ? [] : ['dim'], compact: true },
  });
  table.push(...rows);
  return table.toString();
}
