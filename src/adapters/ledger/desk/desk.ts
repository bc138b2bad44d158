import type { Store } from '../record.ts';
import { type Bulks, bulksOf } from './bulk.ts';
import { type Changes, changesOf } from './changes.ts';
import { type Marks, marksOf } from './marks.ts';
import { type Queue, queueOf } from './queue.ts';
import { type Search, searchOf } from './search.ts';
import { type Views, viewsOf } from './views.ts';

/** What the review desk reads and keeps beside the decisions themselves. */
export interface Desk extends Queue, Marks, Changes, Views, Bulks, Search {}

export function deskOf(store: Store): Desk {
  return {
    ...queueOf(store),
    ...marksOf(store),
    ...changesOf(store),
    ...viewsOf(store),
    ...bulksOf(store),
    ...searchOf(store),
  };
}
