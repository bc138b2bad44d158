import { failure } from '../failures.ts';
import type { ModelTiers, PackRegistry, ProcessPack } from './pack.ts';

/** The packs of one worker. Later entries of the same id are the current ones; earlier stay for the cases pinned to them. */
export function packRegistry(packs: readonly ProcessPack[], models: ModelTiers): PackRegistry {
  const current = new Map(packs.map((pack) => [pack.id, pack]));
  const pinned = new Map(packs.map((pack) => [pack.hash, pack]));
  return {
    models,
    ids: () => [...current.keys()],
    pinned: (hash) => pinned.get(hash),
    current(packId) {
      const pack = current.get(packId);
      if (pack) return pack;
      throw failure('UnknownPack', `packId: '${packId}' is none of ${[...current.keys()].join(', ')}`);
    },
  };
}
