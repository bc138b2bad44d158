import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A file of JSON lines that is only ever appended to. What `append` has resolved for is on the disk, so it survives
 * SIGKILL and a power cut. Records that arrive while the disk is busy share the next write (group commit).
 */
export class Journal<T> {
  readonly #file: FileHandle;
  #waiting: { line: string; done: () => void }[] = [];
  #writing: Promise<void> | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /**
   * Opens or creates the file and returns what it holds. A last line cut short by a crash was never acknowledged and is
   * removed.
   *
   * @throws Error naming the line when another one is not JSON
   */
  static async open<T>(path: string): Promise<{ journal: Journal<T>; records: T[] }> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a+');
    try {
      const text = await file.readFile('utf8');
      const complete = text.slice(0, text.lastIndexOf('\n') + 1);
      if (complete.length < text.length) await file.truncate(Buffer.byteLength(complete));
      const lines = complete.split('\n').slice(0, -1);
      const records = lines.map((line, index) => parse<T>(line, `${path}:${index + 1}`));
      return { journal: new Journal<T>(file), records };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Resolves once the record is on the disk. A failed write ends the process: its books could no longer be trusted. */
  async append(record: T): Promise<void> {
    const written = new Promise<void>((done) => this.#waiting.push({ line: `${JSON.stringify(record)}\n`, done }));
    this.#writing ??= this.#write();
    return written;
  }

  /** Resolves once everything appended so far is on the disk. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.settled();
    await this.#file.close();
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#file.appendFile(batch.map(({ line }) => line).join(''));
      await this.#file.datasync();
      for (const { done } of batch) done();
    }
    this.#writing = undefined;
  }
}

function parse<T>(line: string, where: string): T {
  try {
    return JSON.parse(line) as T;
  } catch (error) {
    throw new Error(`${where} is not JSON: the journal is damaged`, { cause: error });
  }
}
