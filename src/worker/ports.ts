import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Ports, Workflows } from '../activities/ports.ts';
import { createDocumentReader } from '../adapters/document-reader/document-reader.ts';
import { openLedger, type Ledger } from '../adapters/ledger/ledger.ts';
import { createLinkTokens, type LinkTokens } from '../adapters/links/link-tokens.ts';
import { createOpenAiModel } from '../adapters/model-openai/model-openai.ts';
import { createSigner } from '../adapters/signing.ts';
import { createSinks } from '../adapters/sink-http.ts';
import type { AccessPorts } from '../client/api/access.ts';
import { oidcProvider } from '../client/api/oidc.ts';
import { createCaseClient, type CaseClient } from '../client/case-client.ts';
import { temporalUrl } from '../client/case-path.ts';
import { createSubmitterClient, type SubmitterClient } from '../client/submitter-client.ts';
import { relyingPartyOf } from '../domain/passkey.ts';
import { askAgainSignal, replanSignal, verdictSignal } from '../messages.ts';
import { packs as ownPacks } from '../packs/index.ts';
import type { ModelTiers, ProcessPack } from '../packs/pack.ts';
import { packRegistry } from '../packs/registry.ts';
import type { Config } from './config.ts';
import { noticesOf, type NoticesConfig } from './notices-config.ts';

/** Everything that a process of Countersign is made of, built from its configuration. */
export interface Composition {
  ports: Ports;
  ledger: Ledger;
  client: CaseClient;
  submitters: SubmitterClient;
  packs: ProcessPack[];
  /** Undefined: notices are only logged. */
  notices: NoticesConfig | undefined;
  /** Undefined: no decision links. */
  linkTokens: LinkTokens | undefined;
  access: AccessPorts;
  close: () => Promise<void>;
}

/** Builds the real adapters over a Temporal client. The caller closes the client's connection. */
export async function compose(config: Config, temporal: Client): Promise<Composition> {
  const { COUNTERSIGN_RATES: rates, COUNTERSIGN_BREAKER: breaker, COUNTERSIGN_PRICES: prices } = config;
  const ledger = openLedger({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL,
    limits: { rates, ...(breaker ? { breaker } : {}) },
  });
  const packs = await loadPacks(config.COUNTERSIGN_PACKS);
  const reader = createDocumentReader({});
  const {
    documents,
    cases,
    modelCalls,
    reviews,
    replans,
    people,
    information,
    effects,
    feeds,
    feedAlarms,
    countersignatures,
  } = ledger;
  const taskQueue = config.COUNTERSIGN_TASK_QUEUE;
  const client = createCaseClient({ temporal, cases, reviews, reader, packs, taskQueue });
  const submitters = createSubmitterClient({ temporal, information, documents, cases, reader, packs });
  const ports: Ports = {
    documents,
    cases,
    modelCalls,
    reviews,
    replans,
    information,
    effects,
    feeds,
    feedAlarms,
    countersignatures,
    packs: packRegistry(packs, tiersOf(config)),
    reader,
    model: createOpenAiModel({ providers: providersOf(config), ...(prices ? { prices } : {}) }),
    sinks: createSinks(config.COUNTERSIGN_SINKS),
    temporal: workflowsOf(temporal, client),
    signer: createSigner(config.COUNTERSIGN_SIGNING_KEY_FILE),
    access: { mode: config.COUNTERSIGN_ACCESS, person: (id) => people.person(id), people: () => people.people() },
    passkeys: { ...ledger.passkeys, party: relyingPartyOf(config.COUNTERSIGN_PUBLIC_URL) },
    clock: () => new Date(),
  };
  const notices = noticesIn(config);
  return {
    ports,
    ledger,
    client,
    submitters,
    packs,
    notices,
    linkTokens: linkTokensOf(config, notices, ledger),
    access: accessOf(config, ledger),
    close: async () => void (await Promise.all([ledger.close(), reader.close()])),
  };
}

function accessOf(config: Config, { people, credentials, passkeys }: Ledger): AccessPorts {
  const { COUNTERSIGN_ACCESS: mode, COUNTERSIGN_PUBLIC_URL: publicUrl, COUNTERSIGN_OIDC_ISSUER: issuer } = config;
  const { COUNTERSIGN_OIDC_CLIENT_ID: clientId, COUNTERSIGN_OIDC_CLIENT_SECRET: clientSecret } = config;
  const base = { mode, people, credentials, passkeys, ...(publicUrl === undefined ? {} : { publicUrl }) };
  if (issuer === undefined || clientId === undefined || publicUrl === undefined) return base;
  const options = { issuer, clientId, publicUrl, ...(clientSecret === undefined ? {} : { clientSecret }) };
  return { ...base, oidc: oidcProvider(options) };
}

function noticesIn(config: Config): NoticesConfig | undefined {
  const { TEMPORAL_UI_URL: temporalUi, COUNTERSIGN_NOTICES: notices, COUNTERSIGN_NOTICES_URL: url } = config;
  const { namespace = 'default' } = config.temporal;
  const caseUrl = temporalUi === undefined ? undefined : temporalUrl({ namespace, temporalUi }, '{caseId}');
  return noticesOf(notices, url, caseUrl && decodeURI(caseUrl));
}

function linkTokensOf(config: Config, notices: NoticesConfig | undefined, { links }: Ledger): LinkTokens | undefined {
  if (!notices?.links) return undefined;
  const { secret, expireAfter: expireAfterMs, baseUrl = config.COUNTERSIGN_PUBLIC_URL ?? '' } = notices.links;
  return createLinkTokens(links, { secret, expireAfterMs, baseUrl });
}

/** The packs of this process: the two that come along, or what `COUNTERSIGN_PACKS` names, comma-separated. */
async function loadPacks(modules: string | undefined): Promise<ProcessPack[]> {
  if (modules === undefined) return [...ownPacks];
  const loaded: ProcessPack[] = [];
  for (const name of modules.split(',')) {
    const module = (await import(pathToFileURL(resolve(name.trim())).href)) as { packs?: ProcessPack[] };
    if (!Array.isArray(module.packs)) throw new Error(`COUNTERSIGN_PACKS: ${name} exports no array 'packs'`);
    loaded.push(...module.packs);
  }
  return loaded;
}

function providersOf(config: Config) {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, FALLBACK_API_KEY, FALLBACK_BASE_URL } = config;
  const openai = { apiKey, api: config.COUNTERSIGN_MODEL_API, ...(baseURL === undefined ? {} : { baseURL }) };
  if (FALLBACK_BASE_URL === undefined && FALLBACK_API_KEY === undefined) return { openai };
  return {
    openai,
    fallback: {
      ...openai,
      apiKey: FALLBACK_API_KEY ?? apiKey,
      ...(FALLBACK_BASE_URL === undefined ? {} : { baseURL: FALLBACK_BASE_URL }),
    },
  };
}

function tiersOf(config: Config): ModelTiers {
  return { primary: modelOf(config.COUNTERSIGN_MODEL), fallback: modelOf(config.COUNTERSIGN_FALLBACK_MODEL) };
}

function modelOf(name: string | undefined): ModelTiers['primary'] {
  if (name === undefined) return undefined;
  const slash = name.indexOf('/');
  return { provider: name.slice(0, slash), model: name.slice(slash + 1) };
}

function workflowsOf(temporal: Client, client: CaseClient): Workflows {
  return {
    async running() {
      const query = `WorkflowType = 'decideCase' AND ExecutionStatus = 'Running'`;
      const ids = new Set<string>();
      for await (const { workflowId } of temporal.workflow.list({ query, pageSize: 1_000 })) ids.add(workflowId);
      return ids;
    },
    async status(caseId) {
      try {
        const { status } = await temporal.workflow.getHandle(caseId).describe();
        return status.name === 'RUNNING' || status.name === 'PAUSED' ? 'running' : 'closed';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'missing';
        throw error;
      }
    },
    start: (record) => client.start(record),
    resendVerdict: async (caseId, verdict) => await temporal.workflow.getHandle(caseId).signal(verdictSignal, verdict),
    async replan(caseId) {
      try {
        await temporal.workflow.getHandle(caseId).signal(replanSignal);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
    askAgain: async (caseId) => await temporal.workflow.getHandle(caseId).signal(askAgainSignal),
  };
}
