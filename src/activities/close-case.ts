import { failure } from '../failures.ts';
import { reversalOf, withdrawalOf } from '../domain/attestation.ts';
import { authenticate } from './attest.ts';
import { refusalOfReversal } from './entitled.ts';
import type { Ports } from './ports.ts';
import type { Steps } from './steps.ts';

/** Records how a case ended where no decision's last effect does. */
export const closeCase =
  ({ cases, signer }: Pick<Ports, 'cases' | 'signer'>): Steps['closeCase'] =>
  async ({ caseId, attestation, ...end }) => {
    const { outcome, by, reason = '' } = end;
    // Only what someone asks for has someone behind it; a written case ends with its last effect.
    const asked = outcome === 'cancelled' ? withdrawalOf(by, reason) : reversalOf(by, reason);
    const known = outcome === 'written' ? undefined : authenticate(signer, caseId, asked, attestation);
    const authentication = known === false ? ({ via: 'unauthenticated' } as const) : known;
    await cases.close(caseId, { ...end, ...(authentication ? { authentication } : {}) });
  };

/** States in which an effect stands downstream, or may. */
const MAY_STAND: ReadonlySet<string> = new Set(['applied', 'pending', 'unknown']);

/** The effects of a written or orphaned case that stand, or may, newest first. Throws `InvalidInput` for any other case. */
export const effectsToReverse =
  (ports: Pick<Ports, 'cases' | 'effects' | 'signer' | 'access'>): Steps['effectsToReverse'] =>
  async ({ caseId, ...asked }) => {
    const { cases, effects } = ports;
    const record = await cases.get(caseId);
    const denied = await refusalOfReversal(ports, record, caseId, asked);
    if (denied) throw failure('InvalidInput', denied.message);
    if (record?.outcome !== 'written' && record?.outcome !== 'orphaned') {
      throw failure(
        'InvalidInput',
        `caseId: '${caseId}' is ${record?.outcome ?? 'not written'}; only written and orphaned cases can be reversed`,
      );
    }
    const applied = (await effects.ofCase(caseId)).filter(({ state }) => MAY_STAND.has(state));
    return applied
      .toReversed()
      .map(({ decisionNo, effect }) => ({ decisionNo, effect: effect.name, title: effect.title }));
  };

/** The visible move of an open case to the current version of its pack. */
export const moveToCurrentPack =
  ({ cases, packs }: Pick<Ports, 'cases' | 'packs'>): Steps['moveToCurrentPack'] =>
  async ({ caseId }) => {
    const record = await cases.get(caseId);
    if (!record?.plan) throw failure('NotStarted', `${caseId}: no plan to move`);
    const pack = packs.current(record.packId);
    const plan = pack.plan(packs.models);
    await cases.moved(caseId, plan, pack.manifest, `version ${record.plan.packVersion} is not on this worker`);
    return plan;
  };
