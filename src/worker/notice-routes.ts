import type { Notice, Target } from '../adapters/ledger/outbox.ts';
import { alwaysTold, type NoticesConfig } from './notices-config.ts';

/** Whom a notice goes to; empty: nobody is routed. `*` stands for all that have no route of their own. */
export function targetsOf(config: NoticesConfig, { payload }: Pick<Notice, 'payload'>): Target[] {
  const { audience, name } = audienceOf(payload);
  const routes = config.routes[audience];
  const routed = Object.hasOwn(routes, name) ? routes[name] : routes['*'];
  return [...(routed ?? []), ...alwaysTold(config)].map((one) => {
    const { channel, to, person }: { channel: string; to?: string | undefined; person?: string | undefined } = one;
    return { channel, address: to ?? person ?? '', ...(person === undefined ? {} : { person }) };
  });
}

/** Whom a notice is for, and in which of the routes they are. */
export function audienceOf(payload: Notice['payload']): { audience: keyof NoticesConfig['routes']; name: string } {
  if (payload.caseId === undefined) return { audience: 'owners', name: payload.owner };
  return 'to' in payload ? { audience: 'submitters', name: payload.to } : { audience: 'groups', name: payload.group };
}
