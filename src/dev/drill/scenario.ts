import type { Facts } from './facts.ts';
import type { Trial } from './trial.ts';

/** One way in which the world misbehaves. */
export interface Scenario {
  /** For `--only`. */
  name: string;
  group: 'calm' | 'model' | 'data' | 'platform' | 'business' | 'all';
  /** What misbehaves, as a reader of the table wants it said. */
  title: string;
  /** Misbehaves, feeds its cases, and behaves again unless the fault is to last until all is settled. */
  run(trial: Trial): Promise<void>;
  /** How often the fault was met. A drill whose fault met no case proves nothing, and fails. */
  met(facts: Facts, trial: Trial): number;
  /** The played reviewer works meanwhile; by default she begins once nothing is open but what waits for her. */
  reviewMeanwhile?: boolean;
  /** What she says about a refused effect once the fault is over: by default she judges the proposal like any other. */
  afterRefusal?: 'reject';
  /** Compare the length of histories with the undisturbed path, which is run before if it was not. */
  mostExtraEvents?: number;
}
