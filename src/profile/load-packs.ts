import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packs as ownPacks } from '../packs/index.ts';
import type { ProcessPack } from '../packs/pack.ts';

/**
 * The pack of an id, out of the two that come along or of the modules named (each exports an array `packs`; later ones
 * win). Throws an `Error` that says which packs there are, or what is wrong with a module.
 */
export async function packOf(id: string, modules: readonly string[] = []): Promise<ProcessPack> {
  const packs = new Map(ownPacks.map((pack) => [pack.id, pack]));
  for (const name of modules) {
    const module = await load(name);
    if (!Array.isArray(module.packs)) throw new Error(`${name}: it exports no array 'packs'`);
    for (const pack of module.packs) packs.set(pack.id, pack);
  }
  const found = packs.get(id);
  if (found) return found;
  throw new Error(`there is no pack '${id}'; there are ${[...packs.keys()].join(', ')}`);
}

async function load(name: string): Promise<{ packs?: ProcessPack[] }> {
  try {
    return (await import(pathToFileURL(resolve(name)).href)) as { packs?: ProcessPack[] };
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
