import { readFileSync } from 'node:fs';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { durationMs } from '../packs/duration.ts';
import { noticesSchema } from './notices-config.ts';

/** `<provider>/<model>`: the provider is a key of `providers`, the model is passed on as it is. */
const modelName = z.string().regex(/^[^/]+\/.+$/, 'write it as <provider>/<model>, e.g. openai/gpt-4.1-mini');

const sinks = z.record(
  z.string(),
  z.strictObject({
    url: z.url(),
    capability: z.enum(['idempotency-key', 'look-up', 'neither']),
    headers: z.record(z.string(), z.string()).optional(),
    settlesWithinMs: z.int().min(0).optional(),
  }),
);

const rates = z.record(
  z.string(),
  z.strictObject({ requestsPerMinute: z.number().positive(), tokensPerMinute: z.number().positive() }),
);
const breaker = z.strictObject({
  minimum: z.int().min(1),
  share: z.number().gt(0).max(1),
  cooldownMs: z.int().min(100),
});
const price = z.strictObject({ input: z.number().min(0), cachedInput: z.number().min(0), output: z.number().min(0) });
const prices = z
  .array(
    z.strictObject({
      version: z.string().min(1),
      validFrom: z.iso.date(),
      currency: z.string().length(3),
      perMillionTokens: z.record(z.string(), price),
    }),
  )
  .min(1);
const fromJson = z.string().transform((text, context) => parseJson(text, context));

const LOOPBACK_HOSTS = ['127.0.0.1', '::1', 'localhost'];

const variables = z.object({
  DATABASE_URL: z.string().startsWith('postgres', 'give a postgres:// URL'),
  DATABASE_POOL: z.coerce.number().int().min(1).max(200).default(20),
  OPENAI_API_KEY: z.string().min(1).default('none'),
  OPENAI_BASE_URL: z.url().optional(),
  /** A second provider for the fallback model, when it is another one. */
  FALLBACK_API_KEY: z.string().min(1).optional(),
  FALLBACK_BASE_URL: z.url().optional(),
  /** `chat` for gateways that do not serve the Responses API. */
  COUNTERSIGN_MODEL_API: z.enum(['responses', 'chat']).default('responses'),
  COUNTERSIGN_MODEL: modelName.default('openai/gpt-4.1-mini'),
  COUNTERSIGN_FALLBACK_MODEL: modelName.optional(),
  COUNTERSIGN_SINKS: fromJson.pipe(sinks),
  /** Rates per provider, shared by all workers, e.g. {"openai":{"requestsPerMinute":500,"tokensPerMinute":200000}}. */
  COUNTERSIGN_RATES: fromJson.pipe(rates).default({}),
  /** When a model counts as away, e.g. {"minimum":10,"share":0.5,"cooldownMs":15000}. */
  COUNTERSIGN_BREAKER: fromJson.pipe(breaker).optional(),
  /** Dated price lists as JSON, in micro-units of the currency per million tokens; default: an example list. */
  COUNTERSIGN_PRICES: fromJson.pipe(prices).optional(),
  /** A file with the Ed25519 key that this deployment signs with, and former public keys after it. */
  COUNTERSIGN_SIGNING_KEY_FILE: z
    .string({ error: 'name a file; make one: openssl genpkey -algorithm ed25519 -out signing-key.pem' })
    .transform(readText),
  /** Modules that export `packs`, in place of the two that come along; later versions of a pack come last. */
  COUNTERSIGN_PACKS: z.string().optional(),
  /** `local`: development on one machine; whoever reaches the API there is believed. */
  COUNTERSIGN_ACCESS: z.enum(['required', 'local']).default('required'),
  COUNTERSIGN_API_HOST: z.string().min(1).default('127.0.0.1'),
  /** The address under which people reach the API; needed when that is not the address it listens on. */
  COUNTERSIGN_PUBLIC_URL: z.url().optional(),
  /** OpenID Connect: people log in at this issuer, and are found by their e-mail address. */
  COUNTERSIGN_OIDC_ISSUER: z.url().optional(),
  COUNTERSIGN_OIDC_CLIENT_ID: z.string().min(1).optional(),
  COUNTERSIGN_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  COUNTERSIGN_API_PORT: z.coerce.number().int().min(0).max(65_535).default(7300),
  COUNTERSIGN_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Channels and routes of notices as JSON, or the path of a file with it (docs/notices.md). */
  COUNTERSIGN_NOTICES: noticesSchema.optional(),
  /** A webhook that gets every notice as plain JSON, unsigned. */
  COUNTERSIGN_NOTICES_URL: z.url().optional(),
  COUNTERSIGN_CACHED_CASES: z.coerce.number().int().min(10).default(1_000),
  /** Names this build for Temporal's Worker Deployments; then an operator says which build is current. Without: unversioned. */
  COUNTERSIGN_BUILD_ID: z.string().min(1).optional(),
  COUNTERSIGN_SWEEP_EVERY: z.string().default('1 minute'),
  COUNTERSIGN_WATCH_FEEDS_EVERY: z.string().default('5 minutes'),
  COUNTERSIGN_REPLAN_EVERY: z.string().default('30 seconds'),
  /** The sweep leaves alone what was touched within this time: it may still be on its way from the ledger to Temporal. */
  COUNTERSIGN_SWEEP_AFTER: z.string().default('30 seconds').transform(parseDuration),
  COUNTERSIGN_TASK_QUEUE: z.string().default('countersign'),
  TEMPORAL_UI_URL: z.url().optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

const schema = variables.superRefine((given, context) => {
  const wrong = (variable: keyof typeof given, message: string) =>
    context.addIssue({ code: 'custom', path: [variable], message });
  if (given.COUNTERSIGN_ACCESS === 'local' && !LOOPBACK_HOSTS.includes(given.COUNTERSIGN_API_HOST))
    wrong(
      'COUNTERSIGN_ACCESS',
      `local is for 127.0.0.1 only, not for COUNTERSIGN_API_HOST=${given.COUNTERSIGN_API_HOST}`,
    );
  if (given.COUNTERSIGN_OIDC_ISSUER !== undefined) {
    if (given.COUNTERSIGN_OIDC_CLIENT_ID === undefined)
      wrong('COUNTERSIGN_OIDC_CLIENT_ID', 'give the id under which Countersign is registered at the issuer');
    if (given.COUNTERSIGN_PUBLIC_URL === undefined)
      wrong('COUNTERSIGN_PUBLIC_URL', 'give the address of the API: the issuer sends people back to it');
  }
  const { links } = given.COUNTERSIGN_NOTICES ?? {};
  if (links && links.baseUrl === undefined && given.COUNTERSIGN_PUBLIC_URL === undefined)
    wrong('COUNTERSIGN_PUBLIC_URL', 'give it, or COUNTERSIGN_NOTICES.links.baseUrl: links lead there');
});

export type Config = ReturnType<typeof readConfig>;

/** Reads the environment once. Throws one error that names every wrong variable and what to do. */
export function readConfig(env: NodeJS.ProcessEnv = process.env) {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(present);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new Error(`The environment is not complete:\n${faults.join('\n')}`);
  }
  return { ...parsed.data, temporal: loadClientConnectConfig() };
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'is no JSON; e.g. {"help-desk":{"url":"https://...","capability":"look-up"}}',
    });
    return z.NEVER;
  }
}

function readText(file: string, context: z.RefinementCtx): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    context.addIssue({ code: 'custom', message: `cannot be read: ${(error as Error).message}` });
    return z.NEVER;
  }
}

function parseDuration(text: string, context: z.RefinementCtx): number {
  try {
    return durationMs(text);
  } catch {
    context.addIssue({ code: 'custom', message: `'${text}' is no duration; e.g. 30 seconds` });
    return z.NEVER;
  }
}
