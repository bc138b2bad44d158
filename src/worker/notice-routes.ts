import type { Notice, Target } from '../adapters/ledger/outbox.ts';
import { alwaysTold, type NoticesConfig } from './notices-config.ts';

type Route = NoticesConfig['routes']['groups'][string];

/**
 * Whom a notice goes to; empty: nobody is routed. `*` stands for all that have no route of their own. What somebody of the
 * group has goes to them alone, where it is known how.
 */
export function targetsOf(
  config: NoticesConfig,
  { payload, assignee }: Pick<Notice, 'payload' | 'assignee'>,
): Target[] {
  const { audience, name } = audienceOf(payload);
  const routes = config.routes[audience];
  const routed = (Object.hasOwn(routes, name) ? routes[name] : routes['*']) ?? [];
  const own = audience === 'groups' && assignee ? routeOf(config, assignee, routed) : [];
  return [...(own.length > 0 ? own : routed), ...alwaysTold(config)].map((one) => {
    const { channel, to, person }: { channel: string; to?: string | undefined; person?: string | undefined } = one;
    return { channel, address: to ?? person ?? '', ...(person === undefined ? {} : { person }) };
  });
}

/**
 * The way to one of a group: a route under their id, what names them in the group's, or a mail to their address in the
 * directory over the group's mail channel. That one is no `person`: who gets links is said in the configuration alone.
 */
function routeOf(
  { channels, routes }: NoticesConfig,
  { personId, email }: NonNullable<Notice['assignee']>,
  ofGroup: Route,
): Route {
  const named = ofGroup.filter(({ person }) => person === personId);
  const own = (Object.hasOwn(routes.groups, personId) && routes.groups[personId]) || named;
  if (own.length > 0 || email === null) return own;
  const mail = ofGroup.find(({ channel }) => channels[channel]?.kind === 'smtp');
  return mail ? [{ channel: mail.channel, to: email }] : [];
}

/** Whom a notice is for, and in which of the routes they are. */
export function audienceOf(payload: Notice['payload']): { audience: keyof NoticesConfig['routes']; name: string } {
  if (payload.caseId === undefined) return { audience: 'owners', name: payload.owner };
  return 'to' in payload ? { audience: 'submitters', name: payload.to } : { audience: 'groups', name: payload.group };
}
