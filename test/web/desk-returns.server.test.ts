import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../src/dev/chromium.ts';
import { decide, ended, inReview, startFixture, type Fixture } from '../e2e/fixture.ts';
import { openReviewers, type Reviewers } from './reviewers.ts';
import { queueOf, slipMaker } from './slips.ts';

const found = await findChromium({ log: () => undefined });

describe.skipIf(found.path === undefined)('what comes back at the desk', () => {
  let fixture: Fixture;
  let reviewers: Reviewers;
  const slips = slipMaker(() => fixture);

  beforeAll(async () => {
    fixture = await startFixture({ COUNTERSIGN_PACKS: join(import.meta.dirname, 'packs.ts') }, { web: true });
    reviewers = await openReviewers(found.path ?? '', fixture.stack.apiUrl);
  }, 180_000);
  afterAll(async () => {
    await reviewers?.close();
    await fixture?.close();
  }, 60_000);

  it('what was answered meanwhile can be neither held nor put off: the desk says who was faster', async () => {
    for (const [key, path] of [
      ['c', 'claims'],
      ['s', 'snoozes'],
    ] as const) {
      const sender = `Late ${path}`;
      const [caseId = ''] = await slips(1, sender);
      const seat = await reviewers.visit(queueOf(sender), { name: 'ben.okoro' });
      await seat.shows('Please file');
      // The request is held back until somebody else has rejected it.
      await seat.page.route(`**/v1/desk/${path}`, async (route) => {
        const { seen } = await inReview(fixture, caseId);
        const said = { caseId, verdictId: `late-${path}`, verdict: 'reject', reason: 'not for us', seen };
        expect((await decide(fixture, { ...said, by: 'ada.berg' })).status).toBe(200);
        await route.continue();
      });
      await seat.press(key);
      if (key === 's') await seat.press('1');
      const alert = seat.page.getByRole('alert').filter({ hasText: 'Someone was faster' });
      await alert.getByText(`${await seat.caseKey()}: ada.berg: rejected. not for us`).waitFor();
      await seat.page.unrouteAll({ behavior: 'wait' });
      await seat.context.close();
    }
  });

  it('what was approved a minute ago is found, and taken back from there', async () => {
    const [caseId = ''] = await slips(1, 'Ida Holt', 'undo-slips');
    const seat = await reviewers.visit(queueOf('Ida Holt'), { name: 'ben.okoro' });
    const { page } = seat;
    await seat.shows('Please file');
    const key = await seat.caseKey();
    await seat.press('a');
    await seat.shows('1 answered');
    // A page that was loaded anew has forgotten what was answered on it.
    await page.reload();
    await page.getByRole('link', { name: 'My approvals that can be taken back' }).click();
    await page.getByRole('link', { name: key }).waitFor();
    await seat.shows(/approved by ben\.okoro, can be taken back until/);
    await page.getByRole('button', { name: `Take the approval of ${key} back` }).click();
    await seat.shows(`${key} is taken back, and asked again.`);
    await seat.shows('No case fits.');
    expect((await inReview(fixture, caseId, 2)).taskNo).toBe(2);
    await page.getByLabel('Stage').selectOption('review');
    await page.getByRole('link', { name: key }).waitFor();
    expect(seat.complaints).toEqual([]);
    await seat.context.close();
  });

  it('a pack offers its own reasons to reject, and the code goes with the words', async () => {
    const [caseId = ''] = await slips(1, 'Owen Reed', 'undo-slips');
    const seat = await reviewers.visit(queueOf('Owen Reed'), { name: 'ben.okoro' });
    await seat.shows('Please file');
    await seat.press('r');
    await seat.shows('The slip is torn');
    expect(await seat.page.getByText('Suspected fraud').count()).toBe(0);
    await seat.press('2');
    expect((await ended(fixture, caseId)).outcome).toBe('rejected');
    const file = await fixture.ledger.reads.caseFile(caseId);
    expect(file?.audit.find(({ kind }) => kind === 'verdict-accepted')?.data).toMatchObject({
      ...{ reason: 'Filed twice', reasonCode: 'duplicate' },
    });
    await seat.context.close();
  });
});
