import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { attest } from '../../src/activities/attest.ts';
import { createSigner } from '../../src/adapters/signing.ts';
import type { Attestation } from '../../src/domain/attestation.ts';
import type { Role } from '../../src/domain/access.ts';
import { submitVerdict, verdictSignal } from '../../src/messages.ts';
import { SoftPasskey } from '../support/soft-passkey.ts';
import { inReview, startFixture, type Fixture } from '../e2e/fixture.ts';

/** The real system with access required, an invoice and a ticket that wait for a person, and people with and without the right. */
export let fixture: Fixture;
export let CASE: string;
export let TICKET: string;
export let seen: string;
export let question: { taskNo: number; digest: string };
/** Ben's. */
export let passkey: SoftPasskey;
export let ticketSeen: string;
export let trusted: ReturnType<typeof createSigner>;
export const keys: Record<string, string> = {};

interface Who {
  roles: Role[];
  groups?: string[];
  packs?: string[];
}
const AP = ['accounts-payable'];
const PEOPLE: Record<string, Who> = {
  ada: { roles: ['reviewer'], groups: AP },
  ben: { roles: ['reviewer'], groups: AP },
  carla: { roles: ['reviewer', 'submitter'], groups: AP },
  away: { roles: ['reviewer'], groups: AP },
  gone: { roles: ['reviewer'], groups: AP },
  later: { roles: ['reviewer'], groups: ['accounts-payable-leads'] },
  tess: { roles: ['reviewer'], groups: ['service-desk'] },
  tina: { roles: ['reviewer'], groups: AP, packs: ['ticket-triage'] },
  tom: { roles: ['lead'], groups: ['service-leads'] },
  none: { roles: [] },
  sam: { roles: ['submitter'], groups: AP },
  erp: { roles: ['service'], groups: AP },
  petra: { roles: ['owner'], groups: AP },
  anton: { roles: ['auditor'], groups: AP },
  olga: { roles: ['operator'], groups: AP },
};

export function useWorld(): void {
  beforeAll(async () => {
    fixture = await startFixture({ COUNTERSIGN_ACCESS: 'required' });
    const { people, credentials } = fixture.ledger;
    for (const [personId, { roles, groups = [], packs }] of Object.entries(PEOPLE)) {
      await people.putPerson({ personId, name: personId, roles, groups, ...(packs ? { packs } : {}) }, 'test');
      keys[personId] = (await credentials.makeKey(personId, { label: 'test', expiresAt: null }, 'test')).secret;
    }
    await people.putPerson({ personId: 'gone', name: 'gone', roles: ['reviewer'], groups: AP, disabled: true }, 'test');
    const until_ = new Date(Date.now() + 86_400_000);
    await people.putAbsence('away', { from: new Date(0), until: until_, substitute: 'ben' }, 'test');
    trusted = createSigner(await readFile(fixture.stack.env['COUNTERSIGN_SIGNING_KEY_FILE'] ?? '', 'utf8'));
    CASE = await submitted('invoice-intake', 'A-1', 'carla');
    TICKET = await submitted('ticket-triage', 'T-1', 'sam');
    question = await inReview(fixture, CASE);
    seen = question.digest.slice(0, 12);
    passkey = new SoftPasskey('ben', { origin: fixture.stack.apiUrl.replace('127.0.0.1', 'localhost') });
    const registered = { ...passkey.passkey, signCount: 1, transports: ['usb'], label: 'test' };
    await fixture.ledger.passkeys.add(registered);
    ticketSeen = (await inReview(fixture, TICKET)).seen;
  }, 180_000);
  afterAll(async () => await fixture.close());
}

async function submitted(packId: string, caseKey: string, by: string): Promise<string> {
  const documents = [{ name: 'note.txt', mediaType: 'text/plain', text: 'Nothing in here can be read as a case.' }];
  const answer = await post('/v1/cases', { packId, caseKey, documents }, bearer(by));
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { caseId: string }).caseId;
}

export const bearer = (personId: string) => ({ authorization: `Bearer ${keys[personId]}` });
export const post = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
  await fetch(`${fixture.stack.apiUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

let count = 0;
export type Said = Record<string, unknown>;
export const verdict = (more: Said = {}): Said => ({
  ...{ verdictId: `attempt-${++count}`, verdict: 'reject', reason: 'not allowed', seen },
  ...more,
});
export const toCase = (more: Said = {}) => ({ caseId: CASE, ...verdict(more) });
export const byKey = (personId: string, more: Said = {}) => post('/v1/verdicts', toCase(more), bearer(personId));

export async function session(personId: string) {
  const { token, csrf } = await fixture.ledger.credentials.openSession(personId, 'test');
  return { cookie: `countersign=${token}`, csrf, token };
}

export const handle = (caseId = CASE) => fixture.temporal.workflow.getHandle(caseId);
export const signal = (said: Said) => handle().signal(verdictSignal, said);
export const update = (said: Said) => handle().executeUpdate(submitVerdict, { args: [said] });
export const signed = (said: Said, personId: string, caseId = CASE, signer = trusted): Attestation =>
  attest({ signer, clock: () => new Date() }, caseId, said, { personId, via: 'session' });
/** A verdict with a signature that is right but for what `change` makes of it. */
export const forged = (change: (attestation: Attestation) => unknown, by = 'ada') => {
  const said = verdict({ by });
  return { ...said, attestation: change(signed(said, by)) };
};
