import { test } from 'vitest';
import { useLedger } from '../support/postgres.ts';
import { playCourses } from './courses.ts';
import { Play } from './play.ts';

let url = '';
useLedger((made) => {
  ({ url } = made);
});

test('whatever people send, and whenever, a review keeps what it promises', async () => {
  let at = 0;
  const start = async (amount: number) => await Play.start(url, `K-${(at += 1)}`, amount);
  await playCourses(start, { runs: 25, lost: 10, restarts: 1, mostMoves: 14 });
});
