import { expect, test } from 'vitest';
import { verdictSignal } from '../../src/messages.ts';
import { until } from '../e2e/fixture.ts';
import { BY_HTTP } from './attempts-by-http.ts';
import { PAST_THE_API } from './attempts-past-the-api.ts';
import { WITH_PASSKEYS } from './attempts-with-passkeys.ts';
import {
  CASE,
  TICKET,
  fixture,
  seen,
  ticketSeen,
  trusted,
  verdict,
  byKey,
  handle,
  useWorld,
} from './attempts-world.ts';

/**
 * Attempts to decide an invoice without the right to, on the real system with access required. Each tries to reject it,
 * which any entitled verdict can: none succeeds, and each stands in the case's audit trail or in the access log.
 */
const ATTEMPTS = [...BY_HTTP, ...PAST_THE_API, ...WITH_PASSKEYS];
useWorld();

async function entries(): Promise<number> {
  const { ledger } = fixture;
  const chain = await ledger.db
    .selectFrom('audit_entries')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('kind', 'in', ['verdict-refused', 'information-refused'])
    .executeTakeFirstOrThrow();
  const log = await ledger.db
    .selectFrom('access_entries')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('kind', '=', 'refused')
    .executeTakeFirstOrThrow();
  return Number(chain.n) + Number(log.n);
}

test('there are at least sixty', () => {
  expect(ATTEMPTS.length).toBeGreaterThanOrEqual(60);
});

test.each(ATTEMPTS)('%s', async (_, attempt) => {
  const before = await entries();
  const answer: unknown = await attempt();
  if (answer instanceof Response) expect(answer.status).toBeGreaterThanOrEqual(400);
  await until('an entry of the refusal', async () => (await entries()) > before, 20_000);
  for (const [caseId, digest] of [
    [CASE, seen],
    [TICKET, ticketSeen],
  ] as const) {
    expect(await fixture.ledger.cases.get(caseId)).toMatchObject({ outcome: null, decided: false, stage: 'review' });
    expect((await fixture.ledger.reviews.openTask(caseId))?.seen).toBe(digest);
  }
});

test('the same verdict by who is entitled is taken, with how that is known', async () => {
  const answer = await byKey('ada');
  expect([answer.status, await answer.json()]).toMatchObject([200, { accepted: true }]);
  await until('the end of the case', async () => (await fixture.ledger.cases.get(CASE))?.outcome === 'rejected');
  const row = await fixture.ledger.db
    .selectFrom('verdicts')
    .selectAll()
    .where('case_id', '=', CASE)
    .where('accepted', '=', true)
    .executeTakeFirstOrThrow();
  expect(row.authentication).toMatchObject({ personId: 'ada', via: 'api-key', keyId: trusted.keyId });
});

test('a ticket, of low risk, may be decided by a plain signal, which is marked', async () => {
  await handle(TICKET).signal(verdictSignal, verdict({ by: 'tess', seen: ticketSeen }));
  await until('the end of the case', async () => (await fixture.ledger.cases.get(TICKET))?.outcome === 'rejected');
  const row = await fixture.ledger.db
    .selectFrom('verdicts')
    .selectAll()
    .where('case_id', '=', TICKET)
    .where('accepted', '=', true)
    .executeTakeFirstOrThrow();
  expect(row.authentication).toEqual({ via: 'unauthenticated' });
});
