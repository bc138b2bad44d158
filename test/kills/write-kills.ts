import { setTimeout as sleep } from 'node:timers/promises';
import { finish } from './checks.ts';
import type { Rig } from './rig.ts';
import { allWritten, effects, holding, personFor, submitted, type Scenario } from './scenario.ts';
import { caseOf } from '../../src/dev/supply.ts';
import { until } from '../../src/dev/until.ts';

/** The worker is killed inside a call to the business system, or the business system is away. */
export const writeKills: Scenario[] = [
  { name: 'before-applied', title: 'worker killed in a write, not yet applied', run: beforeApplied },
  { name: 'after-applied', title: 'worker killed in a write, already applied', run: afterApplied },
  { name: 'slow-look-up', title: 'a call given up on is applied later (look-up)', run: slowLookUp },
  { name: 'undo-key', title: 'worker killed in an undo (idempotency key)', run: (rig) => duringUndo(rig, true) },
  { name: 'undo-look-up', title: 'worker killed in an undo (look-up)', run: (rig) => duringUndo(rig, false) },
];

/** Runs the reviewer until something is true. */
async function meanwhile(
  rig: Rig,
  samples: Parameters<typeof personFor>[1],
  what: string,
  ask: () => Promise<boolean>,
) {
  const person = personFor(rig, samples);
  await until(what, async () => {
    await person.round();
    return await ask();
  });
}

async function beforeApplied(rig: Rig) {
  // Tickets are applied after their caller died; payments never arrive; postings meet a system that is down.
  const slow = rig.supply.messages(5);
  const lost = rig.supply.invoices(5);
  await rig.business({ collection: 'tickets', latencyMs: 4_000, times: 5, calls: ['create'] });
  rig.wire.hold((path) => (path.endsWith('/payment-proposals') ? 'before' : undefined));
  const ids = [...(await submitted(rig, slow)), ...(await submitted(rig, lost))];
  await meanwhile(rig, [...slow, ...lost], 'writes are under way', async () => {
    return rig.wire.held >= 5 && (await effects(rig, ids, 'pending', 'ticket')) >= 1;
  });
  await rig.killWorker();
  const caught = await holding(rig, ids, 'write');
  rig.wire.cut();
  await rig.business({ collection: 'payment-proposals', down: true, times: 4 });
  await rig.business({ collection: 'postings', down: true, times: 3 });
  const down = rig.supply.invoices(3);
  await submitted(rig, down);
  await rig.startWorker();
  const all = [...slow, ...lost, ...down];
  return { cases: all.length, caught, faults: await allWritten(rig, all) };
}

async function afterApplied(rig: Rig) {
  const tickets = rig.supply.messages(6);
  const invoices = rig.supply.invoices(5);
  const all = [...tickets, ...invoices];
  await rig.killWorker();
  await rig.startWorker({ 'help-desk': 'neither' });
  // Of six tickets in a system that cannot be asked, four are applied and two never arrive.
  let seen = 0;
  rig.wire.hold((path) => {
    if (path.endsWith('/tickets')) return seen++ < 4 ? 'after' : 'before';
    return path.endsWith('/postings') ? 'after' : undefined;
  });
  const ids = await submitted(rig, all);
  await meanwhile(rig, all, 'all are held', () => Promise.resolve(rig.wire.held >= all.length));
  await rig.killWorker();
  let caught = await holding(rig, ids, 'write');
  rig.wire.cut();
  rig.wire.hold((path) => (path.endsWith('/payment-proposals') ? 'after' : undefined));
  await rig.startWorker({ 'help-desk': 'neither' });
  await until('payments are held', () => Promise.resolve(rig.wire.held >= invoices.length));
  await rig.killWorker();
  caught += await holding(rig, ids, 'write');
  rig.wire.cut();
  await rig.startWorker({ 'help-desk': 'neither' });
  const faults = await allWritten(rig, all);
  for (const caseId of tickets.map((sample) => caseOf(sample))) {
    const file = await rig.ledger.reads.caseFile(caseId);
    const asked = file?.tasks.filter(({ kind }) => kind === 'effect-unknown').length ?? 0;
    const codes = file?.tasks.flatMap(({ reasons }) => reasons.map(({ code }) => code)) ?? [];
    if (asked === 0 || !codes.includes('effect-unknown'))
      faults.push(`${caseId}: nobody was asked about the effect of unknown outcome`);
  }
  await rig.killWorker();
  await rig.startWorker();
  return { cases: all.length, caught, note: 'key, look-up and neither', faults };
}

/** Nobody is killed: the system answers after we have given up, and applies all the same. 'Not there' proves nothing yet. */
async function slowLookUp(rig: Rig) {
  await rig.killWorker();
  await rig.startWorker({ 'help-desk': 'look-up' });
  await rig.business({ collection: 'tickets', latencyMs: 15_000, times: 4, calls: ['create'] });
  const tickets = rig.supply.messages(4);
  const ids = await submitted(rig, tickets);
  // A call to a sink is given up after 10 s.
  let caught = 0;
  await meanwhile(rig, tickets, 'calls are given up', async () => {
    const pending = await Promise.all(ids.map((caseId) => gaveUp(rig, caseId)));
    caught = Math.max(caught, pending.filter(Boolean).length);
    return caught > 0;
  });
  // The books are looked at only when the slow calls have been applied too.
  await sleep(8_000);
  const faults = await allWritten(rig, tickets);
  await rig.killWorker();
  await rig.startWorker();
  return { cases: tickets.length, caught, faults };
}

async function gaveUp(rig: Rig, caseId: string): Promise<boolean> {
  const file = await rig.ledger.reads.caseFile(caseId);
  return (
    file?.effects.some(({ state, calledAt }) => {
      return state === 'pending' && calledAt !== null && Date.now() - calledAt.getTime() > 10_500;
    }) ?? false
  );
}

async function duringUndo(rig: Rig, key: boolean) {
  const samples = rig.supply.invoices(6);
  const sinks = key ? {} : ({ 'accounts-payable': 'look-up' } as const);
  await rig.honourKeys('postings', key);
  await rig.killWorker();
  await rig.startWorker(sinks);
  await rig.business({
    collection: 'payment-proposals',
    refuse: { code: 'closed-period', message: 'The period is closed' },
  });
  let seen = 0;
  rig.wire.hold((path) => (path.endsWith('/reversal') ? (seen++ % 2 === 0 ? 'after' : 'before') : undefined));
  const ids = await submitted(rig, samples);
  await meanwhile(rig, samples, 'undos are held', () => Promise.resolve(rig.wire.held >= ids.length));
  await rig.killWorker();
  const caught = await holding(rig, ids, 'compensate');
  await rig.calm();
  await sleep(200);
  await rig.startWorker(sinks);
  // Asked again after the undo: half are written anew under a second decision, half are given up.
  const approved = new Set(ids.filter((_, at) => at % 2 === 0));
  const person = personFor(rig, samples, (caseId) => (approved.has(caseId) ? 'approve' : 'reject'));
  const expected = new Map(ids.map((id) => [id, approved.has(id) ? ('written' as const) : ('rejected' as const)]));
  const faults = await finish(rig, person, expected);
  await rig.honourKeys('postings', true);
  await rig.killWorker();
  await rig.startWorker();
  return { cases: ids.length, caught, faults };
}
