import type { Behaviour } from '../src/dev/stand-in-model/behaviour.ts';
import type { World } from './world.ts';

/** What the stand-in model itself counted since the last `clearCalls`. */
export interface Counted {
  calls: number;
  /** Calls that met the provider's limit: 429. */
  overLimit: number;
}

/** The admin side of the stand-in model. */
export async function setBehaviour(world: World, behaviour: Behaviour): Promise<void> {
  await admin(world, 'PUT', 'behaviour', behaviour);
}

export async function clearCalls(world: World): Promise<void> {
  await admin(world, 'DELETE', 'calls');
}

export async function countCalls(world: World): Promise<Counted> {
  const read = (await admin(world, 'GET', 'calls?limit=0')) as {
    counts: Record<string, number>;
    totals: { calls: number };
  };
  return { calls: read.totals.calls, overLimit: read.counts['over-limit'] ?? 0 };
}

async function admin({ stack }: World, method: string, path: string, body?: object): Promise<unknown> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${stack.modelUrl}/admin/${path}`, init);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return await response.json();
}
