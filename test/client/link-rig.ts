import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect } from 'vitest';
import { judgeVerdict } from '../../src/activities/judge-verdict.ts';
import type { Asking } from '../../src/activities/information-ports.ts';
import type { CaseInput } from '../../src/activities/case-ports.ts';
import type { TaskOpening } from '../../src/activities/review-ports.ts';
import { takeInformation } from '../../src/activities/take-information.ts';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import type { PersonEntry } from '../../src/adapters/ledger/people.ts';
import {
  createLinkTokens,
  type LinkOptions,
  type LinkRequest,
  type LinkTokens,
} from '../../src/adapters/links/link-tokens.ts';
import type { Api } from '../../src/client/api/ports.ts';
import type { CaseClient } from '../../src/client/case-client.ts';
import { createSubmitterClient, type SubmitterClientPorts } from '../../src/client/submitter-client.ts';
import { relyingPartyOf } from '../../src/domain/passkey.ts';
import type { ProcessPack, ReviewPolicy } from '../../src/packs/pack.ts';
import { packRegistry } from '../../src/packs/registry.ts';
import { definition, testPack } from '../support/fake-pack.ts';
import { withLedger, type TestLedger } from '../support/postgres.ts';
import { testSigner } from '../support/signing-key.ts';
import { apiOf } from './fakes.ts';
import { orThrow } from './or-throw.ts';

const SECRET = Buffer.alloc(32, 5).toString('base64');
const DAY = 86_400_000;
const MODELS = { primary: { provider: 'p', model: 'm' }, fallback: undefined };

/** Links over real HTTP, on a real ledger, judged by the activity that judges every verdict. */
export interface LinkRig {
  url: string;
  ledger: Ledger;
  tokens: LinkTokens;
  /** Fails the next verdicts and answers before (`lost`) or after (`unheard`) the case has taken them. */
  fail(how: 'lost' | 'unheard' | undefined): void;
  /** A case that waits under this policy. */
  asked(policy?: Partial<ReviewPolicy>, task?: Partial<TaskOpening>): Promise<Asked>;
  /** The address of a link for a person; `at`: when it is made. */
  linkFor(asked: Asked, person?: string, at?: Date): Promise<LinkOfRig>;
  /** Asks the submitter of a case, who is `sam`; the id of what is asked. */
  ask(asked: Asked, change?: Partial<Asking>): Promise<string>;
  /** The address of a link by which a person answers that. */
  informLinkFor(asked: Asked, requestId: string, person?: string, at?: Date): Promise<LinkOfRig>;
  close(): Promise<void>;
}

export interface Asked {
  caseId: string;
  task: TaskOpening;
}

export interface LinkOfRig {
  id: string;
  token: string;
  url: string;
  key: string;
}

const INPUT: CaseInput = { present: 'x', sources: [{ name: 'a.txt', text: 'Pay 12' }], findings: [], enrichment: null };
let count = 0;

/** A rig for the tests of a file, on a ledger of its own; handed over before the first of them, and stopped after the last. */
export function useLinkRig(take: (rig: LinkRig) => void): void {
  let server: TestLedger | undefined;
  let rig: LinkRig | undefined;
  beforeAll(async () => {
    server = await withLedger({ poolSize: 10 });
    rig = await linkRig(server.ledger);
    take(rig);
  });
  afterAll(async () => {
    await rig?.close();
    await server?.stop();
  });
}

async function linkRig(ledger: Ledger): Promise<LinkRig> {
  const packs = new Map<string, ProcessPack>();
  const access = {
    mode: 'required',
    person: (id: string) => ledger.people.person(id),
    people: () => ledger.people.people(),
  } as const;
  let failing: 'lost' | 'unheard' | undefined;
  const decide: CaseClient['decide'] = async (caseId, message) => {
    if (failing === 'lost') throw new Error('nobody answered');
    const { reviews, cases, feeds, modelCalls } = ledger;
    const registry = packRegistry([...packs.values()], MODELS);
    const ports = {
      reviews,
      cases,
      feeds,
      modelCalls,
      packs: registry,
      signer: testSigner,
      access,
      passkeys: { ...ledger.passkeys, party: relyingPartyOf() },
      clock: () => new Date(),
    };
    const { answer } = await judgeVerdict(ports)({ caseId, channel: 'update', message });
    if (failing === 'unheard') throw new Error('nobody answered');
    return answer;
  };
  /** Hands updates to the activity that judges every answer. */
  const temporal = {
    workflow: {
      getHandle: (caseId: string) => ({
        executeUpdate: async (_: unknown, { args: [message] }: { args: [unknown] }) => {
          if (failing === 'lost') throw new Error('nobody answered');
          const ports = { ...ledger, access, signer: testSigner };
          const { answer } = await takeInformation(ports)({ caseId, channel: 'update', message });
          if (failing === 'unheard') throw new Error('nobody answered');
          return answer;
        },
      }),
    },
    withDeadline: (_: number, run: () => Promise<unknown>) => run(),
  } as unknown as Client;
  const reader = orThrow<SubmitterClientPorts['reader']>('reader', {});
  const submitters = createSubmitterClient({ ...ledger, temporal, reader, packs: [] });
  const options: LinkOptions = { baseUrl: 'http://127.0.0.1', secret: SECRET, expireAfterMs: 3 * DAY };
  for (const personId of ['rosa', 'kim']) await ledger.people.putPerson(reviewer(personId), 'test');
  await ledger.people.putPerson(reviewer('sam', { roles: ['reviewer', 'submitter'] }), 'test');
  const tokens = createLinkTokens(ledger.links, options);
  const { reviews, outbox, links: linkRows, reads } = ledger;
  const api: Api = apiOf({ client: { decide }, submitters, reviews, outbox, linkRows, linkTokens: tokens, reads });
  const url = await api.listen({ host: '127.0.0.1', port: 0 });

  async function issued(about: Omit<LinkRequest, 'messageId' | 'channel'>, at: Date): Promise<LinkOfRig> {
    const made = createLinkTokens(ledger.links, { ...options, clock: () => at });
    const request = { ...about, messageId: `message-${(count += 1)}`, channel: 'mail' };
    const { pathname } = new URL((await made.issue(request)).url);
    const token = pathname.slice('/d/'.length);
    const id = token.slice(0, 32);
    return { id, token, url: `${url}${pathname}`, key: tokens.formKey({ id }) };
  }

  return {
    ...{ url, ledger, tokens },
    fail: (how) => {
      failing = how;
    },
    async asked(policy = { links: 'low-risk', fourEyes: false }, change = {}) {
      const pack = testPack({ review: { ...definition().review, ...policy } });
      packs.set(pack.hash, pack);
      const caseKey = `L-${(count += 1)}`;
      const received = await ledger.cases.receive({
        name: { packId: pack.id, caseKey, revision: 1 },
        documents: await ledger.documents.put([
          { name: 'a.txt', mediaType: 'text/plain', bytes: Buffer.from(caseKey) },
        ]),
        ...{ submittedBy: 'sam', owner: 'olga', channel: 'api' },
      });
      if (received.kind === 'conflict') throw new Error(received.message);
      const { caseId } = received.record;
      await ledger.cases.ingested(caseId, INPUT, pack.plan(MODELS), pack.manifest);
      const output = { amount: 12, supplier: 'ACME <b>' };
      const task: TaskOpening = {
        ...{ caseId, taskNo: 1, kind: 'proposal', seen: `seen-${count}-1`, packHash: pack.hash, group: 'clerks' },
        ...{ dueAt: new Date(Date.now() + 10 * DAY), remindAt: new Date(Date.now() + DAY), callId: null },
        ...{ reasons: [{ code: 'low-confidence', message: 'amount: confidence 0.41 is below 0.80' }], output },
        ...{ evidence: {}, confidence: { amount: 0.41 }, rules: [], effects: pack.effects(output, caseId) },
        digest: `digest-${count}-1`,
        ...change,
      };
      await ledger.reviews.open(task);
      return { caseId, task };
    },
    async linkFor({ caseId, task: { taskNo, seen, dueAt } }, person = 'rosa', at = new Date()) {
      return await issued({ purpose: 'decide', caseId, taskNo, seen, person, dueAt }, at);
    },
    async ask({ caseId, task: { taskNo, seen } }, change = {}) {
      const requestId = `q-${(count += 1)}`;
      const question = 'Which order is it?\n<b>4711</b>?';
      const by = 'rosa';
      const verdict = { verdict: 'request-information', verdictId: requestId, by, seen, question } as const;
      const answerBy = new Date(Date.now() + 2 * DAY);
      const request = { requestId, question, askedBy: by, askedOf: 'sam', proposeAgain: false, answerBy, ...change };
      const given = { caseId, verdict, channel: 'update', contentHash: requestId } as const;
      const judged = await ledger.reviews.record({ ...given, ask: { taskNo, request } });
      if (judged.kind === 'refused') throw new Error(judged.refusal.code);
      return requestId;
    },
    async informLinkFor({ caseId, task: { taskNo, seen } }, requestId, person = 'sam', at = new Date()) {
      const { answerBy: dueAt } = (await ledger.information.get(requestId)) ?? { answerBy: at };
      return await issued({ purpose: 'inform', caseId, taskNo, seen, requestId, person, dueAt }, at);
    },
    close: async () => await api.close(),
  };
}

/** A reviewer of the group that is asked. */
export function reviewer(personId: string, change: Partial<PersonEntry> = {}): PersonEntry {
  return { personId, name: personId, roles: ['reviewer'], groups: ['clerks'], ...change };
}

/** As the form of the page sends it. `undefined` leaves a field out. */
export function form(fields: Record<string, string | undefined>, headers: Record<string, string> = {}): RequestInit {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  const own = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', origin: 'null' };
  return {
    method: 'POST',
    headers: { ...own, ...headers },
    body: new URLSearchParams(given).toString(),
    redirect: 'manual',
  };
}

/** What the audit of a case says about its links and verdicts. */
export async function traces(ledger: Ledger, caseId: string): Promise<[kind: string, code: unknown][]> {
  const file = await ledger.reads.caseFile(caseId);
  return (file?.audit ?? [])
    .filter(({ kind }) => /^(link|verdict|information)-|^decision$/.test(kind))
    .map(({ kind, data }) => [
      kind,
      data['code'] ?? (data['refusal'] as { code?: string } | undefined)?.code ?? data['channel'],
    ]);
}

/** Nothing was decided, and the question still stands. */
export async function expectUndecided(ledger: Ledger, { caseId, task }: Asked): Promise<void> {
  const file = await ledger.reads.caseFile(caseId);
  expect(file?.decisions).toEqual([]);
  expect(file?.verdicts.filter(({ accepted }) => accepted)).toEqual([]);
  expect((await ledger.reviews.openTask(caseId))?.seen).toBe(task.seen);
}
