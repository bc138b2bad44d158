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


  const qs = Array.from({ length: 200 }, () => items[Math.random() * items.length | 0]!.text.split(' ').slice(0, 10).join(' ') + ' please');
  await l.feedLoader.load('suppliers', Array.from({length: 3000}, (_, i) => ({ key: 's'+i, text: words[i % words.length] + ' GmbH ' + words[(i*7) % words.length], data: {} })), new Date());
  for (const round of [1,2]) { const s0 = performance.now(); await l.feedLoader.load('f', items, new Date()); console.log('load', round, (performance.now() - s0).toFixed()); }
  for (const [feed, k] of [['f', 30], ['suppliers', 3], ['f', 30]] as const) { const ms: number[] = [];
    for (const q of qs) { const s = performance.now(); await l.feeds.similar(feed, q, k); ms.push(performance.now() - s); }
    console.log(feed, pct(ms)); }
  for (const order of ['', ', key', '', ', key']) { const ms: number[] = [];
        for (const q of qs) { const s = performance.now(); await sql<any>`select key, text, data, similarity(text, ${q}) s from feed_items where feed=${'f'} order by text <-> ${q}${sql.raw(order)} limit 30`.execute(l.db); ms.push(performance.now() - s); }
        console.log(order, pct(ms)); }
  const plan = await sql<any>`explain analyze select key, text, data from feed_items where feed=${'f'} order by text <-> ${qs[0]}, key limit 30`.execute(l.db); console.log(plan.rows.map((r: any) => r['QUERY PLAN']).join('\n'));
} finally { await owner.close(); await t.stop(); }
