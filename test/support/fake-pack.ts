import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { definePack } from '../../src/packs/define-pack.ts';
import type { PackDefinition, ProcessPack } from '../../src/packs/pack.ts';

const answer = z.strictObject({ amount: z.int(), supplier: z.string() });
const output = z.strictObject({ amount: z.int(), supplier: z.string().min(1) });
type Definition = PackDefinition<typeof answer, typeof output, { blocked: boolean }, null>;

/** A folder with one source file, so that a pack's version hash can be tested without the project's own files. */
export function packFolder(source = 'export const rules = [];\n'): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-pack-'));
  writeFileSync(join(folder, 'pack.ts'), source);
  return folder;
}

/** A small pack with a hard and a soft rule and two effects, of which the first claims the identity. */
export function definition(change: Partial<Definition> = {}): Definition {
  return {
    id: 'test-pack',
    version: '1.0.0',
    title: 'A test',
    owner: 'olga',
    folder: packFolder(),
    accepts: { mediaTypes: ['text/plain', 'application/pdf'], maxBytes: 1_000_000 },
    answer,
    output,
    instructions: 'Read it.',
    maxOutputTokens: 100,
    models: [
      { tier: 'primary', timeout: '5 seconds', attempts: 2 },
      { tier: 'fallback', timeout: '5 seconds', attempts: 1 },
    ],
    present: (sources) => sources.map(({ text }) => text).join('\n'),
    interpret: (given) => ({ output: given, evidence: {} }),
    feeds: { suppliers: { title: 'the supplier register' } },
    facts: async ({ supplier }, feeds) => ({
      blocked: (await feeds.lookUp('suppliers', supplier))?.data['blocked'] === true,
    }),
    rules: [
      { name: 'positive', severity: 'hard', field: 'amount', holds: ({ amount }) => amount > 0 || 'is not positive' },
      { name: 'not-blocked', severity: 'hard', holds: (_, { facts }) => !facts.blocked || 'is blocked' },
      { name: 'small', severity: 'soft', field: 'amount', holds: ({ amount }) => amount <= 1000 || 'is large' },
    ],
    confidence: { critical: ['amount'], threshold: 0.8 },
    review: {
      groups: ['clerks', 'leads'],
      remindAfter: '1 hour',
      escalateAfter: '1 day',
      deadline: '10 days',
      deadlineDefault: 'keep-waiting',
      fourEyes: true,
    },
    effects: [
      {
        name: 'post',
        sink: 'books',
        collection: 'postings',
        title: ({ amount }) => `Post ${amount}`,
        request: (given) => ({ ...given }),
        reversal: ({ supplier }) => ({ supplier }),
        identity: ({ supplier, amount }) => `${supplier}|${amount}`,
      },
      {
        name: 'pay',
        sink: 'books',
        collection: 'payments',
        title: ({ amount }) => `Pay ${amount}`,
        request: ({ amount }) => ({ amount }),
        reversal: () => ({}),
      },
    ],
    evaluation: 'samples/none',
    ...change,
  };
}

export function testPack(change: Partial<Definition> = {}): ProcessPack {
  return definePack<typeof answer, typeof output, { blocked: boolean }, null>(definition(change));
}
