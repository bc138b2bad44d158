/**
 * Hedging: runs `first`, and `second` too when `first` has not ended after `afterMs`; the first good result wins and the
 * other run is aborted. Without a good one, what `first` came to: its result, or its error.
 */
export async function firstGood<T>(
  first: (signal: AbortSignal) => Promise<T>,
  second: (signal: AbortSignal) => Promise<T | undefined>,
  { afterMs, isGood }: { afterMs: number; isGood: (result: T) => boolean },
): Promise<T> {
  const [one, two] = [new AbortController(), new AbortController()];
  const primary = first(one.signal);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), afterMs);
  });
  const ended = primary.then(
    () => 'ended' as const,
    () => 'ended' as const,
  );
  const which = await Promise.race([ended, late]);
  clearTimeout(timer);
  if (which === 'ended') return await primary;
  const good = async (run: Promise<T | undefined>): Promise<T> => {
    const result = await run;
    if (result === undefined || !isGood(result)) throw new Error('not good');
    return result;
  };
  const winner = await Promise.any([
    good(primary).then((result) => (two.abort(), result)),
    good(second(two.signal)).then((result) => (one.abort(), result)),
  ]).catch(() => undefined);
  return winner ?? (await primary);
}
