import type { Ports } from '../../src/activities/ports.ts';
import type { Ledger } from '../../src/adapters/ledger/ledger.ts';

type Kept = 'documents' | 'cases' | 'modelCalls' | 'reviews' | 'information' | 'effects' | 'countersignatures';

/** The ports that the ledger is behind; feeds stay in memory. */
export function portsOn(ledger: Ledger): Pick<Ports, Kept> {
  const { documents, cases, modelCalls, reviews, information, effects, countersignatures } = ledger;
  return { documents, cases, modelCalls, reviews, information, effects, countersignatures };
}
