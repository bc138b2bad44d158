import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { Api, RoutePorts } from './ports.ts';

/** Addresses of the web app: it reads the rest of them itself. */
const PAGES = ['/', '/login', '/desk', '/search', '/packs', '/people', '/audit', '/account', '/case/*'];

/**
 * Nothing from elsewhere, and no script that does not come as a file. The component library sets styles on elements; pdf.js
 * draws into images that it makes itself.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The built web app, or a page that says how to build it. Not part of the OpenAPI document. */
export async function webApp(api: Api, { web }: RoutePorts): Promise<void> {
  if (web === undefined || !existsSync(join(web, 'index.html'))) {
    const text = 'The web app is not built on this machine: npm run build:web, then start the API again.\n';
    for (const url of PAGES) {
      api.get(
        url,
        { config: { action: 'open' }, schema: { hide: true } },
        async (_request, reply) => await reply.code(404).type('text/plain').send(text),
      );
    }
    return;
  }
  await api.register(fastifyStatic, { root: web, serve: false });
  // The name of a file has the digest of its content.
  const forGood = { maxAge: '1y', immutable: true } as const;
  const open = { config: { action: 'open' }, schema: { hide: true } } as const;
  api.get<{ Params: { '*': string } }>('/assets/*', open, async (request, reply) =>
    reply.sendFile(request.params['*'], join(web, 'assets'), forGood),
  );
  for (const url of PAGES) {
    api.get(
      url,
      { config: { action: 'open' }, schema: { hide: true } },
      async (_request, reply): Promise<FastifyReply> => {
        reply.headers({ 'content-security-policy': POLICY, 'referrer-policy': 'no-referrer' });
        return await reply.sendFile('index.html', web, { cacheControl: false });
      },
    );
  }
}
