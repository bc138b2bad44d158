import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a long command is. */
export interface Progress {
  step(): void;
  /** Raises the expected number of steps. */
  expect(total: number): void;
  stop(): void;
}

/** A bar on standard error where a person can see it, else nothing. */
export function progressBar(title: string, visible: boolean): Progress {
  if (!visible) return { step() {}, expect() {}, stop() {} };
  const options = { format: `${title} [{bar}] {value}/{total}`, hideCursor: true, clearOnComplete: true, fps: 10 };
  const bar = new SingleBar({ ...options, stream: process.stderr }, Presets.shades_classic);
  bar.start(0, 0);
  return { step: () => bar.increment(), expect: (total) => bar.setTotal(total), stop: () => bar.stop() };
}
