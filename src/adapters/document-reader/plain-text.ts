/** What is wrong with a document, as a sentence that names what to do; free of its content. */
export class Unreadable extends Error {}

/**
 * Decodes plain text: UTF-8, or what a byte order mark says (UTF-8, UTF-16). Throws `Unreadable` with the offset of the
 * first byte that is no text. Nothing is guessed: a wrong guess of the character set changes names and amounts silently.
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = markedEncoding(bytes) ?? 'utf-8';
  const text = decode(bytes, encoding);
  // Tab, line feed, vertical tab, form feed and carriage return are text; the others are not.
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is refused
  const control = /[\u0000-\u0008\u000e-\u001f\u007f]/.exec(text);
  if (!control) return text;
  const code = control[0].charCodeAt(0).toString(16).padStart(2, '0');
  const offset = byteLength(text.slice(0, control.index), encoding) + markLength(bytes, encoding);
  throw new Unreadable(`binary byte 0x${code} at offset ${offset} of a text file; send text, PDF or e-mail`);
}

export function markedEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

function decode(bytes: Uint8Array, encoding: Encoding): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    const offset = validPrefix(bytes, encoding);
    const name = encoding.toUpperCase();
    throw new Unreadable(`byte at offset ${offset} is not ${name}; save the file as UTF-8`);
  }
}

/** Length of the longest prefix that decodes. The decoder does not say it; a search by halves asks it some 20 times. */
function validPrefix(bytes: Uint8Array, encoding: Encoding): number {
  const decodes = (length: number): string | undefined => {
    try {
      return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length), {
        stream: true,
      });
    } catch {
      return undefined;
    }
  };
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(middle) === undefined) bad = middle;
    else good = middle;
  }
  // A streaming decoder holds back the start of a character; the fault is where that character starts.
  return byteLength(decodes(good) ?? '', encoding);
}

const byteLength = (text: string, encoding: Encoding) =>
  encoding === 'utf-8' ? Buffer.byteLength(text) : text.length * 2;

function markLength(bytes: Uint8Array, encoding: Encoding): number {
  if (encoding !== 'utf-8') return 2;
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
