import { inReview, submit, textCase, type Fixture } from '../e2e/fixture.ts';

/** Makes slips of one sender that wait for a person, and gives their case ids. */
export function slipMaker(
  fixture: () => Fixture,
): (many: number, sender: string, packId?: string) => Promise<string[]> {
  let count = 0;
  return async (many, sender, packId = 'slips') => {
    const ids = Array.from({ length: many }, () => `slip-${String((count += 1)).padStart(3, '0')}`);
    const all = ids.map(async (key) => {
      const text = `Sender: ${sender}\nSubject: Please file ${key}\n\nThank you`;
      await submit(fixture(), textCase(packId, key, text));
      const caseId = `case/${packId}/${key}`;
      await inReview(fixture(), caseId);
      return caseId;
    });
    return await Promise.all(all);
  };
}

/** The address of the desk with the slips of one sender. */
export const queueOf = (sender: string, order = 'due') => `/desk?alike=${encodeURIComponent(sender)}&order=${order}`;
