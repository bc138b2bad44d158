import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { feed, type FeederReceipt } from '../feeder.ts';
import type { Sample } from '../samples.ts';
import { until } from '../until.ts';
import type { DrillRig } from './drill-rig.ts';
import type { Median } from './row.ts';

/** How one scenario goes: what it fed, when its fault ended, and what it noticed. */
export class Trial {
  readonly rig: DrillRig;
  readonly short: boolean;
  readonly receipts: FeederReceipt[] = [];
  readonly samples: Sample[] = [];
  readonly notes: string[] = [];
  readonly faults: string[] = [];
  /** How many submissions had to be sent again. */
  resubmitted = 0;
  /** How often a process of ours, or a server, was killed. */
  kills = 0;
  /** When the fault ended; undefined: it lasts until everything is settled. */
  overAt: number | undefined;
  /** Lengths of undisturbed histories, by kind. */
  readonly baseline: Median;

  constructor(rig: DrillRig, short: boolean, baseline: Median) {
    this.rig = rig;
    this.short = short;
    this.baseline = baseline;
  }

  /** Cases without an end of customer messages; fewer in the short form. */
  messages(full: number, short = Math.ceil(full / 4)): Sample[] {
    return this.rig.supply.numberedMessages(this.short ? short : full);
  }

  /** Invoices as plain text, two effects each; fewer in the short form. */
  invoices(full: number, short = Math.ceil(full / 4)): Sample[] {
    return this.rig.supply.invoices(this.short ? short : full);
  }

  /** Submits as a business system does: what gets no receipt is sent again, under the same key, for three minutes. */
  async feed(samples: readonly Sample[]): Promise<void> {
    this.samples.push(...samples);
    const end = Date.now() + 180_000;
    let left = samples;
    while (left.length > 0) {
      const receipts = await feed(this.rig.apiUrl, left).catch((error: unknown): FeederReceipt[] =>
        left.map((sample) => ({ sample, refused: String(error) })),
      );
      this.receipts.push(...receipts.filter(({ caseId }) => caseId !== undefined));
      const refused = receipts.filter(({ caseId }) => caseId === undefined);
      if (refused.length === 0) return;
      if (Date.now() > end) {
        this.receipts.push(...refused);
        this.faults.push(`${refused.length} submissions were refused to the end: ${refused[0]?.refused}`);
        return;
      }
      left = refused.map(({ sample }) => sample);
      this.resubmitted += left.length;
      await sleep(1_000);
    }
  }

  get caseIds(): string[] {
    return this.receipts.flatMap(({ caseId }) => (caseId === undefined ? [] : [caseId]));
  }

  /** The fault is over: everything behaves from now, and the time to recover runs. */
  async over(): Promise<void> {
    await this.rig.calm();
    this.overAt = Date.now();
  }

  /** The cases that are neither ended nor waiting for a person. What does not answer leaves all of them open. */
  async open(): Promise<string[]> {
    const ids = this.caseIds;
    const { rows } = await sql<{ case_id: string }>`
      select c.case_id from cases c where c.case_id = any(${ids}::text[]) and c.outcome is null
        and not exists (select from review_tasks t where t.case_id = c.case_id and t.closed_at is null)`.execute(
      this.rig.ledger.db,
    );
    return rows.map(({ case_id }) => case_id);
  }

  async waiting(): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from review_tasks
      where case_id = any(${this.caseIds}::text[]) and closed_at is null`.execute(this.rig.ledger.db);
    return rows[0]?.count ?? 0;
  }

  /**
   * Waits until all cases have ended, except those that wait for a person because something was refused; not longer than
   * the given time, after which the rest ends without the fault.
   */
  async answered(withinMs: number): Promise<void> {
    const nothingLeft = async () => {
      const { rows } = await sql`
        select from cases c left join review_tasks t on t.case_id = c.case_id and t.closed_at is null
        where c.case_id = any(${this.caseIds}::text[]) and c.outcome is null
          and not coalesce(jsonb_path_exists(t.reasons, '$[*] ? (@.code like_regex "-refused$" && @.code != "model-refused")'), false)
        limit 1`.execute(this.rig.ledger.db);
      return rows.length === 0;
    };
    await until('all are answered', nothingLeft, { withinMs, everyMs: 250 }).catch(() =>
      this.notes.push(`the fault ended after ${withinMs / 1000} s, before every case had`),
    );
  }

  /** Waits until no case is open except those that wait for a person. False when that did not come in time. */
  async settled(withinMs: number): Promise<boolean> {
    const settled = async () => (await this.open()).length === 0;
    return await until('settled', settled, { withinMs, everyMs: 200 }).then(
      () => true,
      () => false,
    );
  }
}
