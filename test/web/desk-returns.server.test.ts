import { describe, expect, it } from 'vitest';
import { decide, ended, inReview, submit, textCase, until, type Fixture } from '../e2e/fixture.ts';
import type { Reviewers } from './reviewers.ts';
import { queueOf, slipMaker } from './slips.ts';
import { noBrowser, useWebApp } from './web-app.ts';

describe.skipIf(noBrowser)('what comes back at the desk', () => {
  let fixture: Fixture;
  let reviewers: Reviewers;
  const slips = slipMaker(() => fixture);

  /** A slip that Sam has submitted and that waits for a person. */
  async function slipOfSam(key: string, sender: string): Promise<string> {
    const text = `Sender: ${sender}\nSubject: Please file ${key}\n\nThank you`;
    await submit(fixture, { ...textCase('slips', key, text), submittedBy: 'sam.clerk' });
    await inReview(fixture, `case/slips/${key}`);
    return `case/slips/${key}`;
  }

  useWebApp((web) => {
    ({ fixture, reviewers } = web);
  });

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

  it('bulk: the drawn ones are opened, then all are rejected for one reason, each by itself', async () => {
    const ids = await slips(3, 'Max Rehn', 'undo-slips');
    const seat = await reviewers.visit(queueOf('Max Rehn'), { name: 'ada.berg' });
    const { page } = seat;
    await seat.shows('Please file');
    await seat.looked();
    await seat.press('Shift+A');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Max Rehn/ })
      .click();
    await seat.shows('2 still to open');
    await page.waitForFunction(`document.activeElement?.matches('div[data-autofocus]') === true`);
    const reject = page.getByRole('button', { name: 'Reject 3 (R)' });
    // Nothing happens before the drawn ones were opened.
    expect(await reject.isDisabled()).toBe(true);
    await seat.press('r', 'Enter');
    await seat.shows('1 still to open');
    await seat.press('Enter');
    await until('all are opened', () => reject.isEnabled());
    await seat.press('r');
    await seat.shows('Why are these 3 rejected?');
    // In the dialog of the reasons A approves nothing, and leaving it rejects nothing.
    await seat.press('a', 'Escape');
    await seat.shows('Decide 3 together');
    await page.waitForFunction(`document.activeElement?.matches('div[data-autofocus]') === true`);
    for (const id of ids) expect(await fixture.ledger.cases.get(id)).toMatchObject({ stage: 'review', decided: false });
    await seat.press('r');
    await seat.shows('The slip is torn');
    await seat.press('1');
    await seat.shows('3 taken, 0 not taken');
    expect(await page.getByRole('button', { name: 'Take all back' }).count()).toBe(0);
    for (const id of ids) {
      expect((await ended(fixture, id)).outcome).toBe('rejected');
      const file = await fixture.ledger.reads.caseFile(id);
      expect(file?.verdicts).toMatchObject([{ by: 'ada.berg', verdict: 'reject', body: { reasonCode: 'torn' } }]);
    }
    expect(seat.complaints).toEqual([]);
    await seat.context.close();
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

  it('I asks who submitted it; the answer comes back live, and the case is proposed again with it', async () => {
    const caseId = await slipOfSam('ask-1', 'Nora Falk');
    const seat = await reviewers.visit(queueOf('Nora Falk'), { name: 'ada.berg' });
    const watcher = await reviewers.visit(queueOf('Nora Falk'), { name: 'ben.okoro' });
    for (const one of [seat, watcher]) await one.shows('Please file ask-1');
    await seat.press('i');
    await seat.dialog('What do you need to know?');
    await seat.page.keyboard.type('Which drawer, please?');
    await seat.press('Control+Enter');
    await until(
      'the submitter is asked',
      async () => (await fixture.ledger.cases.get(caseId))?.stage === 'information-asked',
    );
    await seat.shows('1 answered');

    const api = `${fixture.stack.apiUrl}/v1`;
    const asked = await fetch(`${api}/information-requests?caseId=${encodeURIComponent(caseId)}&open=true`);
    const { requests } = (await asked.json()) as { requests: { requestId: string }[] };
    expect(requests).toMatchObject([{ question: 'Which drawer, please?', askedBy: 'ada.berg', askedOf: 'sam.clerk' }]);
    const answer = {
      requestId: requests[0]?.requestId,
      answerId: 'a-1',
      by: 'sam.clerk',
      text: 'The third from above',
    };
    const headers = { 'content-type': 'application/json' };
    const given = await fetch(`${api}/information`, { method: 'POST', headers, body: JSON.stringify(answer) });
    expect(given.status).toBe(200);

    // Nobody reloads: the new question is there, says why it is asked again, and the answer stands in the source.
    for (const one of [seat, watcher]) await one.shows(/The submitter has answered the reviewer's question/);
    await inReview(fixture, caseId, 2);
    expect(await fixture.ledger.reads.caseFile(caseId)).toMatchObject({ modelCalls: [{}, {}] });
    await seat.press('o');
    await seat.shows(/Question of the reviewer: Which drawer, please\?/);
    await seat.shows('The third from above');
    await seat.press('a');
    expect((await ended(fixture, caseId)).outcome).toBe('written');
    const file = await fixture.ledger.reads.caseFile(caseId);
    expect(file?.decisions).toMatchObject([{ by: { name: 'ada.berg' }, taskNo: 2 }]);
    expect([...seat.complaints, ...watcher.complaints]).toEqual([]);
    for (const { context } of [seat, watcher]) await context.close();
  });

  it('G puts it to whom it names, with the reason; others see that live, and who is asked decides', async () => {
    const caseId = await slipOfSam('hand-1', 'Nils Hagen');
    const seat = await reviewers.visit(queueOf('Nils Hagen'), { name: 'ada.berg' });
    const watcher = await reviewers.visit(queueOf('Nils Hagen'), { name: 'dora.lindt' });
    for (const one of [seat, watcher]) await one.shows('Please file hand-1');
    await watcher.shows(/goes to accounts-payable-leads/);
    await seat.press('g');
    await seat.dialog('Who shall be asked?');
    await seat.page.keyboard.type('accounts-payable-leads');
    await seat.press('Tab');
    await seat.page.keyboard.type('she knows the sender');
    await seat.press('Control+Enter');
    await seat.shows('1 answered');
    await watcher.page.locator('.desk-first .tag', { hasText: 'accounts-payable-leads' }).waitFor();
    await watcher.page.getByText(/goes to accounts-payable-leads/).waitFor({ state: 'detached' });

    expect(await fixture.ledger.reviews.openTask(caseId)).toMatchObject({
      taskNo: 1,
      group: 'accounts-payable-leads',
      rest: [],
    });
    await watcher.press('a');
    expect((await ended(fixture, caseId)).outcome).toBe('written');
    const file = await fixture.ledger.reads.caseFile(caseId);
    expect(file?.verdicts).toMatchObject([
      { verdict: 'reassign', by: 'ada.berg', body: { to: 'accounts-payable-leads', reason: 'she knows the sender' } },
      { verdict: 'approve', by: 'dora.lindt' },
    ]);
    expect([...seat.complaints, ...watcher.complaints]).toEqual([]);
    for (const { context } of [seat, watcher]) await context.close();
  });
});
