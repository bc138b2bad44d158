import { readFile, stat } from 'node:fs/promises';
import { pemBlocksOf } from '../countersignature/keys.ts';
import { isTextOf, RECEIPT_FORMAT } from '../countersignature/receipt.ts';
import { verifyReceipt } from '../countersignature/verify-receipt.ts';
import { UserError, type Cli } from './context.ts';
import { counted, oneLine } from './text.ts';

/** A receipt holds no document, only what was read in them; an exported trail may be of any size. */
const MOST_BYTES = 64 * 1024 * 1024;
const FORMAT_FAMILY = 'countersign/receipt/';
/** A name that is there twice, or a number with too many digits, reads otherwise elsewhere than it was checked here. */
const NOT_AS_SIGNED = {
  about: 'the file',
  faults: ['it is not the text that was signed: other programs may read something else in it; get the receipt again'],
  holds: '',
};

/** `asSigned`: whether the text is the one that was signed, blanks between its parts aside. */
export interface ReceiptFile {
  content: unknown;
  asSigned: boolean;
}

/** What a file holds when it is a receipt; undefined: it is something else. */
export async function receiptIn(file: string): Promise<ReceiptFile | undefined> {
  try {
    if ((await stat(file)).size > MOST_BYTES) return undefined;
    const text = await readFile(file, 'utf8');
    const content: unknown = JSON.parse(text);
    const format = typeof content === 'object' && content !== null && 'format' in content ? content.format : undefined;
    if (typeof format !== 'string' || !format.startsWith(FORMAT_FAMILY)) return undefined;
    if (format !== RECEIPT_FORMAT)
      throw new UserError(`${file}: its format is ${format}; this version reads ${RECEIPT_FORMAT}.`);
    return { content, asSigned: isTextOf(text, content) };
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}

/** Says of a receipt what holds and what does not. `key`: a file with the public keys that are trusted. */
export async function checkReceipt(
  cli: Cli,
  file: string,
  receipt: ReceiptFile,
  key: string | undefined,
): Promise<void> {
  const pems = key === undefined ? undefined : await keysIn(key);
  const checked = [...(receipt.asSigned ? [] : [NOT_AS_SIGNED]), ...verified(file, receipt.content, pems)];
  for (const { about, faults, holds } of checked) {
    const mark = faults.length === 0 ? cli.paint.green('holds') : cli.paint.red('FAULT');
    cli.out(`${mark}  ${oneLine(about)}: ${oneLine(faults.length === 0 ? holds : faults.join('; '))}`);
  }
  const faults = checked.filter((one) => one.faults.length > 0).length;
  if (key === undefined)
    cli.note(
      'Without --key this only shows that the receipt fits together: anybody can make one with a key of their own.',
    );
  if (faults === 0) return cli.out(cli.paint.green('What was written is what was signed.'));
  cli.out(cli.paint.red(`${counted(faults, 'thing does', 'things do')} not hold.`));
  cli.failed();
}

function verified(file: string, content: unknown, pems: readonly string[] | undefined) {
  try {
    return verifyReceipt(content, pems);
  } catch (error) {
    throw new UserError(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function keysIn(file: string): Promise<string[]> {
  const pems = await readFile(file, 'utf8').then(pemBlocksOf, (error: NodeJS.ErrnoException) => {
    throw new UserError(`'${file}' cannot be read (${error.code}).`);
  });
  if (pems.length === 0) throw new UserError(`'${file}' holds no public key (PEM).`);
  return pems;
}
