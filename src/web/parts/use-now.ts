import { useEffect, useState } from 'react';

/** The time in ms since 1970, anew every second while `ticks`, else as of the last drawing. */
export function useNow(ticks: boolean): number {
  const [, setTicks] = useState(0);
  useEffect(() => {
    if (!ticks) return undefined;
    const timer = setInterval(() => setTicks((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [ticks]);
  return Date.now();
}
