import type { AuditLine } from '../adapters/ledger/audit-chain.ts';
import type { CaseFileBody, CasePage, CaseQuery } from './api/schema-case.ts';
import type { AbsenceBody, KeyMadeBody, KeysBody, MeBody, PeopleBody, PersonEntryBody } from './api/schema-access.ts';
import type { ModelsBody } from './api/schema-models.ts';
import type {
  InformationBody,
  InformationPage,
  InformationRequestBody,
  InformationTaken,
} from './api/schema-information.ts';
import type { FeedBody, FeedsBody, LoadedBody } from './api/schema-feeds.ts';
import type { LinksBody, RevocationBody, UndeliveredBody } from './api/schema-notices.ts';
import type { PasskeysRemoved } from './api/schema-passkeys.ts';
import { problemSchema, type ProblemBody } from './api/schema-problem.ts';
import type { LineReceipt, ReceiptBody, SubmissionBody } from './api/schema-submission.ts';
import type { CountsBody, IndexBody, PacksBody, ReasonsBody } from './api/schema-system.ts';
import type { AcceptedBody, ReversalBody, RequestBody, VerdictBody, WithdrawnBody } from './api/schema-verdict.ts';
import { casePath, receiptPath } from './case-path.ts';
import { linesOf, NDJSON, ndjsonOf } from './ndjson.ts';

/** The API refused a request; `message` is the problem's detail, for people. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly problem: ProblemBody;

  constructor(problem: ProblemBody) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Nothing that is a Countersign API answered at the URL, or the connection was lost. */
export class ApiUnreachable extends Error {
  override name = 'ApiUnreachable';
}

/** The HTTP API as functions. Each throws `ApiError` or `ApiUnreachable`. */
export interface ApiClient {
  url: string;
  index(): Promise<IndexBody>;
  /** Who the key belongs to; null: the API believes programs on this machine. */
  me(): Promise<MeBody['person']>;
  /** `waitSeconds` (at most 60): the receipt comes with the case, as soon as it has ended. */
  submit(body: SubmissionBody, options?: { waitSeconds?: number }): Promise<ReceiptBody>;
  /** One document as it is, of at most 16 MB. */
  submitDocument(document: {
    packId: string;
    caseKey: string;
    bytes: Uint8Array<ArrayBuffer>;
    name?: string;
    mediaType?: string;
    submittedBy?: string;
  }): Promise<ReceiptBody>;
  /** Any number of cases in one request; receipts come in the same order, and nothing is read ahead of the server. */
  submitAll(bodies: AsyncIterable<SubmissionBody> | Iterable<SubmissionBody>): AsyncGenerator<LineReceipt>;
  listCases(query?: CaseQuery): Promise<CasePage>;
  caseFile(caseId: string, options?: { waitSeconds?: number; sources?: boolean }): Promise<CaseFileBody>;
  document(hash: string): Promise<Uint8Array>;
  /** Returns when the verdict is taken, and how many approvals there are where more than one is needed. A refused one throws `ApiError` whose problem carries the refusal's code. */
  decide(verdict: VerdictBody): Promise<AcceptedBody>;
  /** What submitters are asked. */
  informationRequests(filter?: { caseId?: string; open?: boolean }): Promise<InformationRequestBody[]>;
  /** Answers a reviewer's question. A refused answer throws `ApiError` whose problem carries the refusal's code. */
  answer(body: InformationBody): Promise<InformationTaken>;
  withdraw(request: RequestBody): Promise<WithdrawnBody>;
  reverse(request: RequestBody): Promise<ReversalBody>;
  people(): Promise<PeopleBody['people']>;
  putPerson(personId: string, entry: PersonEntryBody): Promise<void>;
  putAbsence(personId: string, absence: AbsenceBody): Promise<void>;
  /** All of somebody who has lost them; returns how many there were. */
  removePasskeys(personId: string): Promise<number>;
  keys(): Promise<KeysBody['keys']>;
  /** The secret is in this answer only. */
  makeKey(personId: string, key: { label: string; expiresAt?: string }): Promise<KeyMadeBody>;
  revokeKey(keyId: string): Promise<void>;
  packs(): Promise<PacksBody['packs']>;
  counts(): Promise<CountsBody['counts']>;
  /** Why the cases of so many days went to people. */
  reasons(days?: number): Promise<ReasonsBody>;
  models(): Promise<ModelsBody>;
  feeds(): Promise<FeedsBody['feeds']>;
  /** Replaces a whole feed. */
  loadFeed(name: string, feed: FeedBody): Promise<LoadedBody>;
  /** Those that have not reached somebody. */
  notices(): Promise<UndeliveredBody['notices']>;
  retryNotice(messageId: string): Promise<void>;
  links(caseId: string): Promise<LinksBody['links']>;
  revokeLink(revocation: RevocationBody): Promise<void>;
  auditEntries(caseId?: string): AsyncGenerator<AuditLine>;
  /** The receipt of a case, as the text that is signed. */
  receipt(caseId: string): Promise<string>;
}

export interface ApiClientOptions {
  /** For example http://127.0.0.1:7300. */
  url: string;
  /** An API key; without one only an API of this machine, in development, answers. */
  key?: string;
  fetch?: typeof fetch;
}

/** The one client of the HTTP API, for the command line and for programs on this machine. */
export function createApiClient({ url, key, fetch: fetched = fetch }: ApiClientOptions): ApiClient {
  const base = url.replace(/\/+$/, '');

  async function call(path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> {
    let response: Response;
    try {
      const headers = new Headers(init.headers);
      if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
      response = await fetched(`${base}${path}`, { ...init, headers });
    } catch (error) {
      throw unreachable(base, error);
    }
    if (response.ok) return response;
    throw await errorOf(response, base);
  }

  /** The server's own types stand for what is in the answer: both are made from the same schemas. */
  async function json<T>(path: string, init?: RequestInit): Promise<T> {
    const response = await call(path, init);
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw new ApiUnreachable(`${base} answered, but not as a Countersign API does; look at --url.`, { cause: error });
    }
  }

  async function* lines<T>(response: Response): AsyncGenerator<T> {
    if (!response.body) return;
    try {
      for await (const { text } of linesOf(response.body)) yield JSON.parse(text ?? 'null') as T;
    } catch (error) {
      throw new ApiUnreachable(`The connection to ${base} was lost; what came before is safe.`, { cause: error });
    }
  }

  const post = <T>(path: string, body: unknown, headers: Record<string, string> = {}) =>
    json<T>(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  return {
    url: base,
    index: () => json('/v1'),
    me: async () => (await json<MeBody>('/v1/me')).person,
    submit: (body, { waitSeconds } = {}) => post('/v1/cases', body, preferring(waitSeconds)),
    submitDocument: ({ packId, caseKey, bytes, mediaType = 'application/octet-stream', name, submittedBy }) =>
      json(`/v1/cases/${encodeURIComponent(packId)}/${encodeURIComponent(caseKey)}${search({ name, submittedBy })}`, {
        method: 'POST',
        headers: { 'content-type': mediaType },
        body: bytes,
      }),
    async *submitAll(bodies) {
      const given = new AbortController();
      try {
        const response = await call('/v1/cases', {
          method: 'POST',
          headers: { 'content-type': NDJSON },
          body: ReadableStream.from(encoded(ndjsonOf(bodies), given.signal)),
          duplex: 'half',
          signal: given.signal,
        });
        yield* lines<LineReceipt>(response);
      } finally {
        // Whoever stops taking receipts stops the sending too.
        given.abort();
      }
    },
    listCases: (query = {}) => json(`/v1/cases${search(query)}`),
    caseFile: (caseId, { waitSeconds, sources = false } = {}) =>
      json(`${casePath(caseId)}${search(sources ? { sources } : {})}`, { headers: preferring(waitSeconds) }),
    document: async (hash) => (await call(`/v1/documents/${encodeURIComponent(hash)}`)).bytes(),
    decide: (verdict) => post('/v1/verdicts', verdict),
    informationRequests: async (filter = {}) =>
      (await json<InformationPage>(`/v1/information-requests${search(filter)}`)).requests,
    answer: (body) => post('/v1/information', body),
    withdraw: (request) => post('/v1/withdrawals', request),
    reverse: (request) => post('/v1/reversals', request),
    people: async () => (await json<PeopleBody>('/v1/people')).people,
    putPerson: async (personId, entry) =>
      void (await call(`/v1/people/${encodeURIComponent(personId)}`, putting(entry))),
    putAbsence: async (personId, absence) =>
      void (await call(`/v1/people/${encodeURIComponent(personId)}/absence`, putting(absence))),
    async removePasskeys(personId) {
      const answer = await call(`/v1/people/${encodeURIComponent(personId)}/passkeys`, { method: 'DELETE' });
      return ((await answer.json()) as PasskeysRemoved).removed;
    },
    keys: async () => (await json<KeysBody>('/v1/keys')).keys,
    makeKey: (personId, key_) => post(`/v1/people/${encodeURIComponent(personId)}/keys`, key_),
    revokeKey: async (keyId) => void (await call(`/v1/keys/${encodeURIComponent(keyId)}`, { method: 'DELETE' })),
    packs: async () => (await json<PacksBody>('/v1/packs')).packs,
    models: () => json<ModelsBody>('/v1/models'),
    feeds: async () => (await json<FeedsBody>('/v1/feeds')).feeds,
    notices: async () => (await json<UndeliveredBody>('/v1/notices')).notices,
    retryNotice: async (messageId) => void (await post('/v1/notices/retries', { messageId })),
    links: async (caseId) => (await json<LinksBody>(`/v1/links${search({ caseId })}`)).links,
    revokeLink: async (revocation) => void (await post('/v1/links/revocations', revocation)),
    loadFeed: (name, feed) => json(`/v1/feeds/${encodeURIComponent(name)}`, putting(feed)),
    counts: async () => (await json<CountsBody>('/v1/counts')).counts,
    reasons: (days) => json<ReasonsBody>(`/v1/reasons${search({ days })}`),
    receipt: async (caseId) => await (await call(receiptPath(caseId))).text(),
    async *auditEntries(caseId) {
      yield* lines<AuditLine>(await call(`/v1/audit/entries${search({ caseId })}`));
    },
  };
}

/** `fetch` throws one TypeError for everything; its cause tells whether anything listens there at all. */
function unreachable(base: string, error: unknown): ApiUnreachable {
  const { cause } = error as { cause?: { code?: string } };
  const lost = cause?.code !== undefined && !/^E(?:CONNREFUSED|NOTFOUND|AI_AGAIN|HOSTUNREACH)$/.test(cause.code);
  const message = lost
    ? `The API at ${base} did not answer (${cause.code}); try again.`
    : `No Countersign API at ${base}; start it with npm start or set --url.`;
  return new ApiUnreachable(message, { cause: error });
}

async function errorOf(response: Response, base: string): Promise<Error> {
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = problemSchema.safeParse(body);
  if (parsed.success) return new ApiError(parsed.data);
  return new ApiUnreachable(`${base} answered ${response.status}, but not as a Countersign API does; look at --url.`);
}

function putting(body: unknown): RequestInit {
  return { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function preferring(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { prefer: `wait=${seconds}` };
}

function search(query: Record<string, string | number | boolean | undefined>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}

/** `fetch` reads an aborted body to its end, so it ends here. */
async function* encoded(texts: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) {
    if (signal.aborted) return;
    yield encoder.encode(text);
  }
}
