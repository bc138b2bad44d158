import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import { get, send, under } from '../api.ts';
import { withPasskey } from '../passkeys.ts';
import { currentName, hasPasskey } from '../session.ts';

/** Takes an approval back while its undo window runs. False: it has none, or none any more. */
export async function takeBack({ caseId, seen }: { caseId: string; seen: string }): Promise<boolean> {
  const task = await get<DeskTaskBody>(under('/v1/desk/tasks', caseId));
  const decision = task.decisions.findLast(({ undo, withdrawnBy }) => undo?.seen === seen && withdrawnBy === null);
  if (!decision?.undo || new Date(decision.undo.until).getTime() <= Date.now()) return false;
  const verdictId = `desk-${crypto.randomUUID()}`;
  const body = { caseId, verdictId, verdict: 'withdraw', by: currentName(), seen: decision.undo.seen };
  await send('POST', '/v1/verdicts', hasPasskey() ? await withPasskey(body) : body);
  return true;
}
