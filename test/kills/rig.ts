import { Rig as StackRig, startRigParts, type RigParts } from '../../src/dev/rig.ts';
import type { Sample } from '../../src/dev/samples.ts';
import { Supply } from '../../src/dev/supply.ts';
import type { CaseOutcome } from '../../src/domain/case.ts';
import { Wire } from './wire.ts';

/** What the API said to one line: a receipt, or why it was refused. */
export interface Receipt {
  line: number;
  caseId?: string;
  created?: boolean;
  started?: boolean;
  outcome?: CaseOutcome | null;
  refused?: string;
}

type Capability = 'idempotency-key' | 'look-up' | 'neither';
export type Sinks = Record<'accounts-payable' | 'payments' | 'help-desk', Capability>;

/** As the stack has them: accounts payable honours keys, the others can be looked up. */
const SINKS: Sinks = { 'accounts-payable': 'idempotency-key', payments: 'look-up', 'help-desk': 'look-up' };

/** The real stack on throwaway state, with a wire to the business system that can be cut at a known point. */
export class Rig extends StackRig {
  readonly wire: Wire;
  readonly supply: Supply;
  readonly #wireUrl: string;

  private constructor(parts: RigParts, more: { wire: Wire; wireUrl: string; supply: Supply }) {
    super(parts);
    this.wire = more.wire;
    this.supply = more.supply;
    this.#wireUrl = more.wireUrl;
  }

  static async start(stateDir: string, log: (line: string) => void): Promise<Rig> {
    const parts = await startRigParts({ stateDir, log });
    try {
      const wire = new Wire(parts.stack.businessUrl ?? '');
      const rig = new Rig(parts, { wire, wireUrl: await wire.listen(), supply: await Supply.open(isSmall) });
      await rig.startWorker();
      return rig;
    } catch (error) {
      await parts.stack.stop();
      throw error;
    }
  }

  override async stop(): Promise<void> {
    this.wire.close();
    await super.stop();
  }

  async startWorker(sinks: Partial<Sinks> = {}): Promise<void> {
    await this.launchWorker({ COUNTERSIGN_SINKS: this.#sinks({ ...SINKS, ...sinks }) });
  }

  /** One stream to the API; its receipts. */
  async submit(samples: readonly Sample[], revision = 1): Promise<Receipt[]> {
    const receipts: Receipt[] = [];
    for await (const receipt of this.api.submitAll(samples.map((one) => submissionOf(one, revision)))) {
      if ('error' in receipt) receipts.push({ line: receipt.line, refused: receipt.error.detail });
      else receipts.push(receipt);
    }
    return receipts;
  }

  /** Both stand-ins do their best again, and the wire lets everything pass. */
  override async calm(): Promise<void> {
    this.wire.cut();
    await super.calm();
  }

  #sinks(capabilities: Sinks): string {
    const url = { 'accounts-payable': 'accounts-payable', payments: 'accounts-payable', 'help-desk': 'help-desk' };
    const sinks = Object.entries(capabilities).map(([name, capability]) => {
      return [name, { url: `${this.#wireUrl}/${url[name as keyof Sinks]}`, capability }];
    });
    return JSON.stringify(Object.fromEntries(sinks));
  }
}

/** A sample as the API takes it. */
export function submissionOf({ packId, caseKey, document }: Sample, revision = 1) {
  const { name, mediaType, bytes } = document;
  return {
    packId,
    caseKey,
    submittedBy: 'feeder',
    documents: [{ name, mediaType, base64: Buffer.from(bytes).toString('base64') }],
    ...(revision > 1 ? { revision } : {}),
  };
}

/** One person decides about it, and it is written at once: what is waited for here is only what was killed. */
function isSmall({ truth }: Sample): boolean {
  return Number(truth['grossTotal'] ?? 0) < 500_000;
}
