import type { ModelReply, ModelRequest, Ports, Sink, SinkCapability, SinkReply } from '../../src/activities/ports.ts';
import { createActivities } from '../../src/activities/index.ts';
import type { Steps } from '../../src/activities/steps.ts';
import type { FeedItem, ProcessPack } from '../../src/packs/pack.ts';
import { packRegistry } from '../../src/packs/registry.ts';
import { failure } from '../../src/failures.ts';
import { testSigner } from './signing-key.ts';
import { FakeLedger } from './fake-ledger.ts';
import { testPack } from './fake-pack.ts';
import { FakePasskeys } from './fake-passkeys.ts';

/** A sink in memory. `script` holds what the next calls answer; a thrown error stands for a lost answer. */
export class FakeSink implements Sink {
  capability: SinkCapability = 'idempotency-key';
  /** What stands downstream, by key: an entry per call that was really applied. */
  readonly entries: { key: string; reference: string; request: Record<string, unknown> }[] = [];
  readonly calls: string[] = [];
  script: (SinkReply | 'lost-before' | 'lost-after')[] = [];

  apply({ key, request }: Parameters<Sink['apply']>[0]): Promise<SinkReply> {
    this.calls.push(`apply ${key}`);
    return this.#answer(key, request);
  }

  reverse({ key, request }: Parameters<Sink['reverse']>[0]): Promise<SinkReply> {
    this.calls.push(`reverse ${key}`);
    return this.#answer(`${key}/undo`, request);
  }

  lookUp({ key }: { key: string }): Promise<string | undefined> {
    this.calls.push(`look-up ${key}`);
    return Promise.resolve(this.entries.find((entry) => entry.key === key)?.reference);
  }

  #answer(key: string, request: Record<string, unknown>): Promise<SinkReply> {
    const next = this.script.shift();
    if (next === 'lost-before') return Promise.reject(failure('SinkUnavailable', 'no answer'));
    if (typeof next === 'object' && next.kind !== 'applied') return Promise.resolve(next);
    const before = this.capability === 'idempotency-key' ? this.entries.find((entry) => entry.key === key) : undefined;
    const entry = before ?? { key, request, reference: `ref-${this.entries.length + 1}` };
    if (!before) this.entries.push(entry);
    if (next === 'lost-after') return Promise.reject(failure('SinkUnavailable', 'the answer was lost'));
    return Promise.resolve({ kind: 'applied', reference: entry.reference });
  }
}

/** A good answer of the test pack, each token as sure as `probability`. */
export function replyOf(value: unknown, probability = 0.99, outcome: ModelReply['outcome'] = 'ok'): ModelReply {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const tokens = [...text].map((token) => ({ token, logprob: /\d/.test(token) ? Math.log(probability) : 0 }));
  const usage = { inputTokens: 10, outputTokens: 5, cachedTokens: 0 };
  return { outcome, text, tokens, usage, responseId: 'resp', responseModel: 'm-1', latencyMs: 1 };
}

export interface Fakes {
  ports: Ports;
  activities: Steps;
  ledger: FakeLedger;
  sink: FakeSink;
  passkeys: FakePasskeys;
  pack: ProcessPack;
  feeds: Map<string, FeedItem>;
  /** How old each feed is; one that is not named here is as of now, undefined: never loaded. */
  asOf: Map<string, Date | undefined>;
  /** What owners were told about feeds: `<kind> <feed> <owner>: <message>`. */
  told: string[];
  /** What the model answers next; an Error is thrown. The last one stays. */
  replies: (ModelReply | Error)[];
  asked: ModelRequest[];
  /** Packs that this worker has; empty it to lose the pinned version. */
  usePacks: (packs: readonly ProcessPack[]) => void;
  now: { at: Date };
}

const onRealLedger = () => Promise.reject(new Error('replans are tested on the real ledger'));
const NO_REPLANS: Ports['replans'] = {
  page: onRealLedger,
  one: onRealLedger,
  replan: onRealLedger,
  assign: onRealLedger,
  looked: onRealLedger,
  keepLooked: onRealLedger,
};

/** All ports in memory around one test pack: the ledger keeps the contracts that `ports.ts` states. */
export function fakePorts(pack: ProcessPack = testPack()): Fakes {
  const now = { at: new Date('2026-03-02T09:00:00Z') };
  const clock = () => now.at;
  const ledger = new FakeLedger(clock);
  const sink = new FakeSink();
  const passkeys = new FakePasskeys();
  const feeds = new Map<string, FeedItem>();
  const asOf = new Map<string, Date | undefined>();
  const told: string[] = [];
  const replies: (ModelReply | Error)[] = [replyOf({ amount: 12, supplier: 'ACME' })];
  const asked: ModelRequest[] = [];
  const models = { primary: { provider: 'p', model: 'm-1' }, fallback: { provider: 'p', model: 'm-2' } };
  let registry = packRegistry([pack], models);
  const ports: Ports = {
    ...ledger.ports(),
    feeds: {
      lookUp: (feed, key) => Promise.resolve(feeds.get(`${feed}/${key}`)),
      similar: () => Promise.resolve([]),
      asOf: (names) => {
        const dates = names.map((name): [string, Date | undefined] => [name, asOf.has(name) ? asOf.get(name) : now.at]);
        return Promise.resolve(new Map(dates.flatMap(([name, date]) => (date ? [[name, date]] : []))));
      },
    },
    feedAlarms: fakeAlarms(told),
    packs: {
      models,
      current: (id) => registry.current(id),
      pinned: (hash) => registry.pinned(hash),
      ids: () => registry.ids(),
    },
    reader: {
      read({ name, mediaType, bytes }) {
        const text = Buffer.from(bytes).toString('utf8');
        if (text === '' || text.startsWith('BROKEN'))
          return Promise.reject(failure('InvalidInput', `${name}: cannot be read`));
        // `MAIL:a|b` is a mail with two attachments of plain text.
        const inside = text.startsWith('MAIL:') ? text.slice(5).split('|') : [];
        const attachments = inside.map((one, at) => ({
          name: `part-${at + 1}.txt`,
          mediaType: 'text/plain',
          bytes: Buffer.from(one),
        }));
        return Promise.resolve({ text, mediaType, attachments });
      },
    },
    model: {
      ask(request) {
        asked.push(request);
        const next = replies.length > 1 ? replies.shift() : replies[0];
        return next instanceof Error || next === undefined
          ? Promise.reject(next ?? new TypeError('no reply is scripted'))
          : Promise.resolve(next);
      },
      quote: () => ({ tokens: 20, price: { micros: 90, priceVersion: 'test' } }),
      costMicros: (_, usage) => usage.inputTokens * 2 + usage.outputTokens * 10,
    },
    sinks: { sink: () => sink },
    temporal: {
      running: () => Promise.resolve(new Set()),
      status: () => Promise.resolve('running'),
      start: () => Promise.resolve(),
      resendVerdict: () => Promise.resolve(),
      askAgain: () => Promise.resolve(),
      replan: () => Promise.resolve(),
    },
    replans: NO_REPLANS,
    signer: testSigner,
    access: { mode: 'local', person: () => Promise.resolve(undefined), people: () => Promise.resolve([]) },
    passkeys,
    clock,
  };
  const usePacks = (packs: readonly ProcessPack[]) => {
    registry = packRegistry(packs, models);
  };
  return {
    ports,
    activities: createActivities(ports),
    ledger,
    sink,
    passkeys,
    pack,
    feeds,
    replies,
    asked,
    usePacks,
    now,
    asOf,
    told,
  };
}

function fakeAlarms(told: string[]): Ports['feedAlarms'] {
  const raised = new Set<string>();
  return {
    settle: (states) => {
      const changed = states.filter(({ feed, owner, stale }) => stale !== raised.has(`${feed} ${owner}`));
      for (const { feed, owner, stale, message } of changed) {
        if (stale) raised.add(`${feed} ${owner}`);
        else raised.delete(`${feed} ${owner}`);
        told.push(`${stale ? 'feed-stale' : 'feed-fresh'} ${feed} ${owner}: ${message}`);
      }
      return Promise.resolve(changed);
    },
  };
}
