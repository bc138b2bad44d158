import { withLedger } from './postgres.ts';
import { readdirSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
const t = await withLedger();
const l = t.ledger;
const owner = openLedger({ url: t.url, asOwner: true });
const pct = (a: number[]) => { a.sort((x, y) => x - y); return `p50 ${a[a.length >> 1]!.toFixed(2)} p95 ${a[Math.floor(a.length * .95)]!.toFixed(2)} max ${a.at(-1)!.toFixed(2)}`; };
try {
  const words = readFileSync('/work/shared/DESIGN.md', 'utf8').split(/\s+/).filter(w => /^[a-z]{3,}$/i.test(w));
  const files = readdirSync('samples/ticket-triage');
  let texts: string[] = [];
  for (const f of files) if (/\.(csv|jsonl|ndjson)$/.test(f)) texts.push(...readFileSync('samples/ticket-triage/' + f, 'utf8').split('\n').map(x => x.replace(/^[^,]*,/, '')).filter(x => x.length > 20 && x.length < 400));
  console.log('real texts', texts.length, texts.slice(0, 3));
  const items = Array.from({ length: 10000 }, (_, i) => ({ key: `k${i}`, text: texts.length > 3000 ? texts[i % texts.length]! : Array.from({ length: 12 }, () => words[Math.random() * words.length | 0]).join(' '), data: { label: i % 77 } }));

  await sql`drop index feed_items_alike`.execute(owner.db);
  const qs = Array.from({ length: 150 }, () => items[Math.random() * items.length | 0]!.text.split(' ').slice(0, 10).join(' ') + ' please');
  for (const sl of [32, 64, 128, 256]) {
    await sql.raw('create index fk on feed_items using gist (text gist_trgm_ops(siglen='+sl+'))').execute(owner.db);
    await l.feedLoader.load('suppliers', Array.from({length: 3000}, (_, i) => ({ key: 's'+i, text: words[i % words.length] + ' GmbH ' + words[(i*7) % words.length], data: {} })), new Date());
    const s0 = performance.now(); await l.feedLoader.load('f', items, new Date()); const s1 = performance.now(); await l.feedLoader.load('f', items, new Date());
    console.log('siglen', sl, 'load', (s1 - s0).toFixed(), 'again', (performance.now() - s1).toFixed());
    for (const mode of ['fresh', 'analyzed']) {
      if (mode === 'analyzed') await sql`vacuum analyze feed_items`.execute(owner.db);
      for (const order of ['', ', key']) {
        const ms: number[] = [];
        for (const q of qs) { const s = performance.now(); await sql<any>`select key, text, data, similarity(text, ${q}) s from feed_items where feed=${'f'} order by text <-> ${q}${sql.raw(order)} limit 30`.execute(l.db); ms.push(performance.now() - s); }
        console.log(sl, mode, order, pct(ms)); } }
    { const ms: number[] = [];
        for (const q of qs.slice(0, 50)) { const s = performance.now(); await sql<any>`select key, text, data, similarity(text, ${q}) s from feed_items where feed=${'suppliers'} order by text <-> ${q}, key limit 30`.execute(l.db); ms.push(performance.now() - s); }
        console.log(sl, 'small feed among large', pct(ms)); }
    await sql`drop index fk`.execute(owner.db);
  }
} finally { await owner.close(); await t.stop(); }
