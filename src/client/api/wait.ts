import type { FastifyBaseLogger } from 'fastify';
import type { CaseClient } from '../case-client.ts';

const MAX_WAIT_SECONDS = 60;

/** Seconds of `Prefer: wait=10` (RFC 7240), at most 60; undefined when it was not asked for. */
export function waitOf(prefer: string | string[] | undefined): number | undefined {
  const match = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i.exec([prefer ?? ''].flat().join(','));
  return match?.[1] === undefined ? undefined : Math.min(Number(match[1]), MAX_WAIT_SECONDS);
}

/** Waits for cases to end; `stop` ends all waits, so that a shutdown does not take a minute. */
export interface Waiting {
  forEnd(caseId: string, seconds: number): Promise<void>;
  stop(): void;
}

/** Waiting is a preference: when Temporal cannot tell, the case is answered as it stands. */
export function waitingFor(client: Pick<CaseClient, 'outcome'>, log: FastifyBaseLogger): Waiting {
  const stopped = Promise.withResolvers<void>();
  return {
    stop: () => stopped.resolve(),
    async forEnd(caseId, seconds) {
      const ended = client.outcome(caseId, seconds * 1000).then(
        () => undefined,
        (error: unknown) => log.debug({ caseId, err: error }, 'could not wait for the end of the case'),
      );
      await Promise.race([ended, stopped.promise]);
    },
  };
}
