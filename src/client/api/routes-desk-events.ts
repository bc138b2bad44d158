import { z } from 'zod';
import { hasPartIn } from '../../domain/access.ts';
import { packNamedIn } from '../../domain/case.ts';
import { liveOf } from './desk-live.ts';
import type { Api, RoutePorts } from './ports.ts';

/** Often enough to notice a lost connection, and to keep a proxy from closing a quiet one. */
const BEAT_MS = 10_000;

/** Changes at the desk as server-sent events. */
export function deskEventRoutes(api: Api, { desk, log }: RoutePorts): void {
  const live = liveOf(desk, log);
  const ends = new Set<() => void>();
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
        'Server-sent events: `changed` with { caseIds }, `reload` when some may have been missed, `beat` every ten seconds.',
      tags: ['desk'],
      response: { 200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } } },
    },
    handler: (request, reply) => {
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
      const theirs = (caseId: string) => hasPartIn(request.identity, packNamedIn(caseId) ?? '');
      const stop = live.listen((all) => {
        const caseIds = all?.filter(theirs);
        if (!caseIds) send('reload', {});
        else if (caseIds.length > 0) send('changed', { caseIds });
      });
      const beat = setInterval(() => send('beat', {}), BEAT_MS);
      const end = () => {
        stop();
        clearInterval(beat);
        ends.delete(end);
        raw.end();
      };
      ends.add(end);
      request.raw.once('close', end);
    },
  });
}
