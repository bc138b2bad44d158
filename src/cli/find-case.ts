import { caseIdOf, parseCaseId } from '../domain/case.ts';
import type { CaseFileBody } from '../client/api/schema-case.ts';
import { ApiError, type ApiClient } from '../client/api-client.ts';
import { UserError } from './context.ts';

/**
 * The case that a person means: a whole id, `<packId>/<key>`, or a key that only one pack has (then its latest revision).
 */
export async function findCase(api: ApiClient, text: string): Promise<CaseFileBody> {
  const whole = parseCaseId(text);
  if (whole) return await api.caseFile(text);
  const packs = await api.packs();
  const short = parseCaseId(`case/${text}`);
  if (short && packs.some(({ id }) => id === short.packId)) return await api.caseFile(`case/${text}`);

  const found = await Promise.all(packs.map(async ({ id }) => await latest(api, id, text)));
  const files = found.filter((file) => file !== undefined);
  if (files.length > 1) {
    throw new UserError(`'${text}' is a key of ${files.length} packs; say which: ${idsOf(files)}`);
  }
  if (files[0]) return files[0];
  throw new UserError(
    `There is no case '${text}'; give its id (case/<packId>/<key>) or its key. See: countersign list`,
  );
}

async function latest(api: ApiClient, packId: string, caseKey: string): Promise<CaseFileBody | undefined> {
  let last: CaseFileBody | undefined;
  for (let revision = 1; ; revision++) {
    const next = await fileOrNone(api, caseIdOf({ packId, caseKey, revision }));
    if (!next) return last;
    last = next;
  }
}

async function fileOrNone(api: ApiClient, caseId: string): Promise<CaseFileBody | undefined> {
  try {
    return await api.caseFile(caseId);
  } catch (error) {
    if (error instanceof ApiError && error.problem.status === 404) return undefined;
    throw error;
  }
}

function idsOf(files: readonly CaseFileBody[]): string {
  return files.map(({ caseId }) => caseId).join(', ');
}
