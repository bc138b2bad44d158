import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { Api, RoutePorts } from './ports.ts';

/** Addresses of the web app: it reads the rest of them itself. */
const PAGES = ['/', '/login', '/desk', '/search', '/packs', '/people', '/audit', '/account', '/case/*'];

/** Where the build puts the nonce (`html.cspNonce` of Vite's configuration). Each answer gets one of its own. */
const NONCE = 'COUNTERSIGN-NONCE';

/**
 * Nothing from elsewhere, no script that does not come as a file, no style sheet that does not or that the app has not
 * made itself. The component library sets styles on elements too; pdf.js draws into images that it makes itself.
 */
const policyWith = (nonce: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    `style-src-elem 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
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
  const html = readFileSync(join(web, 'index.html'), 'utf8');
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
        const nonce = randomBytes(16).toString('base64');
        // A page from the cache would have another nonce than the header that comes with it.
        const headers = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };
        reply.headers({ ...headers, 'content-security-policy': policyWith(nonce) });
        return await reply.type('text/html; charset=utf-8').send(html.replaceAll(NONCE, nonce));
      },
    );
  }
}
