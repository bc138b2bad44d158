import { filingPack } from '../filing.ts';

export const packs = [filingPack('v1', import.meta.dirname, { links: 'low-risk' })];
