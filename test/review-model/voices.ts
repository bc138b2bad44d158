import { expect } from 'vitest';
import { SUBMITTER, type Model, type Said } from './model.ts';
import type { About, Move } from './moves.ts';

type Message = Record<string, unknown>;

/** What people say about one case: new messages, and those that were sent before. */
export class Voices {
  readonly #model: Model;
  readonly #supplier: string;
  readonly #sent: { message: Message; accepted: boolean }[] = [];
  readonly #seen: string[] = [];
  #ids = 0;

  /** `supplier`: a business identity is written once, so every case has one of its own. */
  constructor(model: Model, supplier: string) {
    this.#model = model;
    this.#supplier = supplier;
  }

  /** A new question has been put; no two have the same digest. */
  shown(seen: string): void {
    expect(this.#seen).not.toContain(seen);
    this.#seen.push(seen);
  }

  verdict({ said, by, about }: Pick<Extract<Move, { kind: 'verdict' }>, 'said' | 'by' | 'about'>) {
    const own = said.verdict === 'amend' ? { output: { ...said.output, supplier: this.#supplier } } : {};
    const full = { ...said, ...own, by, seen: this.#seenOf(said.verdict, about) } as Said;
    return { said: full, message: { ...full, verdictId: this.#id('v') } };
  }

  /** Petra puts the question to the next group. */
  rival(seen: string): Message {
    return { verdictId: this.#id('v'), verdict: 'escalate', reason: 'urgent', by: 'petra', seen };
  }

  answer(about: About): { requestId: string; message: Message & { answerId: string } } {
    const { question, asked } = this.#model;
    const open = question?.asks?.requestId;
    const former = [...asked].find((one) => one !== open);
    const requestId = (about === 'now' ? open : about === 'before' ? former : undefined) ?? 'q-none';
    const answerId = this.#id('a');
    return { requestId, message: { answerId, requestId, by: SUBMITTER, text: `It is ${answerId}` } };
  }

  malformed(): Message {
    return { verdict: 'perhaps', id: this.#id('m') };
  }

  /** Remembers what was sent, to send it again. */
  sent(message: Message, accepted: boolean): void {
    this.#sent.push({ message, accepted });
  }

  former(which: number): { message: Message; accepted: boolean } | undefined {
    return this.#sent[which % Math.max(this.#sent.length, 1)];
  }

  /** The same id with other content. */
  changed(message: Message): Message {
    return { ...message, by: this.#id('another ') };
  }

  #seenOf(verdict: string, about: About): string {
    if (about === 'nothing') return '000000000000';
    const { question, latest } = this.#model;
    if (about === 'before') return this.#seen.findLast((seen) => seen !== question?.seen) ?? '000000000000';
    return (verdict === 'withdraw' ? latest?.seen : question?.seen) ?? '000000000000';
  }

  #id(kind: string): string {
    return `${kind}-${(this.#ids += 1)}`;
  }
}
