import { test } from 'vitest';
import { playRestarts, useWorld } from './real/restarts.ts';

const world = useWorld();

test('the same in the real workflow, while workers are stopped, killed and started', async () => {
  await playRestarts(world, 3, { runs: 25, lost: 3, restarts: 3, mostMoves: 14, limitMs: 1_200_000 });
});
