import { useEffect, useState } from 'react';

/** Draws anew every second, for what counts down, while `ticks`. */
export function useEverySecond(ticks: boolean): void {
  const [, setTicks] = useState(0);
  useEffect(() => {
    if (!ticks) return undefined;
    const timer = setInterval(() => setTicks((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [ticks]);
}
