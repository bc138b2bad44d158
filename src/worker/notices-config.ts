import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PERSON_ID } from '../domain/access.ts';
import { durationMs } from '../packs/duration.ts';

const duration = z.string().transform((text, context) => {
  try {
    return durationMs(text);
  } catch {
    context.addIssue({ code: 'custom', message: `'${text}' is no duration; e.g. 2 minutes` });
    return z.NEVER;
  }
});
const timeoutMs = duration
  .default(10_000)
  .refine((ms) => ms > 0 && ms <= 45_000, 'give more than 0 and at most 45 seconds');
const perHour = z.int().min(1);
const httpUrl = z.url({ protocol: /^https?$/, error: 'give an https:// address' });

const smtp = z.strictObject({
  kind: z.literal('smtp'),
  url: z.url({ protocol: /^smtps?$/, error: 'give smtps://user:password@host:465 or smtp://host:587' }),
  from: z
    .string()
    .regex(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/, 'give an address, e.g. Countersign <countersign@example.com>'),
  /** How long a notice waits for others to the same person. */
  collectFor: duration.default(120_000),
  /** Messages to one person in an hour; what is more waits and comes as one. */
  perHour: perHour.default(12),
  timeout: timeoutMs,
});
const slack = z.strictObject({
  kind: z.literal('slack'),
  url: httpUrl,
  collectFor: duration.default(120_000),
  perHour: perHour.default(30),
  timeout: timeoutMs,
});
const webhook = z.strictObject({
  kind: z.literal('webhook'),
  url: httpUrl,
  /** Absent only for COUNTERSIGN_NOTICES_URL. */
  secret: z.string().refine(isWebhookSecret, 'give whsec_ and the base64 of 24 to 64 random bytes').optional(),
  headers: z.record(z.string(), z.string()).optional(),
  collectFor: duration.default(0),
  perHour: perHour.nullable().default(null),
  timeout: timeoutMs,
});
const channel = z.discriminatedUnion('kind', [smtp, slack, webhook]);

const target = z.strictObject({
  channel: z.string(),
  /** Of smtp: the mail address. */
  to: z.email('give a mail address').optional(),
  /** The id of this person in the directory; only who is named gets decision links. */
  person: z.string().regex(PERSON_ID, 'write the id of the person as in the directory').optional(),
});
const route = z.record(z.string(), z.array(target));

const links = z.strictObject({
  /** Where people reach the API's `/d/...`. Default: COUNTERSIGN_PUBLIC_URL. */
  baseUrl: httpUrl.optional(),
  secret: z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length >= 32, 'give the base64 of at least 32 random bytes'),
  expireAfter: duration.default(3 * 86_400_000),
});

const schema = z
  .strictObject({
    channels: z.record(z.string().min(1), channel),
    routes: z.strictObject({
      groups: route.default({}),
      owners: route.default({}),
      submitters: route.default({}),
    }),
    /** Where a case can be seen; `{caseId}` stands for its encoded id. Default: the Temporal UI, if there is one. */
    caseUrl: httpUrl.refine((text) => text.includes('{caseId}'), 'write {caseId} where the id belongs').optional(),
    /** Absent: no decision links. */
    links: links.optional(),
  })
  .superRefine(({ channels, routes }, context) => {
    for (const [name, { kind, ...rest }] of Object.entries(channels)) {
      if (kind === 'webhook' && !('secret' in rest && rest.secret !== undefined))
        context.addIssue({
          code: 'custom',
          path: ['channels', name, 'secret'],
          message: 'is missing; make one with: openssl rand -base64 32, and put whsec_ before it',
        });
    }
    for (const [audience, byName] of Object.entries(routes)) {
      for (const [name, targets] of Object.entries(byName)) {
        for (const [at, one] of targets.entries()) {
          const fault = faultOfTarget(one, channels);
          if (!fault) continue;
          const [field, message] = fault;
          context.addIssue({ code: 'custom', path: ['routes', audience, name, at, field], message });
        }
      }
    }
  });

export type NoticesConfig = z.output<typeof schema>;
export type ChannelConfig = NoticesConfig['channels'][string];

/** The channel that it stands for. */
const URL_CHANNEL = 'COUNTERSIGN_NOTICES_URL';

/** COUNTERSIGN_NOTICES: the JSON itself, or the path of a file with it. */
export const noticesSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text.trim().startsWith('{') ? text : readFileSync(text, 'utf8')) as unknown;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      context.addIssue({ code: 'custom', message: `give JSON, or the path of a file with it: ${why}` });
      return z.NEVER;
    }
  })
  .pipe(schema);

/** Both variables as one; undefined: notices are only logged. */
export function noticesOf(
  given: NoticesConfig | undefined,
  url: string | undefined,
  temporalCaseUrl: string | undefined,
): NoticesConfig | undefined {
  const config = given ?? (url === undefined ? undefined : { channels: {}, routes: NOBODY });
  if (!config) return undefined;
  const seen =
    config.caseUrl === undefined && temporalCaseUrl !== undefined ? { ...config, caseUrl: temporalCaseUrl } : config;
  if (url === undefined) return seen;
  const plain: ChannelConfig = { kind: 'webhook', url, collectFor: 0, perHour: null, timeout: 10_000 };
  return { ...seen, channels: { ...seen.channels, [URL_CHANNEL]: plain } };
}

const NOBODY: NoticesConfig['routes'] = { groups: {}, owners: {}, submitters: {} };

/** Targets that get every notice, whatever the routes say. */
export function alwaysTold({ channels }: NoticesConfig): { channel: string }[] {
  return URL_CHANNEL in channels ? [{ channel: URL_CHANNEL }] : [];
}

function faultOfTarget(
  { channel: name, to, person }: z.output<typeof target>,
  channels: Record<string, ChannelConfig>,
): [field: string, message: string] | undefined {
  const kind = channels[name]?.kind;
  if (kind === undefined) return ['channel', `'${name}' is none of the channels: ${Object.keys(channels).join(', ')}`];
  if (kind === 'smtp' && to === undefined) return ['to', 'is missing; give the mail address'];
  if (kind !== 'smtp' && to !== undefined) return ['to', `is only for smtp; the address of '${name}' is its url`];
  if (kind === 'slack' && person !== undefined)
    return ['person', 'is not for slack: many people read a channel, and decision links are for one'];
  return undefined;
}

function isWebhookSecret(text: string): boolean {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const size = base64 === undefined ? 0 : Buffer.from(base64, 'base64').length;
  return size >= 24 && size <= 64;
}
