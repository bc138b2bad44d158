/** Media type of newline-delimited JSON. */
export const NDJSON = 'application/x-ndjson';

/** One line of a byte stream. `text` is undefined where the line was longer than allowed: it was skipped. */
export interface Line {
  /** From 1; empty lines count. */
  line: number;
  text: string | undefined;
}

const NEWLINE = 0x0a;

/**
 * The lines of a UTF-8 byte stream, empty ones left out, each as soon as it is complete. A line of more than `maxBytes`
 * is skipped without being held in memory.
 */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>, maxBytes = Infinity): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let line = 1;
  const take = (part: Uint8Array) => {
    size += part.length;
    if (size <= maxBytes) parts.push(part);
    else parts = [];
  };
  const end = (): Line | undefined => {
    const text = size > maxBytes ? undefined : Buffer.concat(parts).toString('utf8');
    const done = { line, text };
    parts = [];
    size = 0;
    line += 1;
    return text?.trim() === '' ? undefined : done;
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, at));
      from = at + 1;
      const done = end();
      if (done) yield done;
    }
    if (from < chunk.length) take(chunk.subarray(from));
  }
  if (size > 0) {
    const done = end();
    if (done) yield done;
  }
}

/** Values as NDJSON text, one line each. */
export async function* ndjsonOf(values: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}
