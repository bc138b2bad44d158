import type { AskingPlan } from '../../domain/plan.ts';
import { digestOf } from '../../packs/digest.ts';
import { packs as ownPacks } from '../../packs/index.ts';
import type { ProcessPack } from '../../packs/pack.ts';
import { ticketTriage } from '../../packs/ticket-triage/pack.ts';
import { PATIENCE_MS } from './scale.ts';

/** Customer messages whose patience is shorter than an outage: what then happens is that people are asked. */
export const IMPATIENT = 'drill-impatient';
/** Customer messages whose budget is used up before the first call. */
export const PENNILESS = 'drill-penniless';

/** What the scenario of a budget that is used up spends at most: nothing per case, and a person is asked. */
const NOTHING: AskingPlan['budget'] = { perCaseMicros: 1, perDayMicros: null, whenSpent: 'person' };

/** A pack under another policy of asking; prompt, schemas, rules and effects stay as they are. */
function drilled(pack: ProcessPack, id: string, asking: Partial<AskingPlan>): ProcessPack {
  const manifest = { ...pack.manifest, id };
  const hash = digestOf({ manifest, asking });
  return {
    ...pack,
    id,
    hash,
    manifest,
    plan(tiers) {
      const plan = pack.plan(tiers);
      return { ...plan, packId: id, packHash: hash, asking: { ...plan.asking, ...asking } };
    },
  };
}

/** What `COUNTERSIGN_PACKS` loads in the drill. */
export const packs: ProcessPack[] = [
  ...ownPacks.map((pack) => drilled(pack, pack.id, { patienceMs: PATIENCE_MS })),
  drilled(ticketTriage, IMPATIENT, { patienceMs: 4_000 }),
  drilled(ticketTriage, PENNILESS, { patienceMs: 4_000, budget: NOTHING }),
];
