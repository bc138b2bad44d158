import type { Notice, Target } from '../adapters/ledger/outbox.ts';
import { alwaysTold, type NoticesConfig } from './notices-config.ts';

/** Whom a notice goes to; empty: nobody is routed. `*` stands for all that have no route of their own. */
export function targetsOf(config: NoticesConfig, { payload }: Pick<Notice, 'payload'>): Target[] {
  const { groups, owners } = config.routes;
  const [routes, name] = payload.caseId === undefined ? [owners, payload.owner] : [groups, payload.group];
  const routed = Object.hasOwn(routes, name) ? routes[name] : routes['*'];
  return [...(routed ?? []), ...alwaysTold(config)].map((one) => {
    const { channel, to, person }: { channel: string; to?: string | undefined; person?: string | undefined } = one;
    return { channel, address: to ?? person ?? '', ...(person === undefined ? {} : { person }) };
  });
}
