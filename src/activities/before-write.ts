import { sha256, storedDigestOf } from '../canonical.ts';
import { faultsOfDecision } from '../countersignature/faults-of-decision.ts';
import type { PreparedEffect } from '../domain/decision.ts';
import type { Reason } from '../domain/route.ts';
import { refusalOfAccess } from '../domain/access.ts';
import { changedFacts } from '../packs/live-facts.ts';
import type { DecisionGround } from './countersign-ports.ts';
import type { Ports } from './ports.ts';
import type { Written } from './steps.ts';

type Needs = Pick<Ports, 'access' | 'countersignatures' | 'documents' | 'effects' | 'packs' | 'feeds' | 'signer'>;
interface Which {
  caseId: string;
  decisionNo: number;
  effect: string;
  key: string;
}

/** States in which an effect still waits for what the sink does. */
const OPEN: ReadonlySet<string> = new Set(['pending', 'unknown']);

/** `held`: nothing may be sent, and what the case does about it. */
type Cleared = { effect: PreparedEffect } | { held: Written };

/**
 * Holds what is about to be written against what was countersigned, and live facts against what they were. A call that
 * was made before cannot be taken back here: its outcome is a person's to find out.
 */
export async function clearedToWrite(ports: Needs, { key, ...which }: Which): Promise<Cleared> {
  const { caseId, decisionNo, effect: name } = which;
  const ground = await ports.countersignatures.ground(caseId, decisionNo);
  const known = ground?.effects[name];
  if (known && !OPEN.has(known.state)) return { effect: known.prepared };
  const effect = ground?.decision.effects.find((one) => one.name === name);
  const faults = ground
    ? [...(await faultsOfDocuments(ports, ground)), ...faultsOfGround(ports, ground, effect, known?.prepared)]
    : ['the decision is not in the ledger any more'];
  if (!ground || !effect || faults.length > 0) {
    await ports.countersignatures.tampered({ ...which, faults });
    const message = `What the ledger holds is not what was countersigned: ${faults.join('; ')}`;
    if (!known?.called) return { held: { kind: 'held-back', because: [{ code: 'tampering', message }] } };
    await ports.effects.settle(key, 'unknown', { reason: message });
    return { held: { kind: 'unknown' } };
  }
  const because = await outdated(ports, ground);
  return because.length > 0 ? { held: { kind: 'held-back', because } } : { effect };
}

function faultsOfGround(
  { signer }: Needs,
  ground: DecisionGround,
  effect: PreparedEffect | undefined,
  begun: PreparedEffect | undefined,
): string[] {
  const faults = faultsOfDecision(ground, (text, signature, keyId) => signer.verify(text, signature, keyId));
  if (!effect) faults.push('the decision has no such effect any more');
  if (begun && storedDigestOf(begun) !== storedDigestOf(effect)) faults.push('the effect was changed after it began');
  if (ground.decision.kind !== 'accept') faults.push('the decision is no acceptance');
  return faults;
}

async function faultsOfDocuments({ documents }: Needs, ground: DecisionGround): Promise<string[]> {
  const bytes = await documents.get(ground.documents.map(({ hash }) => hash));
  return ground.documents.flatMap(({ hash }, at) => {
    const stored = bytes.get(hash);
    if (stored && sha256(stored) === hash) return [];
    return [`document ${at + 1}: its stored bytes are ${stored ? 'not those that came in' : 'gone'}`];
  });
}

/** What is no longer as it was decided on, before anything of the decision was sent. */
async function outdated(ports: Needs, ground: DecisionGround): Promise<Reason[]> {
  const begun = Object.values(ground.effects).some(({ called, state }) => called || state !== 'pending');
  return begun ? [] : [...(await noLongerEntitled(ports, ground)), ...(await factsChanged(ports, ground))];
}

/** Those who approved as somebody, and may not decide any more. A name that was only given says nothing of anybody. */
async function noLongerEntitled({ access }: Needs, { decision, shown, signatures }: DecisionGround): Promise<Reason[]> {
  const signed = signatures.filter(
    ({ statement: { taskNo, identity, verdict } }) =>
      taskNo === decision.taskNo && identity !== 'unauthenticated' && (verdict === 'approve' || verdict === 'amend'),
  );
  if (decision.by.kind === 'policy') return [];
  const names = [...new Set(signed.map(({ statement }) => statement.by))];
  const people = await Promise.all(names.map(async (name) => ({ name, person: await access.person(name) })));
  return people
    .filter(({ person }) => {
      if (!person || person.disabled) return true;
      return refusalOfAccess({ ...person, via: 'session' }, 'decide', shown?.policy.packId) !== undefined;
    })
    .map(({ name }) => ({ code: 'fact-changed', message: `${name}, who approved it, may not decide any more` }));
}

/** Live facts of the pack that are no longer what was shown. */
async function factsChanged(
  { packs, feeds, countersignatures }: Needs,
  { decision, shown }: DecisionGround,
): Promise<Reason[]> {
  const { caseId, decisionNo, facts = {}, output } = decision;
  if (!shown || output === null || Object.keys(facts).length === 0) return [];
  const pack = packs.pinned(shown.policy.packHash);
  if (!pack)
    return [{ code: 'pack-moved', message: 'The pack changed before the write: its live facts cannot be read again' }];
  const changed = changedFacts(facts, await pack.liveFacts({ ...output }, feeds));
  if (changed.length > 0) await countersignatures.factsChanged({ caseId, decisionNo, changed });
  return changed.map(({ title, was, is }) => ({
    code: 'fact-changed',
    message: `${title} changed since the decision: it was ${was}, it is ${is} now`,
  }));
}
