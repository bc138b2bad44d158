import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import { fastify, LogController } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { guard } from './access.ts';
import { sparing } from './acting.ts';
import { openapi, transform } from './openapi.ts';
import type { Api, ApiPorts, RoutePorts } from './ports.ts';
import { Problem, sendProblem } from './problems.ts';
import { caseRoutes } from './routes-cases.ts';
import { deskRoutes } from './routes-desk.ts';
import { deskBulkRoutes } from './routes-desk-bulk.ts';
import { deskEventRoutes } from './routes-desk-events.ts';
import { deskMarkRoutes } from './routes-desk-marks.ts';
import { feedRoutes } from './routes-feeds.ts';
import { informationRoutes } from './routes-information.ts';
import { linkPageRoutes } from './routes-link-pages.ts';
import { loginRoutes } from './routes-login.ts';
import { modelRoutes } from './routes-models.ts';
import { noticeRoutes } from './routes-notices.ts';
import { receiptRoutes } from './routes-receipts.ts';
import { passkeyRoutes } from './routes-passkeys.ts';
import { peopleRoutes } from './routes-people.ts';
import { submitRoutes, uploadRoute } from './routes-submit.ts';
import { systemRoutes } from './routes-system.ts';
import { verdictRoutes } from './routes-verdicts.ts';
import { MAX_BODY_BYTES } from './schema-submission.ts';
import { verdictChallengeRoute } from './verdict-passkey.ts';
import { webApp } from './web-app.ts';
import { waitingFor } from './wait.ts';

/** How long requests under way may take to end when the API is closed. */
const CLOSE_MS = 10_000;

/**
 * The HTTP API over the case client; GET /openapi.json describes it. Every error is problem+json (RFC 9457). Who
 * may do what is checked before every route, by the action that it states.
 */
export function createApi(ports: ApiPorts): Api {
  const waiting = waitingFor(ports.client, ports.log);
  const all: RoutePorts = { ...ports, waiting, spare: sparing() };
  const api = fastify({
    loggerInstance: ports.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    // Case keys of 200 characters take up to three times as much when encoded.
    routerOptions: { maxParamLength: 2_000 },
    // Receipts of a long stream, and the body of a slow one, may take as long as they need.
    requestTimeout: 0,
  }).withTypeProvider<ZodTypeProvider>();
  api.setValidatorCompiler(validatorCompiler);
  // The types hold what is answered to the schemas; a stored value that is older than a schema must stay readable.
  api.setSerializerCompiler(() => JSON.stringify);
  api.setErrorHandler(sendProblem);
  api.setNotFoundHandler(({ method, url }) => {
    throw new Problem(
      404,
      'no-such-page',
      `There is no ${method} ${url.split('?')[0]}; GET /openapi.json lists what is.`,
    );
  });
  api.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });
  api.register(cookie);
  api.register(guard, ports.access);
  api.addHook('preClose', async () => {
    waiting.stop();
    // Long streams are cut off then: every submission may be sent again.
    setTimeout(() => api.server.closeAllConnections(), CLOSE_MS).unref();
  });
  api.register(swagger, { openapi, transform });
  api.register(async (scope) => submitRoutes(scope.withTypeProvider<ZodTypeProvider>(), all));
  api.register(async (scope) => uploadRoute(scope.withTypeProvider<ZodTypeProvider>(), all));
  const { linkTokens } = all;
  if (linkTokens)
    api.register(async (scope) => linkPageRoutes(scope.withTypeProvider<ZodTypeProvider>(), all, linkTokens));
  api.register(async (scope) => {
    const routes = scope.withTypeProvider<ZodTypeProvider>();
    caseRoutes(routes, all);
    verdictRoutes(routes, all);
    verdictChallengeRoute(routes, all);
    informationRoutes(routes, all);
    feedRoutes(routes, all);
    modelRoutes(routes, all);
    noticeRoutes(routes, all);
    receiptRoutes(routes, all);
    systemRoutes(routes, all);
    deskRoutes(routes, all);
    deskMarkRoutes(routes, all);
    deskBulkRoutes(routes, all);
    deskEventRoutes(routes, all);
    await webApp(routes, all);
    loginRoutes(routes, ports.access);
    peopleRoutes(routes, ports.access);
    passkeyRoutes(routes, ports.access);
    routes.get('/openapi.json', { config: { action: 'open' }, schema: { hide: true } }, async () => api.swagger());
  });
  return api;
}
