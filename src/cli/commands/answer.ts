import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { InformationRequestBody } from '../../client/api/schema-information.ts';
import { UserError, type Cli } from '../context.ts';
import { sendPatiently } from '../decide.ts';
import { findCase } from '../find-case.ts';
import { oneLine, safe } from '../text.ts';

interface Options {
  by?: string;
  text?: string;
  file: string[];
  request?: string;
}

export function addAnswer(program: Command, cli: Cli): void {
  program
    .command('answer')
    .description("answer a reviewer's question about a case that you submitted")
    .argument('<case>', 'id, <packId>/<key>, or a key that only one pack has')
    .option('--text <text>', 'the answer')
    .option('--file <path>', 'a document that belongs to it; may be given several times', collect, [])
    .option('--by <name>', 'who answers (default: COUNTERSIGN_USER, else whose key it is, else you)')
    .option('--request <id>', 'the question (default: the open one)')
    .action(async (text: string, options: Options) => {
      const { file: paths } = options;
      if (options.text === undefined && paths.length === 0) throw new UserError('Give --text, --file, or both.');
      const request = askedIn(await findCase(cli.api(), text), options.request);
      cli.out(`${safe(request.askedBy)} asks: ${oneLine(request.question)}`);
      const by = options.by ?? (await cli.user());
      const documents = await Promise.all(paths.map(documentAt));
      const body = {
        ...{ requestId: request.requestId, answerId: randomUUID(), by },
        ...(options.text === undefined ? {} : { text: options.text }),
        ...(documents.length === 0 ? {} : { documents }),
      };
      await sendPatiently(cli, () => cli.api().answer(body));
      cli.out(cli.paint.green(`Taken: the answer of ${safe(by)}.`));
    });
}

function askedIn(
  { caseId, information }: { caseId: string; information: InformationRequestBody[] },
  requestId: string | undefined,
): InformationRequestBody {
  const found = information.findLast((one) =>
    requestId === undefined ? one.state === 'open' : one.requestId === requestId,
  );
  if (found) return found;
  if (requestId === undefined) throw new UserError(`Nobody waits for an answer about ${safe(caseId)}.`);
  const known = information.map((one) => one.requestId).join(', ');
  throw new UserError(`${safe(caseId)} has no question '${safe(requestId)}'; it has: ${known || 'none'}`);
}

async function documentAt(path: string): Promise<{ name: string; base64: string }> {
  try {
    return { name: basename(path), base64: (await readFile(path)).toString('base64') };
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`, {
      cause: error,
    });
  }
}

function collect(path: string, paths: string[]): string[] {
  return [...paths, path];
}
