import { test } from 'vitest';
import { useLedger } from '../support/postgres.ts';
import { playCourses } from './courses.ts';

let url = '';
useLedger((made) => {
  ({ url } = made);
});

test('whatever people send, and whenever, a review keeps what it promises', () => playCourses(url, 25));
