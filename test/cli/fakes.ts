import { Readable } from 'node:stream';
import { createColors } from 'picocolors';
import type { CaseFile } from '../../src/adapters/ledger/case-file.ts';
import { caseViewOf } from '../../src/client/api/case-view.ts';
import type { CaseFileBody } from '../../src/client/api/schema-case.ts';
import { ApiError, type ApiClient } from '../../src/client/api-client.ts';
import type { Cli } from '../../src/cli/context.ts';
import { createProgram } from '../../src/cli/program.ts';

export const plain = createColors(false);

export function viewOf(file: CaseFile): CaseFileBody {
  return caseViewOf(file, { namespace: 'default', temporalUi: 'http://127.0.0.1:8233' }, false);
}

export function refusal(status: number, code: string, detail: string): ApiError {
  return new ApiError({ type: `urn:countersign:problem:${code}`, title: 'x', status, detail, instance: '/', code });
}

/** An API of which a test gives what it needs; a case that is not among `files` is not there. */
export function apiWith(given: Partial<ApiClient>, files: readonly CaseFileBody[] = []): ApiClient {
  const base: Partial<ApiClient> = {
    packs: async () => [
      { id: 'invoice-intake', title: 'Invoices', owner: 'petra', accepts: { mediaTypes: ['text/plain'], maxBytes: 1 } },
      { id: 'ticket-triage', title: 'Tickets', owner: 'daniel', accepts: { mediaTypes: ['text/plain'], maxBytes: 1 } },
    ],
    caseFile: async (caseId) => {
      const file = files.find((one) => one.caseId === caseId);
      if (!file) throw refusal(404, 'no-such-case', `There is no case '${caseId}'.`);
      return file;
    },
    ...given,
  };
  return new Proxy(base, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name) as unknown;
      throw new Error(`the test gave no api.${String(name)}`);
    },
  }) as ApiClient;
}

/** Runs a command line over an API; returns what it wrote. What it throws, it throws. */
export async function run(api: ApiClient, args: string[], stdin = ''): Promise<{ out: string; failed: boolean }> {
  const lines: string[] = [];
  let failed = false;
  const cli: Cli = {
    ...{
      api: () => api,
      user: () => Promise.resolve('bob'),
      paint: plain,
      stdin: Readable.from([Buffer.from(stdin)]),
      columns: undefined,
    },
    ...{ out: (text) => void lines.push(text), note: () => undefined, showsProgress: false, browse: () => true },
    failed: () => {
      failed = true;
    },
  };
  const program = createProgram('http://127.0.0.1:7300', () => cli);
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, outputError: () => undefined });
  }
  await program.parseAsync(['node', 'countersign', ...args]);
  return { out: lines.join('\n'), failed };
}
