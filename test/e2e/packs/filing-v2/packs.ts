import { filingPack } from '../filing.ts';

/** The worker that knows only version 2. */
export const packs = [filingPack('v2', import.meta.dirname)];
