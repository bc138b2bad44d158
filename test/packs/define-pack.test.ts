import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { packRegistry } from '../../src/packs/registry.ts';
import { packs } from '../../src/packs/index.ts';
import { definition, packFolder, testPack } from '../support/fake-pack.ts';

type Change = Parameters<typeof testPack>[0];
const review = definition().review;
const effects = definition().effects;

const TOO_SHORT = { name: 'too-short', kind: 'flag', severity: 'review', notices: () => 'too short' } as const;

describe('definePack refuses a definition that cannot work, naming the field:', () => {
  const faults: [names: RegExp, change: Change][] = [
    [/^ *id: /m, { id: 'Invoice Intake' }],
    [/^ *id: /m, { id: 'a/b' }],
    [/^ *owner: /m, { owner: ' ' }],
    [/^ *confidence\.threshold: 1\.2/m, { confidence: { critical: [], threshold: 1.2 } }],
    [/^ *confidence\.threshold: /m, { confidence: { critical: [], threshold: NaN } }],
    [/^ *models: /m, { models: [] }],
    [/^ *models\.timeout: 'soon'/m, { models: [{ tier: 'primary', timeout: 'soon', attempts: 1 }] }],
    [/^ *effects: a decision needs/m, { effects: [] }],
    [/^ *effects: each needs a name/m, { effects: [...effects, ...effects.slice(1)] }],
    [/^ *effects: only one may claim/m, { effects: effects.map((one) => ({ ...one, identity: () => 'x' })) }],
    [/^ *quality: 'Too Short' must be kebab-case/m, { quality: [{ ...TOO_SHORT, name: 'Too Short' }] }],
    [/^ *quality: each rule needs a name/m, { quality: [TOO_SHORT, TOO_SHORT] }],
    [/^ *hints: 'amont' is no field/m, { hints: { amont: /\d/ } }],
    [/^ *alike\.least: 7 must be/m, { alike: { least: 7, differ: () => false } }],
    [/^ *review\.deadline: '10 fortnights'/m, { review: { ...review, deadline: '10 fortnights' } }],
    [/^ *review\.remindAfter: '0 hours'/m, { review: { ...review, remindAfter: '0 hours' } }],
    [/^ *review\.passkey: 'never' is none of/m, { review: { ...review, passkey: 'never' as 'required' } }],
    [
      /^ *review\.links: by a link nobody signs with a passkey/m,
      { review: { ...review, passkey: 'required', links: 'always' } },
    ],
  ];
  test.each(faults)('%s', (names, change) => {
    expect(() => testPack(change)).toThrow(names);
    expect(() => testPack(change)).toThrow(/^pack /);
  });

  it('lists all of them at once', () => {
    expect(() => testPack({ owner: '', models: [] })).toThrow(/owner[\s\S]*models/);
  });

  it('a critical field that the answer does not have: its confidence would always be missing', () => {
    expect(() => testPack({ confidence: { critical: ['amont'], threshold: 0.8 } })).toThrow(/amont/);
  });

  it('an effect whose name would break its idempotency key', () => {
    const [first] = effects;
    if (first) expect(() => testPack({ effects: [{ ...first, name: 'a/b' }] })).toThrow(/effects/);
  });

  it('a model that is never tried', () => {
    expect(() => testPack({ models: [{ tier: 'primary', timeout: '5 seconds', attempts: 0 }] })).toThrow(/attempts/);
  });
});

describe('the version hash', () => {
  const folder = packFolder();
  const hash = (change: Change = {}) => testPack({ folder, ...change }).hash;
  const [post, ...rest] = effects;

  it('is the same for the same pack', () => expect(hash()).toBe(hash()));

  const changes: [string, Change][] = [
    ['the instructions', { instructions: 'Read it well.' }],
    ['the schema of the answer', { answer: z.strictObject({ amount: z.int().describe('new'), supplier: z.string() }) }],
    ['the schema of the output', { output: z.strictObject({ amount: z.int().max(9), supplier: z.string().min(1) }) }],
    ['the threshold', { confidence: { critical: ['amount'], threshold: 0.81 } }],
    ['the critical fields', { confidence: { critical: ['amount', 'supplier'], threshold: 0.8 } }],
    ['a rule', { rules: definition().rules.slice(1) }],
    ['a data-quality rule', { quality: [TOO_SHORT] }],
    ['an effect', { effects: rest }],
    ['who is asked', { review: { ...review, groups: ['others'] } }],
    ['the owner', { owner: 'otto' }],
    ['the model budget', { maxOutputTokens: 101 }],
    ['the version', { version: '1.0.1' }],
    ['the source of the rules', { folder: packFolder('export const rules = [1];\n') }],
  ];
  test.each(changes)('changes with %s', (_, change) => expect(hash(change)).not.toBe(hash()));
  test('changes with the order of effects', () =>
    expect(hash({ effects: post ? [...rest, post] : [] })).not.toBe(hash()));

  it('does not change with where the pack stands, or with files that are no source', () => {
    const elsewhere = packFolder();
    writeFileSync(join(elsewhere, 'notes.md'), 'to do');
    expect(hash({ folder: elsewhere })).toBe(hash());
  });
});

describe('a pack', () => {
  const pack = testPack();

  it('makes a plan in milliseconds, with the models that are configured', () => {
    const primary = { provider: 'p', model: 'm' };
    const plan = pack.plan({ primary, fallback: undefined });
    expect(plan.models).toEqual([{ ...primary, timeoutMs: 5000, attempts: 2 }]);
    expect(plan.review).toMatchObject({
      escalateAfterMs: 86_400_000,
      deadlineMs: 864_000_000,
      groups: ['clerks', 'leads'],
    });
  });

  it('cannot make a plan without any model', () => {
    expect(() => pack.plan({ primary: undefined, fallback: undefined })).toThrow(/no model is configured/);
  });

  it('names each field that is wrong with an answer', () => {
    const read = pack.read({ amount: 'x' }, []);
    expect(read).toMatchObject({
      ok: false,
      problems: [expect.stringMatching(/^amount: /), expect.stringMatching(/^supplier: /)],
    });
  });

  it('prepares effects with request, reversal and identity', () => {
    const [first, second] = pack.effects({ amount: 5, supplier: 'A' }, 'case/test-pack/K');
    expect(first).toEqual({
      ...{ name: 'post', sink: 'books', collection: 'postings', title: 'Post 5', identity: 'A|5' },
      ...{ request: { amount: 5, supplier: 'A' }, reversal: { supplier: 'A' } },
    });
    expect(second).not.toHaveProperty('identity');
  });
});

describe('packRegistry', () => {
  const old = testPack();
  const current = testPack({ version: '2.0.0' });
  const models = { primary: undefined, fallback: undefined };

  it('gives new cases the last version, and keeps earlier ones for the cases pinned to them', () => {
    const registry = packRegistry([old, current], models);
    expect(registry.current('test-pack')).toBe(current);
    expect(registry.pinned(old.hash)).toBe(old);
  });

  it('never gives another version in place of a pinned one', () => {
    expect(packRegistry([current], models).pinned(old.hash)).toBeUndefined();
  });

  it('says which packs there are', () => {
    expect(() => packRegistry([old], models).current('other')).toThrow(/'other' is none of test-pack/);
  });
});

test('the packs that come along have plans of at most 4 KB and distinct hashes', () => {
  const model = { provider: 'provider', model: 'model' };
  for (const pack of packs) {
    expect(JSON.stringify(pack.plan({ primary: model, fallback: model })).length).toBeLessThan(4096);
  }
  expect(new Set(packs.map(({ hash }) => hash)).size).toBe(packs.length);
});

describe('data-quality rules', () => {
  const sources = [{ name: 'a.txt', text: 'Amount: 12' }];
  const enriched = {
    name: 'register',
    kind: 'enrich',
    severity: 'note',
    notices: ({ enrichment }: { enrichment: unknown }) => `found ${String(enrichment)}`,
  } as const;
  const silent = { ...TOO_SHORT, name: 'silent', notices: () => undefined };
  const pack = testPack({ quality: [enriched, silent, TOO_SHORT], hints: { amount: /Amount: \d/ } });

  it('make findings in their order, those that need feeds too', async () => {
    const feeds = { lookUp: () => Promise.resolve(undefined), similar: () => Promise.resolve([]) };
    expect((await pack.prepare(sources, feeds)).findings).toEqual([
      { name: 'register', severity: 'note', message: 'found undefined' },
      { name: 'too-short', severity: 'review', message: 'too short' },
    ]);
  });

  it('that need no feed can be asked alone', () => {
    expect(pack.examine(sources).map(({ name }) => name)).toEqual(['too-short']);
  });

  it('stand beside what a text looks like that states a field', () => {
    expect(pack.fields.map(({ name, looks }) => [name, looks?.test('Amount: 12')])).toEqual([
      ['amount', true],
      ['supplier', undefined],
    ]);
  });
});
