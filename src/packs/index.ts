import { invoiceIntake } from './invoice-intake/pack.ts';
import type { ProcessPack } from './pack.ts';
import { ticketTriage } from './ticket-triage/pack.ts';

/** The packs that come along. Adding a process is adding a folder and a line here. */
export const packs: readonly ProcessPack[] = [invoiceIntake, ticketTriage];
