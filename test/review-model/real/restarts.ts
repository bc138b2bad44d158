import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { startStandInBusiness, type StandInBusiness } from '../../../src/dev/stand-in-business/server.ts';
import { useLedger, type TestLedger } from '../../support/postgres.ts';
import { keyPair } from '../../support/signing-key.ts';
import { useServer } from '../../workflows/harness.ts';
import { playCourses, type Terms } from '../courses.ts';
import { Lane, type World } from './lane.ts';
import { RealPlay } from './real-play.ts';

/** The servers of a test file: Temporal, PostgreSQL, and books of their own. */
export function useWorld(): World {
  const world = {} as World;
  const server = useServer();
  let kept: TestLedger | undefined;
  let business: StandInBusiness | undefined;
  useLedger((made) => {
    kept = made;
  });
  beforeAll(async () => {
    if (!kept) throw new Error('there is no ledger');
    const stateDir = await mkdtemp(join(tmpdir(), 'countersign-restarts-'));
    business = await startStandInBusiness({ stateDir });
    const { env, codePath } = server;
    Object.assign(world, {
      ...{ temporal: env.client, ledger: kept.ledger, businessUrl: business.url, stateDir },
      code: await readFile(codePath, 'utf8'),
      terms: {
        ...{ databaseUrl: kept.url, temporalAddress: env.address, signingKey: keyPair().privatePem },
        booksUrl: `${business.url}/accounts-payable`,
      },
    });
  });
  afterAll(async () => {
    await business?.stop();
    await rm(world.stateDir, { recursive: true, force: true });
  });
  return world;
}

/** Plays courses in several lanes at once: most of the time each of them waits. */
export async function playRestarts(world: World, lanes: number, terms: Terms): Promise<void> {
  const played = await Promise.allSettled(
    Array.from({ length: lanes }, async (_, at) => {
      const lane = await Lane.open(world, `${at + 1}`);
      let count = 0;
      try {
        await playCourses(async (amount, hurried) => {
          return await RealPlay.start(lane, `L${at + 1}-${(count += 1)}`, amount, hurried);
        }, terms);
      } finally {
        await lane.close();
      }
    }),
  );
  const failed = played.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
