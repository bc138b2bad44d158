import { digestOf } from '../src/packs/digest.ts';
import type { ProcessPack } from '../src/packs/pack.ts';
import { ticketTriage } from '../src/packs/ticket-triage/pack.ts';

/** Every case goes straight through: the pack ticket-triage with threshold 0 and its rule results taken for held. */
export const STRAIGHT = 'bench-straight';
/** Every case is put to a person: the pack ticket-triage with a rule that never holds. */
export const REVIEWED = 'bench-reviewed';

/**
 * The pack ticket-triage (same prompt, same search for examples, same checks, same effect) under another id and policy,
 * so that the bench and not the message decides the route.
 */
function routed(id: string, threshold: number, rule: { holds: boolean; message?: string }): ProcessPack {
  const manifest = { ...ticketTriage.manifest, id, threshold };
  const hash = digestOf(manifest);
  return {
    ...ticketTriage,
    id,
    hash,
    manifest,
    plan: (tiers) => ({ ...ticketTriage.plan(tiers), packId: id, packHash: hash, threshold }),
    async judge(output, context) {
      const results = await ticketTriage.judge(output, context);
      const held = results.map(({ name, severity }) => ({ name, severity, holds: true }));
      return [...held, { name: 'bench-route', severity: 'soft', ...rule }];
    },
  };
}

/** What `COUNTERSIGN_PACKS` loads. */
export const packs: ProcessPack[] = [
  routed(STRAIGHT, 0, { holds: true }),
  routed(REVIEWED, 0, { holds: false, message: 'the bench asks a person about every case' }),
];
