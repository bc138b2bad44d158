import pc from 'picocolors';
import type { CaseRow } from '../adapters/ledger/reads.ts';
import { tableOf } from './table.ts';
import type { Ledger } from '../adapters/ledger/ledger.ts';

const EVERY_MS = 1_000;
const ROWS = 15;

/** The newest cases and the counts, redrawn in place on a terminal; elsewhere one line whenever the counts change. */
export class LiveTable {
  readonly #ledger: Ledger;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #lines = 0;
  #last = '';

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#round = this.#round.then(() => this.#draw()).catch(() => undefined);
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  async #draw(): Promise<void> {
    const counts = await this.#counts();
    if (!process.stdout.isTTY) {
      if (counts !== this.#last) process.stdout.write(`${counts}\n`);
      this.#last = counts;
      return;
    }
    const { cases } = await this.#ledger.reads.listCases({ limit: ROWS });
    const rows = cases.map((row) => [row.caseId, stands(row), row.touchedAt.toLocaleTimeString()]);
    const table = tableOf(['case (newest first)', 'stands', 'since'], rows);
    const text = `${counts}\n${table}\n`;
    if (text === this.#last) return;
    const up = this.#lines > 0 ? `\u001b[${this.#lines}A\u001b[J` : '';
    process.stdout.write(`${up}${text}`);
    this.#lines = text.split('\n').length - 1;
    this.#last = text;
  }

  async #counts(): Promise<string> {
    const sums = new Map<string, number>();
    for (const { stage, outcome, cases } of await this.#ledger.reads.counts()) {
      const name = outcome ?? (stage === 'review' ? 'waiting for a person' : 'under way');
      sums.set(name, (sums.get(name) ?? 0) + cases);
    }
    return [...sums].map(([name, cases]) => `${name}: ${cases}`).join('   ');
  }
}

function stands({ stage, outcome }: CaseRow): string {
  if (outcome === 'written') return pc.green('written');
  if (outcome !== null) return pc.yellow(outcome);
  return stage === 'review' ? pc.cyan('waits for a person') : stage;
}
