// A development stand-in for the business systems that decisions are written to: accounts payable, a help desk, a place
// for notices. It keeps books of its own, so that 'written twice' is counted there and not by the writer, and it
// misbehaves on demand. Never part of a production installation.
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { adminRoutes } from './admin.ts';
import { Behaviours, type Failure, type Fault } from './behaviour.ts';
import { Books, COLLECTION_NAMES, COLLECTIONS, type Collection, type Entry } from './books.ts';
import { problem, PROBLEM_TYPE, sendProblem } from './problem.ts';

/** A running stand-in business system. */
export interface StandInBusiness {
  /** http://127.0.0.1:<port> */
  url: string;
  stop: () => Promise<void>;
}

/** Never reachable from outside this machine. */
const LOOPBACK = '127.0.0.1';
const BODY_LIMIT_BYTES = 10_000_000;

/**
 * Starts the stand-in business system in this process.
 *
 * @param options.port any free one by default
 * @param options.stateDir holds books.ndjson, loaded again by the next start
 * @param options.honourIdempotencyKey switches uniqueness on or off for all collections; without it, it stays as it was
 *   (off at first)
 */
export async function startStandInBusiness(options: {
  port?: number;
  stateDir: string;
  honourIdempotencyKey?: boolean;
}): Promise<StandInBusiness> {
  const { port = 0, stateDir, honourIdempotencyKey } = options;
  const books = await Books.open(stateDir);
  if (honourIdempotencyKey !== undefined) {
    for (const name of COLLECTION_NAMES) await books.setHonours(name, honourIdempotencyKey);
  }
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-stand-in', 'business system (development stand-in)');
  });
  const behaviours = new Behaviours();
  for (const name of COLLECTION_NAMES) collectionRoutes(app, name, books, behaviours);
  adminRoutes(app, books, behaviours);
  app.addHook('onClose', async () => books.close());
  const url = await app.listen({ host: LOOPBACK, port });
  return { url, stop: async () => app.close() };
}

/** What a call comes to: status and body, sent unless a fault puts something else in their place. */
interface Answer {
  status: number;
  body: object;
  replayed?: boolean;
}

function collectionRoutes(app: FastifyInstance, name: Collection, books: Books, behaviours: Behaviours): void {
  const path = COLLECTIONS[name];

  app.post(path, async (request, reply) =>
    withFault(behaviours.next(name, 'create'), reply, async () =>
      booked(await books.book({ collection: name, key: keyOf(request), body: request.body ?? null })),
    ),
  );

  app.post<{ Params: { id: string } }>(`${path}/:id/reversal`, async (request, reply) =>
    withFault(behaviours.next(name, 'reversal'), reply, async () => {
      const { id } = request.params;
      if (!books.entry(name, id)) return { status: 404, body: problem(404, { detail: `${name} has no entry ${id}` }) };
      const body = request.body ?? null;
      return booked(await books.book({ collection: name, key: keyOf(request), body, reverses: id }));
    }),
  );

  app.get<{ Querystring: { reference?: string } }>(path, async (request, reply) =>
    withFault(behaviours.next(name, 'look-up'), reply, async () => {
      const { reference } = request.query;
      if (reference) return { status: 200, body: { items: books.find(name, reference) } };
      return { status: 400, body: problem(400, { detail: 'reference is missing', field: 'reference' }) };
    }),
  );
}

function booked({ entry, replayed }: { entry: Entry; replayed: boolean }): Answer {
  const { id, collection, kind, at, reference, reverses } = entry;
  return { status: replayed ? 200 : 201, body: { id, collection, kind, at, reference, reverses }, replayed };
}

function keyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  return typeof key === 'string' && key !== '' ? key : null;
}

/** Does what was asked, with what the rules put in its way. It is done even if the caller has given up meanwhile. */
async function withFault(
  fault: Fault | undefined,
  reply: FastifyReply,
  apply: () => Promise<Answer>,
): Promise<FastifyReply> {
  if (fault && fault.latencyMs > 0) await sleep(fault.latencyMs);
  if (fault?.before) return sendFailure(reply, fault.before);
  const { status, body, replayed } = await apply();
  if (fault?.after) return sendFailure(reply, fault.after);
  if (replayed) reply.header('idempotency-replayed', 'true');
  if (status >= 400) reply.type(PROBLEM_TYPE);
  return reply.code(status).send(body);
}

function sendFailure(reply: FastifyReply, failure: Failure): FastifyReply {
  switch (failure.kind) {
    case 'close':
      reply.hijack();
      reply.raw.destroy();
      return reply;
    case 'refuse':
      return sendProblem(reply, 422, { detail: failure.message, code: failure.code, permanent: true });
    case 'status':
      return sendProblem(reply, failure.status, { detail: 'the stand-in was told to answer so' });
  }
}
