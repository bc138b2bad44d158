import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { MAX_BODY_BYTES, type SubmissionBody } from '../client/api/schema-submission.ts';
import { linesOf } from '../client/ndjson.ts';
import { derivedKey } from './case-key.ts';
import { csvRows } from './csv-rows.ts';

/** One thing to submit, or why it cannot be. */
export type Item = { label: string } & ({ body: SubmissionBody } | { fault: string });

export interface ItemOptions {
  packId: string;
  submittedBy: string;
  /** For a single document: its key. */
  key?: string;
  /** Standard input holds one text per line. */
  lines: boolean;
  stdin: Readable;
}

/** A path to submit; folders are already walked. */
export type Source = { path: string } | { path: string; fault: string };

/** The files behind paths: folders with all that is in them, hidden files left out, in the order of their names. */
export async function sourcesOf(paths: readonly string[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const path of paths) {
    if (path === '-') {
      sources.push({ path });
      continue;
    }
    try {
      if ((await stat(path)).isDirectory()) sources.push(...(await filesIn(path)).map((file) => ({ path: file })));
      else sources.push({ path });
    } catch (error) {
      sources.push({ path, fault: faultOf(error) });
    }
  }
  return sources;
}

/** Reads one source after the other, so that only what is under way is in memory. Never throws: a fault is an item. */
export async function* itemsOf(sources: readonly Source[], options: ItemOptions): AsyncGenerator<Item> {
  for (const source of sources) {
    const { path: label } = source;
    if ('fault' in source) {
      yield { label, fault: source.fault };
      continue;
    }
    try {
      if (label === '-') yield* stdinItems(options);
      else if (extname(label).toLowerCase() === '.csv') yield* rowItems(label, options);
      else yield await fileItem(label, options);
    } catch (error) {
      yield { label, fault: faultOf(error) };
    }
  }
}

async function fileItem(path: string, options: ItemOptions): Promise<Item> {
  const { size } = await stat(path);
  if (size > MAX_BODY_BYTES) {
    return { label: path, fault: `${size.toLocaleString('en')} bytes; at most ${MAX_BODY_BYTES.toLocaleString('en')}` };
  }
  return itemOf(path, basename(path), await readFile(path), options);
}

async function* rowItems(path: string, options: ItemOptions): AsyncGenerator<Item> {
  for await (const { row, key, text } of csvRows(path)) {
    yield textItem(`${path} row ${row}`, key, text, options);
  }
}

async function* stdinItems(options: ItemOptions): AsyncGenerator<Item> {
  if (!options.lines) {
    yield itemOf('standard input', 'stdin', await buffer(options.stdin), options);
    return;
  }
  for await (const { line, text } of linesOf(options.stdin)) {
    const said = (text ?? '').trim();
    yield textItem(`line ${line}`, derivedKey('line', Buffer.from(said)), said, options);
  }
}

function itemOf(label: string, name: string, bytes: Buffer, options: ItemOptions): Item {
  const { packId, submittedBy, key = derivedKey(name, bytes) } = options;
  if (bytes.length === 0) return { label, fault: 'it is empty' };
  const document = { name, base64: bytes.toString('base64') };
  // What a document is, its content tells; only a mail without the usual headers needs the hint.
  const mail = extname(name).toLowerCase() === '.eml';
  const documents = [mail ? { ...document, mediaType: 'message/rfc822' } : document];
  return { label, body: { packId, caseKey: key, submittedBy, documents } };
}

function textItem(label: string, caseKey: string, text: string, { packId, submittedBy }: ItemOptions): Item {
  const documents = [{ name: `${caseKey.slice(0, 200)}.txt`, mediaType: 'text/plain', text }];
  return { label, body: { packId, caseKey, submittedBy, documents } };
}

async function filesIn(folder: string): Promise<string[]> {
  const files: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    // Links to folders are not followed: they may lead in circles.
    if (entry.isDirectory()) files.push(...(await filesIn(path)));
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) files.push(path);
  }
  return files;
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function faultOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'you may not read it';
  return error instanceof Error ? error.message : String(error);
}
