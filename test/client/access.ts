import type { AccessPorts } from '../../src/client/api/access.ts';
import { orThrow } from './or-throw.ts';

/** Development on one machine: whoever asks is believed. */
export const LOCAL_ACCESS: AccessPorts = {
  mode: 'local',
  people: orThrow<AccessPorts['people']>('people', { log: () => Promise.resolve() }),
  credentials: orThrow<AccessPorts['credentials']>('credentials', {}),
  passkeys: orThrow<AccessPorts['passkeys']>('passkeys', {}),
};
