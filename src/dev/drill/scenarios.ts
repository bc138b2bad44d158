import { allAtOnce } from './all-at-once.ts';
import { businessScenarios } from './business-scenarios.ts';
import { dataScenarios } from './data-scenarios.ts';
import { modelScenarios } from './model-scenarios.ts';
import { platformScenarios } from './platform-scenarios.ts';
import type { Scenario } from './scenario.ts';

/** Nothing misbehaves: what the others are compared with. */
export const undisturbed: Scenario = {
  name: 'undisturbed',
  group: 'calm',
  title: 'nothing misbehaves',
  met: ({ cases }) => cases.length,
  run: async (trial) => await trial.feed([...trial.messages(60, 20), ...trial.invoices(20, 8)]),
};

/** In the order in which they run. */
export const scenarios: readonly Scenario[] = [
  undisturbed,
  ...modelScenarios,
  ...dataScenarios,
  ...platformScenarios,
  ...businessScenarios,
  allAtOnce,
];

/** What the short form runs: one of each kind that is worth its time. */
const SHORT = [
  'undisturbed',
  'wrong',
  'busy-date',
  'providers-down',
  'reset',
  'worker-killed',
  'postgres-down',
  'business-5xx',
  'second-refused',
  'all-at-once',
];

/**
 * The scenarios of a run.
 *
 * @throws Error naming those there are when a wanted one is none of them
 */
export function chosen(only: readonly string[], short: boolean): Scenario[] {
  const unknown = only.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(', ')}: see --list`);
  if (only.length > 0) return scenarios.filter(({ name }) => only.includes(name));
  return scenarios.filter(({ name }) => !short || SHORT.includes(name));
}
