import { describe, expect, it } from 'vitest';
import { packs } from '../../src/packs/index.ts';
import { packFolder, testPack, type definition } from '../support/fake-pack.ts';

const HOUR = 3_600_000;

describe('the feeds of a pack', () => {
  it('may be 48 hours old unless it says otherwise', () => {
    const { feeds } = testPack({ feeds: { suppliers: {}, rates: { maxAge: '1 hour', title: 'the rates' } } });
    expect(feeds).toEqual([
      { feed: 'rates', title: 'the rates', maxAgeMs: HOUR },
      { feed: 'suppliers', title: "the feed 'suppliers'", maxAgeMs: 48 * HOUR },
    ]);
  });

  it('are pinned: another limit is another version', () => {
    const folder = packFolder();
    const hash = (maxAge: string) => testPack({ folder, feeds: { suppliers: { maxAge } } }).hash;
    expect(hash('48 hours')).toBe(hash('2 days'));
    expect(hash('48 hours')).not.toBe(hash('49 hours'));
  });

  it('need names and durations that can be read', () => {
    const define = (feeds: ReturnType<typeof definition>['feeds']) => () => testPack({ ...(feeds ? { feeds } : {}) });
    expect(define({ 'Supplier Register': {} })).toThrow("feeds: 'Supplier Register' must be kebab-case");
    expect(define({ suppliers: { maxAge: 'two days' } })).toThrow("feeds.suppliers.maxAge: 'two days' is no duration");
    expect(define({ suppliers: { maxAge: '-1 hour' } })).toThrow('feeds.suppliers.maxAge');
  });
});

it('the packs that come along declare what they read', () => {
  expect(packs.map(({ id, feeds }) => [id, feeds.map(({ feed }) => feed)])).toEqual([
    ['invoice-intake', ['exchange-rates', 'suppliers']],
    ['ticket-triage', ['ticket-examples']],
  ]);
});
