import { createContext } from 'react';

/** Opens the list of keys. */
export const LegendContext = createContext<() => void>(() => undefined);
