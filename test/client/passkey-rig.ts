import { afterAll, beforeAll, beforeEach } from 'vitest';
import { judgeVerdict } from '../../src/activities/judge-verdict.ts';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import type { Api } from '../../src/client/api/ports.ts';
import type { CaseClient } from '../../src/client/case-client.ts';
import { relyingPartyOf } from '../../src/domain/passkey.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { useLedger } from '../support/postgres.ts';
import { SoftPasskey, type Stated } from '../support/soft-passkey.ts';
import { requiredAccess } from '../access/people.ts';
import { onLedger, type OnLedger } from '../adapters/ledger/reviewed.ts';
import { apiOf } from './fakes.ts';

const ORIGIN = 'http://localhost:7300';
const HOST = 'localhost:7300';
/** As a page at the IP address sends it. */
export const AT_ADDRESS = { origin: 'http://127.0.0.1:7300', host: '127.0.0.1:7300' };
const undo = [{ when: {}, for: '10 minutes' }] as const;
const pack = testPack({ review: { ...definition().review, fourEyes: false, undo } });

/** What the options of a browser's `navigator.credentials` hold. */
export type Options = { challenge: string; allowCredentials?: { id: string }[] } & Record<string, unknown>;

/** The API over a real ledger and the real judge, and a reviewer who is logged in with a browser: a new one for each test. */
export class PasskeyRig {
  ledger!: Ledger;
  on!: OnLedger;
  api!: Api;
  personId = '';
  headers: Record<string, string> = {};
  /** What the API has sent on to cases. */
  readonly toCase: unknown[] = [];
  /** Cases that wait for their turn before they judge. */
  readonly turns = new Map<string, Promise<void>>();
  #count = 0;

  open(ledger: Ledger): void {
    this.ledger = ledger;
    this.on = onLedger(ledger, pack);
    const { people } = ledger;
    const access = { ...this.on.ports.access, mode: 'required', person: (id: string) => people.person(id) } as const;
    const ports = { ...this.on.ports, access, passkeys: { ...ledger.passkeys, party: relyingPartyOf() } };
    const decide: CaseClient['decide'] = async (caseId, message) => {
      this.toCase.push(message);
      await this.turns.get(caseId);
      return (await judgeVerdict(ports)({ caseId, channel: 'update', message })).answer;
    };
    const { reviews, desk, reads } = ledger;
    this.api = apiOf({ access: requiredAccess(ledger), client: { decide }, reviews, desk, reads });
  }

  async be(personId = `rita-${(this.#count += 1)}`): Promise<void> {
    const { groups } = pack.plan({ primary: { provider: 'p', model: 'm' }, fallback: undefined }).review;
    await this.ledger.people.putPerson({ personId, name: 'Rita', roles: ['reviewer'], groups }, 'test');
    this.personId = personId;
    this.headers = await this.session();
  }

  async session(): Promise<Record<string, string>> {
    const { token, csrf } = await this.ledger.credentials.openSession(this.personId, 'test');
    return { cookie: `countersign=${token}`, 'x-csrf-token': csrf, origin: ORIGIN, host: HOST };
  }

  async post(url: string, payload: object, more: Record<string, string> = {}) {
    const answer = await this.api.inject({ method: 'POST', url, headers: { ...this.headers, ...more }, payload });
    // Of several lines, the first.
    const [first = ''] = answer.body.split('\n');
    const body = JSON.parse(first === '' ? '{}' : first) as Record<string, unknown> & {
      code?: string;
      detail?: string;
    };
    return { status: answer.statusCode, body, text: answer.body };
  }

  async begin(what: object = { for: 'add' }): Promise<{ create: Options; sign?: Options }> {
    const { status, body } = await this.post('/v1/passkeys/challenges', what);
    if (status !== 200) throw new Error(`no challenge: ${JSON.stringify(body)}`);
    return body as unknown as { create: Options; sign?: Options };
  }

  /** Registers a passkey; another one that is there already `agrees`. */
  async add(key = new SoftPasskey(this.personId), agrees?: SoftPasskey, change: Partial<Stated> = {}) {
    const { create } = await this.begin();
    const proof = agrees ? { proof: agrees.assert(create.challenge) } : {};
    const created = key.create(create.challenge, change);
    return {
      ...(await this.post('/v1/passkeys', { label: 'laptop', created, ...proof })),
      key,
      challenge: create.challenge,
    };
  }

  /** The detail of the newest entry of the access log, which is of a refusal. */
  async lastRefusal(): Promise<string> {
    const [entry] = await this.ledger.people.accessEntries(1);
    if (entry?.kind !== 'refused' || entry.personId !== this.personId) throw new Error('the last entry is no refusal');
    return entry.detail;
  }
}

export function usePasskeyRig(): PasskeyRig {
  const rig = new PasskeyRig();
  let ledger: Ledger;
  useLedger((made) => {
    ledger = made.ledger;
  });
  beforeAll(() => rig.open(ledger));
  afterAll(async () => await rig.api.close());
  beforeEach(async () => await rig.be());
  return rig;
}
