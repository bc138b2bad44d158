import { readFile, stat, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Command } from 'commander';
import type { ProfileInput } from '../../profile/profile.ts';
import { UserError, type Cli } from '../context.ts';
import { csvRows } from '../csv-rows.ts';
import { profileText } from '../data-text.ts';
import { sourcesOf } from '../items.ts';
import { progressBar } from '../progress.ts';

interface Options {
  pack: string;
  packs?: string;
  html?: string;
  json?: string;
}

export function addData(program: Command, cli: Cli): void {
  program
    .command('data')
    .description('profile a folder of inputs before go-live, without a model and without a server')
    .argument('<path>', "a folder, a document, or a CSV file with a column 'text'")
    .requiredOption('--pack <id>', 'the process pack whose data-quality rules and fields count')
    .option('--packs <files>', "modules that export more 'packs', comma-separated")
    .option('--html <file>', 'write a report for the browser, one file without anything from outside')
    .option('--json <file>', 'write all figures, by document')
    .addHelpText(
      'after',
      [
        '',
        'Nothing is sent anywhere and nothing is stored but the files you name. They hold file names and figures, no',
        'content of the documents. What confidence and business rules would say is not known without a model.',
      ].join('\n'),
    )
    .action(async (path: string, options: Options) => {
      // Loaded here: packs and the document reader would slow every other command down.
      const [{ packOf }, { profileOf }, { summaryOf }, { htmlOf }] = await Promise.all([
        import('../../profile/load-packs.ts'),
        import('../../profile/profile.ts'),
        import('../../profile/summary.ts'),
        import('../../profile/html.ts'),
      ]);
      const modules = options.packs?.split(',').map((name) => name.trim()) ?? [];
      const pack = await packOf(options.pack, modules).catch((error: Error) => {
        throw new UserError(`--pack: ${error.message}.`);
      });
      const progress = progressBar('Reading', cli.showsProgress);
      try {
        const inputs = inputsOf(path, progress);
        const profile = await profileOf(inputs, pack);
        progress.stop();
        if (profile.documents.length === 0)
          throw new UserError(`${path}: there is nothing in it to profile; give a folder with documents.`);
        const summary = summaryOf(profile);
        if (options.html !== undefined) await write(options.html, '--html', htmlOf(profile, summary, path));
        if (options.json !== undefined)
          await write(options.json, '--json', `${JSON.stringify({ ...profile, summary }, null, 2)}\n`);
        cli.out(profileText(profile, summary, cli));
        for (const file of [options.html, options.json]) if (file !== undefined) cli.note(`Written: ${file}`);
      } finally {
        progress.stop();
      }
    });
}

/** The documents behind a path, one at a time. Throws `UserError` where the path itself is the fault. */
async function* inputsOf(path: string, progress: ReturnType<typeof progressBar>): AsyncGenerator<ProfileInput> {
  const sources = await sourcesOf([path]);
  const [only] = sources;
  if (only && 'fault' in only) throw new UserError(`${path}: ${only.fault}; give a folder or a CSV file.`);
  progress.expect(sources.length);
  for (const { path: file } of sources) {
    if (extname(file).toLowerCase() === '.csv') {
      yield* rowsOf(file);
    } else {
      const [bytes, { mtime }] = await Promise.all([readFile(file), stat(file)]).catch((error: Error) => {
        throw new UserError(`${file}: ${error.message}; make it readable or move it away.`);
      });
      const mail = extname(file).toLowerCase() === '.eml';
      yield { name: nameIn(path, file), bytes, modifiedAt: mtime, ...(mail ? { mediaType: 'message/rfc822' } : {}) };
    }
    progress.step();
  }
}

async function* rowsOf(file: string): AsyncGenerator<ProfileInput> {
  try {
    for await (const { row, text } of csvRows(file)) {
      yield { name: `row ${row}`, bytes: Buffer.from(text), mediaType: 'text/plain' };
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UserError(`${file}: ${error.message}; name the column with the texts 'text', and save it as UTF-8.`);
  }
}

function nameIn(folder: string, file: string): string {
  return file.startsWith(folder) && file !== folder ? file.slice(folder.length).replace(/^[\\/]/, '') : file;
}

async function write(file: string, option: string, content: string): Promise<void> {
  await writeFile(file, content).catch((error: Error) => {
    throw new UserError(`${option} ${file}: ${error.message}; name a file in a folder that is there.`);
  });
}
