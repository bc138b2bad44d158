import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { plain } from '../../src/canonical.ts';
import type { CaseReceipt } from '../../src/countersignature/receipt.ts';
import { verifyReceipt } from '../../src/countersignature/verify-receipt.ts';
import { ended, inReview, until, type Fixture } from '../e2e/fixture.ts';
import type { Reviewers } from './reviewers.ts';
import { queueOf, slipMaker } from './slips.ts';
import { noBrowser, useWebApp } from './web-app.ts';

describe.skipIf(noBrowser)('passkeys in the browser', () => {
  let fixture: Fixture;
  let reviewers: Reviewers;
  useWebApp((web) => {
    ({ fixture, reviewers } = web);
  });
  const slips = slipMaker(() => fixture);
  const verdictsOf = async (caseId: string) => (await fixture.ledger.reads.caseFile(caseId))?.verdicts ?? [];

  /** Chromium's own authenticator in software; `verifies`: it finds that the person is who they are. */
  async function authenticator(page: Page) {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
        ...{ isUserVerified: true, automaticPresenceSimulation: true },
      },
    });
    return {
      verifies: async (isUserVerified: boolean) =>
        void (await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })),
    };
  }

  /** Somebody at the page of the account, at localhost, where browsers have passkeys, who adds a passkey by keyboard. */
  async function withPasskey(name: string) {
    const seat = await reviewers.visit('/account', { name, host: 'localhost' });
    const device = await authenticator(seat.page);
    await seat.page.getByLabel('Name of the new passkey').focus();
    await seat.page.keyboard.type('my laptop');
    await seat.press('Enter');
    await seat.shows('my laptop is added.');
    return { ...seat, device };
  }
  const at = (page: Page, path: string) => page.goto(new URL(path, page.url()).href);

  it('is registered, signs an approval by keyboard, and its receipt is verified without a server', async () => {
    const [caseId = '', later = ''] = await slips(2, 'Mara Lind');
    const seat = await withPasskey('ada.berg');
    await at(seat.page, queueOf('Mara Lind'));
    await seat.shows('Please file');
    const first = await seat.caseKey();
    await seat.press('a');
    await seat.after(first);
    const decided = [caseId, later].find((id) => id.endsWith(first)) ?? '';
    expect((await ended(fixture, decided)).outcome).toBe('written');

    const response = await fetch(`${fixture.stack.apiUrl}/v1/receipts/${decided}`);
    const receipt = (await response.json()) as CaseReceipt;
    const pems = receipt.issued.keys.map(({ pem }) => pem);
    const checked = verifyReceipt(receipt, pems);
    expect(checked.flatMap(({ faults }) => faults)).toEqual([]);
    const said = checked.find(({ about }) => about === 'approve by ada.berg')?.holds;
    expect(said).toContain('(session, with a passkey of localhost)');
    const without = plain(receipt);
    delete without.verdicts[0]?.countersignature?.statement.passkey;
    const faults = verifyReceipt(without, pems).flatMap(({ about, faults: of }) => of.map((one) => `${about}: ${one}`));
    expect(faults).toContain('approve by ada.berg: its signature does not verify');

    // Rejected by a preset, and by the next question's own signature.
    await seat.shows('Please file');
    await seat.press('r', '2');
    const rejected = [caseId, later].find((id) => id !== decided) ?? '';
    expect((await ended(fixture, rejected)).outcome).toBe('rejected');
    const file = await fixture.ledger.reads.caseFile(rejected);
    expect(file?.countersignatures).toMatchObject([
      { statement: { verdict: 'reject', passkey: { rpId: 'localhost' } } },
    ]);
    expect(seat.complaints).toEqual([]);
  });

  it('that does not confirm sends nothing: the question stays, and is answered when it does', async () => {
    const [caseId = ''] = await slips(1, 'Jon Beck', 'undo-slips');
    const seat = await withPasskey('ben.okoro');
    await at(seat.page, queueOf('Jon Beck'));
    await seat.shows('Please file');
    const key = await seat.caseKey();
    await seat.device.verifies(false);
    await seat.press('a');
    await seat.shows('Not signed, so nothing was sent');
    expect(await seat.caseKey()).toBe(key);
    expect(await verdictsOf(caseId)).toEqual([]);
    await seat.device.verifies(true);
    await seat.press('a');
    await until('the window runs', async () => (await fixture.ledger.cases.get(caseId))?.stage === 'undo-window');
    await seat.shows('1 answered');
    await seat.press('z');
    await inReview(fixture, caseId, 2);
    const { countersignatures } = (await fixture.ledger.reads.caseFile(caseId)) ?? {};
    expect(
      countersignatures?.map(({ statement: { verdict, passkey } }) => [verdict, passkey?.rpId]).toSorted(),
    ).toEqual([
      ['approve', 'localhost'],
      ['withdraw', 'localhost'],
    ]);
  });

  it('is needed wherever the person opens the desk, and where browsers have none it says where they do', async () => {
    const [caseId = ''] = await slips(1, 'Uma Ross');
    expect(await fixture.ledger.passkeys.hasAny('ada.berg')).toBe(true);
    const seat = await reviewers.visit(queueOf('Uma Ross'), { name: 'ada.berg' });
    await seat.shows('Please file');
    await seat.press('a');
    await seat.shows(/Passkeys work at http:\/\/localhost:\d+ only: open the desk there/);
    expect(await verdictsOf(caseId)).toEqual([]);
    await at(seat.page, '/account');
    await seat.shows(/Passkeys work at http:\/\/localhost:\d+ only/);
  });

  it('is removed with its own consent, and then nothing is signed with it', async () => {
    const [caseId = ''] = await slips(1, 'Ida Thal');
    const seat = await withPasskey('dora.lindt');
    await seat.page.getByRole('button', { name: 'Remove my laptop' }).press('Enter');
    await seat.shows('my laptop is removed.');
    expect(await fixture.ledger.passkeys.hasAny('dora.lindt')).toBe(false);
    await at(seat.page, queueOf('Ida Thal'));
    await seat.shows('Please file');
    await seat.press('a');
    await ended(fixture, caseId);
    const file = await fixture.ledger.reads.caseFile(caseId);
    expect(file?.countersignatures[0]?.statement.passkey).toBeUndefined();
  });

  it('signs a selection once, and each of its cases has the signature', async () => {
    const ids = await slips(2, 'Lea Funk', 'undo-slips');
    const seat = await withPasskey('dora.lindt');
    await at(seat.page, queueOf('Lea Funk'));
    await seat.shows('Please file');
    await seat.looked();
    await seat.press('Shift+A');
    const dialog = seat.page.getByRole('dialog');
    await dialog.getByRole('button', { name: /Lea Funk/ }).click();
    await seat.shows('2 still to open');
    await seat.page.waitForFunction(`document.activeElement?.matches('div[data-autofocus]') === true`);
    await seat.press('Enter');
    await seat.shows('1 still to open');
    await seat.press('Enter');
    const approve = seat.page.getByRole('button', { name: 'Approve all 2 (A)' });
    await until('all are opened', () => approve.isEnabled());
    await seat.press('a');
    await seat.shows('2 taken, 0 not taken');
    const signatures = await Promise.all(
      ids.map(async (id) => {
        const file = await fixture.ledger.reads.caseFile(id);
        return file?.countersignatures[0]?.statement.passkey;
      }),
    );
    expect(signatures.map((one) => one?.way?.length)).toEqual([1, 1]);
    expect(new Set(signatures.map((one) => one?.signature)).size).toBe(1);
    await seat.page.getByRole('button', { name: 'Take all back' }).press('Enter');
    for (const id of ids) await inReview(fixture, id, 2);
  });
});
