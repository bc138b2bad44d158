import { messageSamples } from '../src/dev/samples.ts';

/** An endless supply of customer messages, each with a case key of its own. */
export interface Messages {
  next(): { key: string; text: string };
}

/**
 * The sample messages in turn. Each carries a running number, because the same document under two keys is a finding
 * that would send the second case to a person.
 */
export async function messagesFor(prefix: string): Promise<Messages> {
  const samples = [...(await messageSamples('evaluation')), ...(await messageSamples('sample'))];
  const texts = samples.map(({ document }) => Buffer.from(document.bytes).toString('utf8'));
  let used = 0;
  return {
    next() {
      used += 1;
      const number = String(used).padStart(7, '0');
      return { key: `${prefix}-${number}`, text: `${texts[used % texts.length]} Reference ${number}.` };
    },
  };
}
