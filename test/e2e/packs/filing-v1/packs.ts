import { filingPack } from '../filing.ts';

/** The worker that knows only version 1. */
export const packs = [filingPack('v1', import.meta.dirname)];
