import { test } from 'vitest';
import { playRestarts, useWorld } from './real/restarts.ts';

const world = useWorld();

test('the same in the real workflow, while workers are stopped, killed and started', { timeout: 400_000 }, async () => {
  await playRestarts(world, 2, { runs: 4, lost: 3, restarts: 3, mostMoves: 9, limitMs: 150_000 });
});
