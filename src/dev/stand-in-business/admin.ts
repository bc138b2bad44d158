import type { FastifyInstance } from 'fastify';
import { behaviourSchema, deleteQuerySchema, settingsSchema, type Behaviours } from './behaviour.ts';
import { COLLECTION_NAMES, type Books } from './books.ts';
import { sendInvalid } from './problem.ts';

/** What tests and a curious person use: the whole books, the rules of misbehaviour, uniqueness. No fault meets these. */
export function adminRoutes(app: FastifyInstance, books: Books, behaviours: Behaviours): void {
  const settings = () => ({
    honourIdempotencyKey: Object.fromEntries(COLLECTION_NAMES.map((name) => [name, books.honours(name)])),
  });
  const rules = () => ({ rules: behaviours.list() });

  app.get('/admin/books', async () => ({ totals: books.totals(), entries: books.all() }));

  app.get('/admin/behaviour', async () => rules());

  app.put('/admin/behaviour', async (request, reply) => {
    const parsed = behaviourSchema.safeParse(request.body);
    if (!parsed.success) return sendInvalid(reply, parsed.error);
    behaviours.set(parsed.data);
    return rules();
  });

  app.delete('/admin/behaviour', async (request, reply) => {
    const parsed = deleteQuerySchema.safeParse(request.query);
    if (!parsed.success) return sendInvalid(reply, parsed.error);
    behaviours.clear(parsed.data.collection);
    return rules();
  });

  app.get('/admin/settings', async () => settings());

  app.put('/admin/settings', async (request, reply) => {
    const parsed = settingsSchema.safeParse(request.body);
    if (!parsed.success) return sendInvalid(reply, parsed.error);
    const { collection, honourIdempotencyKey } = parsed.data;
    for (const name of collection ? [collection] : COLLECTION_NAMES) await books.setHonours(name, honourIdempotencyKey);
    return settings();
  });
}
