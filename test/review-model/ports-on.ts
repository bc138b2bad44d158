import type { Ports } from '../../src/activities/ports.ts';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';
import type { Person } from '../../src/domain/access.ts';
import { CLERKS, PEOPLE } from './model.ts';

type Kept =
  'documents' | 'cases' | 'modelCalls' | 'reviews' | 'information' | 'effects' | 'countersignatures' | 'replans';

/** The ports that the ledger is behind; feeds stay in memory. */
export function portsOn(ledger: Ledger): Pick<Ports, Kept> {
  const { documents, cases, modelCalls, reviews, information, effects, countersignatures, replans } = ledger;
  return { documents, cases, modelCalls, reviews, information, effects, countersignatures, replans };
}

/** The directory in which these are away. */
export function directoryWith(away: ReadonlyMap<string, string | null>): Person[] {
  return PEOPLE.map((personId) => {
    const substitute = away.get(personId);
    return {
      ...{ personId, name: personId, email: null, roles: ['reviewer'], disabled: false },
      groups: CLERKS.includes(personId) ? ['clerks'] : [],
      ...(substitute === undefined ? {} : { absence: { until: '2099-01-01T00:00:00.000Z', substitute } }),
    };
  });
}
