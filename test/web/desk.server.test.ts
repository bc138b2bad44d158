import { describe, expect, it } from 'vitest';
import { ended, inReview, submit, textCase, until, type Fixture } from '../e2e/fixture.ts';
import type { Reviewers } from './reviewers.ts';
import { queueOf, slipMaker } from './slips.ts';
import { noBrowser, useWebApp } from './web-app.ts';

const SENDER = 'Mara Lind';

describe.skipIf(noBrowser)('the desk in the browser', () => {
  let fixture: Fixture;
  let reviewers: Reviewers;
  // Each test has a sender of its own, so that its queue holds only what is its own.
  const slips = slipMaker(() => fixture);
  const decisionsOf = async (caseId: string) => (await fixture.ledger.reads.caseFile(caseId))?.decisions ?? [];

  useWebApp((web) => {
    ({ fixture, reviewers } = web);
  });

  it('a first visit asks who one is; then the whole path goes by the keyboard alone', async () => {
    const ids = await slips(4, SENDER);
    const seat = await reviewers.visit(queueOf(SENDER));
    const { page } = seat;
    await seat.shows('Who are you?');
    await page.getByRole('button', { name: /Ada Berg/ }).press('Enter');
    const first = await seat.caseKey();
    await seat.shows(/File a slip of \d+ characters/);
    await seat.shows('always-asked: a person reads every slip');
    await seat.shows(/goes to accounts-payable-leads/);
    await seat.shows(/is rejected/);

    // The next uncertain field, its evidence, an amendment.
    await seat.press('Enter');
    expect(await page.evaluate('document.activeElement.dataset.field')).toBe('subject');
    expect(await page.locator('mark[data-active]').innerText()).toBe(`Please file ${first}`);
    await seat.press('e');
    await page.keyboard.type('Filed by hand, as said');
    await seat.press('Escape', 'd');
    await seat.shows('What changed');
    await page.getByRole('button', { name: /^Approve changes/ }).waitFor();
    await seat.press('a');
    const second = await seat.after(first);
    const amended = ids.find((id) => id.endsWith(first)) ?? '';
    expect((await ended(fixture, amended)).outcome).toBe('written');
    expect(await decisionsOf(amended)).toMatchObject([
      { by: { kind: 'reviewer', name: 'ada.berg' }, output: { subject: 'Filed by hand, as said' } },
    ]);

    // Claim and let go, put off, reject with a preset.
    const waiting = (key: string) => ({ caseId: ids.find((id) => id.endsWith(key)) ?? '', taskNo: 1 });
    const claimed = async () => (await fixture.ledger.desk.marksOf(waiting(second))).claim;
    await seat.press('c');
    await until('it is claimed', async () => (await claimed())?.by === 'ada.berg');
    await seat.shows('You hold');
    await seat.press('c');
    await until('it is let go', async () => (await claimed()) === null);
    await seat.press('s', '1');
    const third = await seat.after(second);
    await until('it is put off', async () => (await fixture.ledger.desk.marksOf(waiting(second))).snooze !== null);
    await seat.press('r', '2');
    await seat.after(third);
    const rejected = await ended(fixture, waiting(third).caseId);
    expect(rejected.outcome).toBe('rejected');
    expect(await decisionsOf(rejected.caseId)).toMatchObject([{ reason: 'Sent to us by mistake' }]);

    // What is looked up: legend, commands, search.
    await seat.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await seat.press('Escape', 'Control+k');
    await page.getByRole('dialog', { name: 'Commands' }).waitFor();
    await page.keyboard.type('put off');
    await seat.press('Enter');
    await page.getByRole('dialog', { name: 'Put off for how long?' }).waitFor();
    await seat.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await seat.press('/');
    await page.waitForFunction(`document.activeElement?.placeholder === 'Case key'`);
    await seat.press('Escape');
    await page.waitForFunction('document.activeElement === document.body');
    expect(seat.complaints).toEqual([]);
  });

  it('shows first what is mine or nobody’s, says whose the rest is, and filters by it', async () => {
    const [bens = '', adas = '', nobodys = ''] = await slips(3, 'Una Frey');
    const { reviews, replans } = fixture.ledger;
    for (const [caseId, assignee] of [[bens, 'ben.okoro'] as const, [adas, 'ada.berg'] as const])
      await replans.assign(caseId, 1, (await reviews.openTask(caseId))?.group ?? '', assignee);
    const seat = await reviewers.visit(queueOf('Una Frey'), { name: 'ada.berg' });
    await seat.shows('assigned to ben.okoro');
    const keys = async () => await seat.page.locator('.queue-key').allInnerTexts();
    const keyOf = (caseId: string) => caseId.slice(caseId.lastIndexOf('/') + 1);
    expect((await keys()).toSorted()).toEqual([bens, adas, nobodys].map(keyOf).toSorted());
    expect((await keys()).at(-1)).toBe(keyOf(bens));
    await seat.page.getByLabel('Whose').selectOption('me');
    await until('only hers is left', async () => (await keys()).length === 1);
    expect(await keys()).toEqual([keyOf(adas)]);
    await seat.page.locator('.queue-key').click();
    await seat.shows('Assigned to ada.berg; others of the group may answer too');
    expect(seat.complaints).toEqual([]);
  });

  it('a clean approval takes one key, and the next question is there at once', async () => {
    const ids = await slips(7, 'Jon Beck');
    const seat = await reviewers.visit(queueOf('Jon Beck'), { name: 'ben.okoro' });
    await seat.shows('Please file');
    const answered = Promise.withResolvers<void>();
    // The first answer is held back, and so is what was not read ahead: the next question must not wait for either.
    const held: string[] = [];
    await seat.page.waitForTimeout(1_500);
    await seat.page.route(/\/v1\/(verdicts|desk\/tasks)/, async (route) => {
      held.push(new URL(route.request().url()).pathname);
      await answered.promise;
      await route.continue();
    });
    const opening = await seat.caseKey();
    await seat.press('a');
    const next = await seat.after(opening);
    await seat.page.locator('.field').first().waitFor();
    expect(next).not.toBe(opening);
    expect(held).toContain('/v1/verdicts');
    answered.resolve();
    await seat.page.unrouteAll({ behavior: 'wait' });
    const times: number[] = [];
    for (let at = 0; at < 5; at += 1) {
      const before = await seat.caseKey();
      await seat.page.waitForTimeout(700);
      // From the key to the frame that shows the next question, as the page itself sees it.
      await seat.page.evaluate(`addEventListener('keydown', () => {
        const pressed = performance.now();
        const look = () => {
          const shown = document.querySelector('.desk-first h2 a')?.textContent;
          if (shown && shown !== ${JSON.stringify(before)} && document.querySelector('.field')) window.took = performance.now() - pressed;
          else requestAnimationFrame(look);
        };
        look();
      }, { capture: true, once: true })`);
      await seat.press('a');
      await seat.after(before);
      times.push(
        await until('the page has measured it', () => seat.page.evaluate<number | undefined>('window.took'), 10_000),
      );
      await seat.page.evaluate('window.took = undefined');
    }
    console.log('ms to the next question:', times.map(Math.round));
    // Where nothing else runs it is well below 100; here the whole stack does, and perhaps other tests.
    expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(1_500);
    const written = await until('six are written', async () => {
      const done = await Promise.all(ids.map((id) => fixture.ledger.cases.get(id)));
      return done.filter((record) => record?.outcome === 'written').length === 6 && done;
    });
    expect(written.filter((record) => record?.outcome === null)).toHaveLength(1);
    expect(seat.complaints).toEqual([]);
  });

  it('holding A approves one only, and in an input the key is a letter', async () => {
    const ids = await slips(4, 'Ada Holt');
    const seat = await reviewers.visit(queueOf('Ada Holt'), { name: 'ben.okoro' });
    const first = await seat.caseKey();
    for (let held = 0; held < 8; held += 1) await seat.page.keyboard.down('a');
    await seat.page.keyboard.up('a');
    await seat.after(first);
    // Before any other key can come: it would answer the question.
    const focused = `dispatchEvent(new KeyboardEvent('keydown', { key: '/' })); document.activeElement.placeholder`;
    expect(await seat.page.evaluate(focused)).toBe('Case key');
    await seat.page.keyboard.type('aaa');
    await until(
      'one is written',
      async () => (await fixture.ledger.cases.get(ids.find((id) => id.endsWith(first)) ?? ''))?.outcome === 'written',
    );
    const open = await Promise.all(ids.map((id) => fixture.ledger.reviews.openTask(id)));
    expect(open.filter((task) => task !== undefined)).toHaveLength(3);
  });

  it('single keys can be switched off; Ctrl+Enter in an input still answers', async () => {
    const ids = await slips(2, 'Eli Voss');
    const seat = await reviewers.visit(queueOf('Eli Voss'), { name: 'ben.okoro' });
    const first = await seat.caseKey();
    await seat.press('?');
    await seat.page.getByRole('switch', { name: 'Single keys' }).press('Space');
    await seat.press('Escape');
    await seat.page.getByRole('dialog').waitFor({ state: 'detached' });
    await seat.press('a', 'j');
    expect(await seat.caseKey()).toBe(first);
    await seat.page.locator('button[data-field="remark"]').click();
    await seat.page.keyboard.type('seen');
    await seat.press('Control+Enter');
    await seat.after(first);
    const caseId = ids.find((id) => id.endsWith(first)) ?? '';
    await ended(fixture, caseId);
    expect(await decisionsOf(caseId)).toMatchObject([{ output: { remark: 'seen' } }]);
  });

  it('what a hard rule forbids cannot be approved, and says so', async () => {
    await submit(fixture, textCase('slips', 'chain-1', 'Sender: Uma Ross\nSubject: a chain letter\n'));
    await inReview(fixture, 'case/slips/chain-1');
    const seat = await reviewers.visit(queueOf('Uma Ross'), { name: 'ben.okoro' });
    await seat.shows('It cannot be approved as it is: no-chain-letters');
    expect(await seat.page.getByRole('button', { name: /^Approve A/ }).isDisabled()).toBe(true);
    await seat.press('a');
    expect(await seat.caseKey()).toBe('chain-1');
  });

  it('of two who answer at once one is taken; the other reads who was faster', async () => {
    const [caseId = ''] = await slips(1, 'Ida Thal');
    const seats = await Promise.all(
      ['ada.berg', 'ben.okoro'].map((name) => reviewers.visit(queueOf('Ida Thal'), { name })),
    );
    for (const seat of seats) await seat.shows('Please file');
    await Promise.all(seats.map((seat) => seat.press('a')));
    await ended(fixture, caseId);
    const [decision] = await decisionsOf(caseId);
    const winner = decision?.by.kind === 'reviewer' ? decision.by.name : '';
    expect(['ada.berg', 'ben.okoro']).toContain(winner);
    const loser = seats[winner === 'ada.berg' ? 1 : 0];
    await loser?.shows('Someone was faster');
    await loser?.shows(`${winner}: approved`);
    expect((await fixture.ledger.reads.caseFile(caseId))?.verdicts.map(({ accepted }) => accepted).toSorted()).toEqual([
      false,
      true,
    ]);
  });

  it('what others do is seen without a reload: claims, answers with name and reason, new questions', async () => {
    await slips(2, 'Otto Kern');
    const watcher = await reviewers.visit(queueOf('Otto Kern'), { name: 'ben.okoro' });
    const actor = await reviewers.visit(queueOf('Otto Kern'), { name: 'ada.berg' });
    const key = await watcher.caseKey();
    expect(await actor.caseKey()).toBe(key);
    await actor.press('c');
    await watcher.shows('held by ada.berg');
    await actor.press('r');
    await actor.page.getByLabel('Another reason').fill('it is for the neighbour');
    await actor.press('Control+Enter');
    await watcher.shows('ada.berg: rejected. it is for the neighbour');
    await watcher.press('j');
    await watcher.after(key);
    const before = await watcher.page.locator('.queue li').count();
    await slips(1, 'Otto Kern');
    await until(
      'the new one is in the queue',
      async () => (await watcher.page.locator('.queue li').count()) === before + 1,
    );
  });

  it('an approval in its undo window is taken back by Z, and asked again', async () => {
    const [caseId = ''] = await slips(1, 'Nele Brand', 'undo-slips');
    const seat = await reviewers.visit(queueOf('Nele Brand'), { name: 'ada.berg' });
    await seat.shows('Please file');
    await seat.press('a');
    await until('the window runs', async () => (await fixture.ledger.cases.get(caseId))?.stage === 'undo-window');
    await seat.shows('1 answered');
    await seat.shows(/: written in \d+:\d\d, Z takes it back/);
    await seat.press('z');
    await inReview(fixture, caseId, 2);
    await seat.shows('is taken back, and asked again.');
    await seat.shows('Taken back:');
    await seat.press('z');
    await seat.shows('There is nothing of yours that can be taken back.');
  });

  it('bulk: the drawn ones are opened, all are decided each by itself, and all are taken back', async () => {
    const ids = await slips(5, 'Lea Funk', 'undo-slips');
    const seat = await reviewers.visit(queueOf('Lea Funk'), { name: 'ada.berg' });
    await seat.shows('Please file');
    await seat.looked();
    await seat.press('Shift+A');
    await seat.page.waitForFunction(`/Lea Funk/.test(document.activeElement?.textContent)`);
    await seat.press('Enter');
    await seat.shows('2 still to open');
    // Keys count from the moment the dialog has the focus.
    await seat.page.waitForFunction(`document.activeElement?.matches('div[data-autofocus]') === true`);
    const approve = seat.page.getByRole('button', { name: 'Approve all 5 (A)' });
    expect(await approve.isDisabled()).toBe(true);
    await seat.press('a', 'Enter');
    await seat.shows('1 still to open');
    await seat.press('Enter');
    await until('all are opened', () => approve.isEnabled());
    await seat.press('a');
    await seat.shows('5 taken, 0 not taken');
    for (const id of ids) {
      expect((await fixture.ledger.cases.get(id))?.stage).toBe('undo-window');
      const verdicts = (await fixture.ledger.reads.caseFile(id))?.verdicts ?? [];
      expect(verdicts).toMatchObject([{ by: 'ada.berg', verdict: 'approve', accepted: true }]);
    }
    await seat.page.getByRole('button', { name: 'Take all back' }).press('Enter');
    for (const id of ids) await inReview(fixture, id, 2);
    expect(seat.complaints).toEqual([]);
  });

  it('a lost connection is shown; an answer given meanwhile is kept, and sent once when it is back', async () => {
    const ids = await slips(3, 'Pia Sand');
    const seat = await reviewers.visit(queueOf('Pia Sand'), { name: 'ada.berg' });
    const first = await seat.caseKey();
    await seat.shows('Please file');
    await seat.page.waitForTimeout(1_000);
    await seat.context.setOffline(true);
    await seat.shows('No connection.');
    await seat.press('a');
    await seat.after(first);
    await seat.shows(`${first}: waits for the connection`);
    const caseId = ids.find((id) => id.endsWith(first)) ?? '';
    expect(await fixture.ledger.reviews.openTask(caseId)).toBeDefined();
    await seat.context.setOffline(false);
    await ended(fixture, caseId);
    await seat.shows('1 answered');
    await seat.page.getByText('No connection.').waitFor({ state: 'detached' });
    expect((await fixture.ledger.reads.caseFile(caseId))?.verdicts).toHaveLength(1);
  });
});
