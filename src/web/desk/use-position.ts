import { useEffect, useRef, useState } from 'react';
import type { QueueItemBody } from '../../client/api/schema-desk.ts';

/** Which case is on the screen. It stays there when the queue changes around it, and when it has left the queue. */
export function usePosition(items: readonly QueueItemBody[], first: string | undefined) {
  const [current, setCurrent] = useState(first);
  const at = items.findIndex(({ caseId }) => caseId === current);
  // Where it stood, for the way on from a case that has gone.
  const stood = useRef(0);
  useEffect(() => {
    if (at >= 0) stood.current = at;
  }, [at]);
  const head = items[0]?.caseId;
  useEffect(() => {
    if (current === undefined && head !== undefined) setCurrent(head);
  }, [current, head]);
  const move = (step: 1 | -1) => {
    const from = at >= 0 ? at + step : step > 0 ? stood.current : stood.current - 1;
    const next = items[Math.min(Math.max(from, 0), items.length - 1)];
    if (next) setCurrent(next.caseId);
  };
  return {
    current,
    at,
    open: setCurrent,
    move,
    /** Goes on from a case that has just been answered. */
    leave: () => setCurrent((at >= 0 ? (items[at + 1] ?? items[at - 1]) : items[stood.current])?.caseId),
  };
}
