import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import type { Log } from '../children.ts';
import { Rig, startRigParts, type RigParts } from '../rig.ts';
import { Supply } from '../supply.ts';
import { Provider } from './provider.ts';

const PACKS = fileURLToPath(new URL('./drill-packs.ts', import.meta.url));
/** The drill breaks what it runs against, so it runs against nothing that the environment names. */
const FOREIGN = ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE', 'COUNTERSIGN_SINKS'];

/** The rig of the drill: two providers, each a process of its own, and packs with a scaled patience. */
export class DrillRig extends Rig {
  readonly primary: Provider;
  readonly fallback: Provider;
  readonly supply: Supply;

  private constructor(parts: RigParts, more: { primary: Provider; fallback: Provider; supply: Supply }) {
    super(parts);
    this.primary = more.primary;
    this.fallback = more.fallback;
    this.supply = more.supply;
  }

  static async start(stateDir: string, log: Log): Promise<DrillRig> {
    for (const name of FOREIGN) delete process.env[name];
    const primary = await Provider.start('provider-primary', stateDir, log);
    const fallback = await Provider.start('provider-fallback', stateDir, log);
    // With a key in the environment the stack starts no stand-in model of its own.
    process.env['OPENAI_API_KEY'] = 'stand-in';
    const env = {
      OPENAI_BASE_URL: primary.url,
      FALLBACK_BASE_URL: fallback.url,
      FALLBACK_API_KEY: 'stand-in',
      COUNTERSIGN_MODEL: 'openai/stand-in-large',
      COUNTERSIGN_FALLBACK_MODEL: 'fallback/stand-in-small',
      COUNTERSIGN_PACKS: PACKS,
    };
    let parts: RigParts | undefined;
    try {
      parts = await startRigParts({ stateDir, log, env });
      const rig = new DrillRig(parts, { primary, fallback, supply: await Supply.open() });
      await rig.launchWorker();
      return rig;
    } catch (error) {
      await parts?.stack.stop();
      await Promise.all([primary.kill(), fallback.kill()]);
      throw error;
    }
  }

  override async stop(): Promise<void> {
    await super.stop();
    await Promise.all([this.primary.kill(), this.fallback.kill()]);
  }

  override async model(behaviour: Record<string, unknown> = {}): Promise<void> {
    await Promise.all([this.primary.behave(behaviour), this.fallback.behave(behaviour)]);
  }

  /** Before a scenario: everything does its best, the providers count anew, and no breaker remembers the last one. */
  async fresh(): Promise<void> {
    await this.calm();
    await Promise.all([this.primary.forget(), this.fallback.forget()]);
    await sql`
      update model_gates set state = 'closed', ok = 0, failed = 0, former_ok = 0, former_failed = 0, openings = 0,
        open_until = null, probe_until = null`.execute(this.ledger.db);
  }
}
