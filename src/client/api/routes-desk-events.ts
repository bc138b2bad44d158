import { z } from 'zod';
import { hasPartIn } from '../../domain/access.ts';
import { packNamedIn } from '../../domain/case.ts';
import { liveOf } from './desk-live.ts';
import type { Api, RoutePorts } from './ports.ts';
import { Problem } from './problems.ts';

/** Often enough to notice a lost connection, and to keep a proxy from closing a quiet one. */
const BEAT_MS = 10_000;
/** One person follows them from so many places at most: connections are few, and everybody needs one. */
const MOST_EACH = 20;

/** Changes at the desk as server-sent events. */
export function deskEventRoutes(api: Api, { desk, log }: RoutePorts): void {
  const live = liveOf(desk, log);
  const ends = new Set<() => void>();
  const open = new Map<string, number>();
  api.addHook('preClose', async () => {
    live.stop();
    for (const end of ends) end();
  });
  api.route({
    method: 'GET',
    url: '/v1/desk/events',
    config: { action: 'read-counts' },
    schema: {
      summary: 'What changes at the desk, as it happens',
      description:
        'Server-sent events: `changed` with { caseIds }, `reload` when some may have been missed, `beat` every ten seconds. They end with the session or key.',
      tags: ['desk'],
      response: { 200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } } },
    },
    handler: (request, reply) => {
      let { identity } = request;
      const { personId, via } = identity;
      const followed = open.get(personId) ?? 0;
      if (via !== 'local' && followed >= MOST_EACH)
        throw new Problem(429, 'too-many-streams', `You follow the desk ${followed} times already; close one.`);
      open.set(personId, followed + 1);
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-accel-buffering': 'no',
      });
      const send = (event: string, data: unknown) => raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      send('beat', {});
      const theirs = (caseId: string) => hasPartIn(identity, packNamedIn(caseId) ?? '');
      const stop = live.listen((all) => {
        const caseIds = all?.filter(theirs);
        if (!caseIds) send('reload', {});
        else if (caseIds.length > 0) send('changed', { caseIds });
      });
      const beat = setInterval(() => void renew(), BEAT_MS);
      const end = () => {
        if (!ends.delete(end)) return;
        stop();
        clearInterval(beat);
        const left = (open.get(personId) ?? 1) - 1;
        if (left > 0) open.set(personId, left);
        else open.delete(personId);
        raw.end();
      };
      /** Sessions end, keys are revoked, and people get other rights while they listen. */
      const renew = async () => {
        // While the ledger does not answer there is nothing to tell either.
        const now = await request.again().catch(() => identity);
        if (!now) return end();
        identity = now;
        send('beat', {});
      };
      ends.add(end);
      request.raw.once('close', end);
    },
  });
}
