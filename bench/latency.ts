import { setTimeout as sleep } from 'node:timers/promises';
import { submitMany, type Arm } from './arm.ts';
import { allWaiting } from './waiting.ts';
import type { World } from './world.ts';

const BLOCK = 20;
const VERDICTS_PER_SECOND = 20;

/**
 * From sending a verdict as a signal to the effect standing in the help desk's own books, in ms, by the same clock.
 * `cases` wait in each arm; verdicts come at a steady modest rate, in blocks that alternate between the arms.
 */
export async function verdictToWrite(world: World, cases: number): Promise<Record<Arm['name'], number[]>> {
  const waiting = new Map<Arm, string[]>();
  for (const arm of world.arms) {
    const before = await arm.waiting();
    waiting.set(arm, await submitMany(arm, 'reviewed', cases, { atOnce: 25 }));
    await allWaiting(arm, before + cases);
    await arm.readQuestions();
  }
  const sentAt = new Map<string, number>();
  for (let from = 0; from < cases; from += BLOCK) {
    for (const arm of (from / BLOCK) % 2 === 0 ? world.arms : world.arms.toReversed()) {
      const block = (waiting.get(arm) ?? []).slice(from, from + BLOCK);
      const signals = [];
      for (const id of block) {
        sentAt.set(arm.referenceOf(id), Date.now());
        signals.push(arm.approve(id));
        await sleep(1_000 / VERDICTS_PER_SECOND);
      }
      await Promise.all([...signals, ...block.map((id) => arm.written(id))]);
    }
  }
  const bookedAt = await ticketsByReference(world.businessUrl);
  const latencies: Record<Arm['name'], number[]> = { countersign: [], textbook: [] };
  for (const [arm, ids] of waiting) {
    for (const id of ids) {
      const reference = arm.referenceOf(id);
      const [at, ...more] = bookedAt.get(reference) ?? [];
      if (at === undefined || more.length > 0)
        throw new Error(`${reference}: booked ${more.length + (at ? 1 : 0)} times`);
      latencies[arm.name].push(at - (sentAt.get(reference) ?? Number.NaN));
    }
  }
  return latencies;
}

/** When each ticket was booked, by its reference. */
async function ticketsByReference(businessUrl: string): Promise<Map<string, number[]>> {
  const response = await fetch(`${businessUrl}/admin/books`);
  const { entries } = (await response.json()) as { entries: { collection: string; reference: string; at: string }[] };
  const tickets = entries.filter(({ collection }) => collection === 'tickets');
  const at = new Map<string, number[]>();
  for (const ticket of tickets) at.set(ticket.reference, [...(at.get(ticket.reference) ?? []), Date.parse(ticket.at)]);
  return at;
}
