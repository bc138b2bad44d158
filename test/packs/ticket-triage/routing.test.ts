import { describe, expect, it, test } from 'vitest';
import { ticketTriage } from '../../../src/packs/ticket-triage/pack.ts';
import { INTENTS, OUT_OF_SCOPE, PRIORITIES, QUEUES, routingOf } from '../../../src/packs/ticket-triage/routing.ts';

describe('routingOf', () => {
  it('knows the 77 intents, each with a queue and a priority', () => {
    expect(INTENTS).toHaveLength(77);
    for (const intent of INTENTS) {
      const { queue, priority } = routingOf(intent);
      expect(QUEUES).toContain(queue);
      expect(PRIORITIES).toContain(priority);
      expect(queue, intent).not.toBe('general');
    }
  });

  test.each([
    ['lost_or_stolen_card', 'security', 'urgent'],
    ['compromised_card', 'security', 'urgent'],
    ['pin_blocked', 'cards', 'high'],
    ['exchange_rate', 'exchange', 'low'],
    [OUT_OF_SCOPE, 'general', 'normal'],
    ['never heard of', 'general', 'normal'],
  ])('%s goes to %s, %s', (intent, queue, priority) => {
    expect(routingOf(intent)).toEqual({ queue, priority });
  });
});

describe('a triaged ticket', () => {
  const read = (intent: unknown) => ticketTriage.read({ intent }, []);
  const judge = async (output: Record<string, unknown>) => {
    const feeds = { lookUp: () => Promise.resolve(undefined), similar: () => Promise.resolve([]) };
    const rules = await ticketTriage.judge(output, { sources: [], feeds, enrichment: { examples: [] }, evidence: {} });
    return rules.filter(({ holds }) => !holds).map(({ name, severity }) => `${severity} ${name}`);
  };

  it('has the queue and priority of its intent', () => {
    expect(read('card_arrival')).toMatchObject({
      value: { output: { intent: 'card_arrival', queue: 'card-delivery', priority: 'normal', outOfScope: false } },
    });
  });

  it('of an unknown intent is an invalid answer', () => expect(read('hello').ok).toBe(false));

  it('out of scope goes to a person, who may send it on', async () => {
    const out = read(OUT_OF_SCOPE);
    if (!out.ok) throw new TypeError('unreadable');
    expect(await judge(out.value.output)).toEqual(['soft within-scope']);
  });

  it('whose parts contradict each other cannot be approved', async () => {
    const output = { intent: 'card_arrival', queue: 'cards', priority: 'normal', outOfScope: true };
    expect(await judge(output)).toContain('hard scope-agrees');
  });
});
