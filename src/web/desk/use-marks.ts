import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import { send } from '../api.ts';
import { may } from '../rights.ts';
import { useSession } from '../session.ts';

/** So long on the screen counts as looked at; who flicks through the queue has not. */
const LOOK_MS = 250;
/** Well within the two minutes of a claim. */
const RENEW_MS = 45_000;

/** Tells the server who looks at what, and keeps a claim for as long as the case is on the screen. */
export function useMarks(task: DeskTaskBody | undefined) {
  const { name, roles } = useSession();
  const decides = may(roles, 'decide');
  const client = useQueryClient();
  const caseId = task?.caseId;
  const taskNo = task?.task?.taskNo;
  const held = task?.desk.claim?.by === name && name !== '';
  const ref = { caseId, taskNo, by: name };

  useEffect(() => {
    if (caseId === undefined || taskNo === undefined || !decides) return;
    const timer = setTimeout(() => {
      // Only a clock starts by it: without a connection it simply is not timed.
      send('POST', '/v1/desk/looks', { caseId, taskNo, by: name }).catch(() => undefined);
    }, LOOK_MS);
    return () => clearTimeout(timer);
  }, [caseId, taskNo, name, decides]);

  useEffect(() => {
    if (!held) return;
    const timer = setInterval(() => {
      send('POST', '/v1/desk/claims', { caseId, taskNo, by: name }).catch(() => undefined);
    }, RENEW_MS);
    return () => clearInterval(timer);
  }, [held, caseId, taskNo, name]);

  const changed = () => client.invalidateQueries({ queryKey: ['task', caseId] });
  return {
    held,
    claim: async (reason?: string) => {
      await send('POST', '/v1/desk/claims', { ...ref, ...(reason === undefined ? {} : { takeOver: { reason } }) });
      await changed();
    },
    release: async () => {
      await send('POST', '/v1/desk/claims/release', ref);
      await changed();
    },
    snooze: async (until: Date) => {
      await send('POST', '/v1/desk/snoozes', { ...ref, until: until.toISOString() });
      await changed();
    },
  };
}
