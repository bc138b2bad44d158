import { sql } from 'kysely'; import { readFileSync } from 'node:fs';
import { withLedger } from './postgres.ts';
const t = await withLedger({ poolSize: 10 });
const l = t.ledger;
const N = Number(process.argv[2] ?? 300), P = Number(process.argv[3] ?? 8);
const plan: any = { packId: 'p', packVersion: '1', packHash: 'h', owner: 'o', models: [{provider:'a',model:'b',timeoutMs:1,attempts:1}], threshold: 0.9, review: { fourEyes: true, groups: ['a'] } };
const times: Record<string, number> = {}; 
const timed = async <T>(n: string, p: () => Promise<T>) => { const s = performance.now(); const r = await p(); times[n] = (times[n] ?? 0) + performance.now() - s; return r; };
const tokens = Array.from({ length: 120 }, (_, i) => ({ token: 'tok' + i, logprob: -0.0123 * i }));
async function one(i: number) {
  const [d] = await timed('put', () => l.documents.put([{ name: 'a.txt', mediaType: 'text/plain', bytes: Buffer.from('hi ' + i + 'x'.repeat(1000)) }]));
  const name = { packId: 'p', caseKey: 'k' + i, revision: 1 };
  const r = await timed('receive', () => l.cases.receive({ name, documents: [d!], submittedBy: null, owner: 'o', channel: 'api' }));
  const caseId = (r as any).record.caseId;
  await timed('get', () => l.cases.get(caseId));
  await timed('ingested', () => l.cases.ingested(caseId, { present: 'x'.repeat(3000), sources: [{ name: 'a', text: 'y'.repeat(1000) }], findings: [], enrichment: {} }, plan, { m: 1 } as any));
  await timed('answered', () => l.modelCalls.answered(caseId, 'rh'));
  const call = await timed('started', () => l.modelCalls.started({ caseId, requestHash: 'rh', provider: 'p', model: 'm', attempt: 1 }));
  await timed('finished', () => l.modelCalls.finished(call, caseId, { outcome: 'ok', text: 't'.repeat(400), tokens, usage: { inputTokens: 1, outputTokens: 2, cachedTokens: 0 }, responseId: 'r', responseModel: 'mm', latencyMs: 1.5 }, 12));
  const eff: any = { name: 'post', sink: 's', collection: 'c', request: { a: 1.5 }, reversal: {}, identity: 'I' + i, title: 'T' };
  if (i % 5) { await timed('policy', () => l.reviews.decideByPolicy({ caseId, kind: 'accept', by: { kind: 'policy', rule: 'r' }, output: { a: 1 }, effects: [eff], reason: null, taskNo: null })); }
  else {
    await timed('open', () => l.reviews.open({ caseId, taskNo: 1, seen: 'abcdef', kind: 'proposal', packHash: 'h', group: 'g', dueAt: new Date(), remindAt: new Date(), reasons: [], output: { a: 1 }, evidence: {}, confidence: {}, rules: [], effects: [eff], callId: call }));
    await timed('record', () => l.reviews.record({ caseId, channel: 'update', contentHash: 'c', verdict: { verdict: 'approve', verdictId: 'v1', by: 'b', seen: 'abcdef' }, decide: { taskNo: 1, kind: 'accept', output: { a: 1 }, effects: [eff] } }));
  }
  await timed('claim', () => l.effects.claim(caseId, 1, eff));
  await timed('settle', () => l.effects.settle(`${caseId}/1/post`, 'applied', { reference: 'r', last: true }));
}
try {
  for (let i = 0; i < 30; i++) await one(-5 * i - 5);
  for (const k of Object.keys(times)) delete times[k];
  const cpu = process.cpuUsage();
  const s = performance.now(); let next = 0;
  await Promise.all(Array.from({ length: P }, async () => { while (next < N) await one(next++); }));
  const ms = performance.now() - s; const c = process.cpuUsage(cpu);
  console.log(N, 'cases', (N / ms * 1000).toFixed(0), '/s; node cpu ms/case', ((c.user + c.system) / 1000 / N).toFixed(2));
  console.log(Object.entries(times).map(([k, v]) => `${k} ${(v / (k === 'policy' ? N * .8 : k === 'open' || k === 'record' ? N * .2 : N)).toFixed(2)}`).join('  '));
  const pids = (await sql<any>`select pid from pg_stat_activity where application_name = 'countersign'`.execute(l.db)).rows;
  let ticks = 0; for (const { pid } of pids) { const f = readFileSync('/proc/' + pid + '/stat', 'utf8').split(') ')[1]!.split(' '); ticks += Number(f[11]) + Number(f[12]); }
  console.log('backend cpu ms/case', (ticks * 10 / (N + 30)).toFixed(2), 'backends', pids.length);
  console.log('faults', (await l.audit.verifyChains()).length);
} finally { await t.stop(); }
