import type { ProcessPack } from '../packs/pack.ts';
import type { CaseInput } from './case-ports.ts';

/** A model's text as the pack reads it, with the case's personal data put back; what is no JSON breaks the schema. */
export function readAnswer(
  pack: ProcessPack,
  text: string,
  { sources, placeholders }: CaseInput,
): ReturnType<ProcessPack['read']> {
  return pack.read(parsed(text), sources, placeholders);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
