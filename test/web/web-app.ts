import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { findChromium } from '../../src/dev/chromium.ts';
import { startFixture, type Fixture } from '../e2e/fixture.ts';
import { openReviewers, type Reviewers } from './reviewers.ts';

const found = await findChromium({ log: () => undefined });

/** True where there is no browser to test the web app in. */
export const noBrowser = found.path === undefined;

/** The web app on a stack with the packs of `packs.ts`, and a browser for whoever visits it. */
export interface WebApp {
  fixture: Fixture;
  reviewers: Reviewers;
}

/** For the tests of a file: handed over before the first of them, and stopped after the last. */
export function useWebApp(take: (web: WebApp) => void): void {
  let fixture: Fixture | undefined;
  let reviewers: Reviewers | undefined;
  beforeAll(async () => {
    fixture = await startFixture({ COUNTERSIGN_PACKS: join(import.meta.dirname, 'packs.ts') }, { web: true });
    reviewers = await openReviewers(found.path ?? '', fixture.stack.apiUrl);
    take({ fixture, reviewers });
  }, 180_000);
  afterAll(async () => {
    await reviewers?.close();
    await fixture?.close();
  }, 60_000);
}
