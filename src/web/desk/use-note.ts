import { useEffect, useState } from 'react';

/** Long enough to read two sentences. */
const NOTE_MS = 12_000;

/** What the bar says of the last thing done; it goes by itself. */
export function useNote(): [note: string, tell: (note: string) => void] {
  const [note, setNote] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setNote(''), NOTE_MS);
    return () => clearTimeout(timer);
  }, [note]);
  return [note, setNote];
}
