import { AxeBuilder } from '@axe-core/playwright';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { feed } from '../../src/dev/feeder.ts';
import { invoiceSamples } from '../../src/dev/samples.ts';
import { ended, inReview, submit, textCase, type Fixture } from '../e2e/fixture.ts';
import type { Reviewers } from './reviewers.ts';
import { noBrowser, useWebApp } from './web-app.ts';

describe.skipIf(noBrowser)('the pages of the web app', () => {
  let fixture: Fixture;
  let reviewers: Reviewers;
  let shots: string;
  let invoice = '';
  const slip = 'case/slips/page-1';

  useWebApp((web) => {
    ({ fixture, reviewers } = web);
  });
  beforeAll(async () => {
    shots = await mkdtemp(join(tmpdir(), 'countersign-web-shots-'));
    console.log(`screenshots: ${shots}`);
    const pdf = (await invoiceSamples()).filter(({ document }) => document.mediaType === 'application/pdf');
    for (const sample of pdf) {
      const [receipt] = await feed(fixture.stack.apiUrl, [sample], 'frank');
      const caseId = receipt?.caseId ?? '';
      const waits = await Promise.race([
        inReview(fixture, caseId).then((task) => Object.values(task.evidence as object).some((span) => span !== null)),
        ended(fixture, caseId).then(() => false),
      ]);
      if (!waits) continue;
      invoice = caseId;
      break;
    }
    await submit(fixture, textCase('slips', 'page-1', 'Sender: Mara Lind\nSubject: Please file this\n'));
    await inReview(fixture, slip);
  }, 120_000);

  const PAGES: [name: string, path: () => string, shows: RegExp][] = [
    ['desk', () => `/desk?case=${encodeURIComponent(invoice)}`, /Post .* to accounts payable/],
    ['case', () => `/${invoice}`, /From receipt to write/],
    ['search', () => '/search?text=page', /page-1/],
    ['packs', () => '/packs', /Why cases go to people/],
    ['people', () => '/people', /Ada Berg/],
    ['audit', () => '/audit', /countersign verify/],
    ['account', () => '/account', /You have no passkey yet/],
  ];

  it.each([
    ['petra.vogel', 1],
    ['ada.berg', 0],
  ])('a case shows %s its receipt only if they may read it', async (name, links) => {
    const { page, context } = await reviewers.visit(`/${invoice}`, { name });
    await page.getByText('From receipt to write').waitFor();
    const receipt = page.getByRole('link', { name: 'Receipt' });
    expect(await receipt.count()).toBe(links);
    const answer = await context.request.get(`${new URL(page.url()).origin}/v1/receipts/${invoice}`);
    expect(answer.status()).toBe(links === 1 ? 200 : 403);
    await context.close();
  });

  describe.each([
    ['light', false],
    ['dark', true],
  ])('in the %s theme', (theme, dark) => {
    it.each(PAGES)('%s has no serious accessibility finding', async (name, path, shows) => {
      const { page, context, complaints } = await reviewers.visit(path(), { name: 'ada.berg', dark });
      await page.getByText(shows).first().waitFor();
      if (name === 'desk') await page.locator('.pdf mark').first().waitFor();
      await page.screenshot({ path: join(shots, `${name}-${theme}.png`) });
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(
        serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
      ).toEqual([]);
      expect(complaints).toEqual([]);
      await context.close();
    });

    it('its dialogs have none either', async () => {
      const { page, context, ...seat } = await reviewers.visit(`/desk?case=${encodeURIComponent(slip)}`, {
        name: 'ada.berg',
        dark,
      });
      await page.getByText('Please file this').first().waitFor();
      for (const key of ['r', 's', 'i', '?', 'Control+k']) {
        await seat.press(key);
        await page.getByRole('dialog').waitFor();
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(
          serious.map(({ id, nodes }) => `${key} ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
        ).toEqual([]);
        await seat.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
      await context.close();
    });
  });

  it('a field leads to its evidence in the PDF, and the evidence to its field', async () => {
    const { page, context } = await reviewers.visit(`/desk?case=${encodeURIComponent(invoice)}`, { name: 'ada.berg' });
    const mark = page.locator('.pdf mark').first();
    await mark.waitFor();
    const field = (await mark.getAttribute('data-field')) ?? '';
    await mark.click();
    await page.locator(`.field[data-active] [data-field="${field}"]`).waitFor();
    const others = await page.locator(`.pdf mark:not([data-field="${field}"])`).first().getAttribute('data-field');
    await page.locator(`button[data-field="${others}"]`).focus();
    await page.locator(`.pdf mark[data-active][data-field="${others}"]`).first().waitFor();
    await page.keyboard.press('o');
    await page.locator(`.source-text mark[data-active][data-field="${others}"]`).waitFor();
    await context.close();
  });

  it.each([360, 1280, 2560])('at %i pixels nothing is cut off at the side', async (width) => {
    const { page, context } = await reviewers.visit(`/desk?case=${encodeURIComponent(invoice)}`, {
      name: 'ada.berg',
      width,
    });
    await page
      .locator('.desk-first')
      .getByText(/Post .* to accounts payable/)
      .waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    for (const name of [/^Approve/, /^Reject/])
      expect(await page.getByRole('button', { name }).first().isVisible()).toBe(true);
    await page.screenshot({ path: join(shots, `desk-${width}.png`) });
    await context.close();
  });

  it('speaks German', async () => {
    const { page, context } = await reviewers.visit('/desk', { name: 'ada.berg' });
    await page.getByLabel('Language').selectOption('de');
    await page.getByRole('button', { name: /^Ablehnen/ }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('de');
    await context.close();
  });

  it.each<[string, () => string, string, RegExp]>([
    [
      'the desk',
      () => `/desk?case=${encodeURIComponent(slip)}`,
      'sam.clerk',
      /sam\.clerk \(submitter\) may not read counts/,
    ],
    ['the search', () => '/search?text=page', 'sam.clerk', /sam\.clerk \(submitter\) may not read counts/],
    ['what waits per pack', () => '/packs', 'sam.clerk', /invoice-intake\s+petra\.vogel\s+–/],
    ['people', () => '/people', 'sam.clerk', /sam\.clerk \(submitter\) may not read people/],
    ['the case of another', () => `/${slip}`, 'sam.clerk', /no case/],
    [
      'an audit trail',
      () => `/audit?case=${encodeURIComponent(slip)}`,
      'ada.berg',
      /ada\.berg \(reviewer\) may not read audit/,
    ],
  ])('%s is refused with a reason to who may not see it, and shows nothing', async (_, path, name, says) => {
    const { page, context } = await reviewers.visit(path(), { name });
    const read = page.getByRole('button', { name: 'Read', exact: true });
    if (path().startsWith('/audit')) await read.click();
    const text = async () => await page.locator('main').innerText();
    await vi.waitFor(async () => expect(await text()).toMatch(says), { timeout: 60_000, interval: 200 });
    const shown = await text();
    expect(shown, shown).not.toMatch(/Mara Lind|Ada Berg|From receipt to write|verdict-accepted/);
    // A refusal is no lost connection.
    expect(await page.locator('.lost').count()).toBe(0);
    await context.close();
  });

  it('an audit trail is computed again in the browser', async () => {
    const { page, context } = await reviewers.visit(`/audit?case=${encodeURIComponent(slip)}`, { name: 'anton.audit' });
    await page.getByRole('button', { name: 'Read' }).click();
    await page.getByText(/The chain of \d+ entries is intact/).waitFor();
    await page.getByLabel('Case').fill('slips/page-1');
    await page.getByRole('button', { name: 'Read' }).click();
    await page.waitForURL(/case=case%2Fslips%2Fpage-1/);
    await page.getByText(/The chain of \d+ entries is intact/).waitFor();
    await page.screenshot({ path: join(shots, 'audit-read.png') });
    await context.close();
  });

  it('who may not decide reads the desk with its answers switched off', async () => {
    const { page, context, ...seat } = await reviewers.visit(`/desk?case=${encodeURIComponent(slip)}`, {
      name: 'anton.audit',
    });
    await page.getByText('You may read here. Reviewers and leads decide.').waitFor();
    await page.getByText('Please file this').first().waitFor();
    for (const name of [/^Approve/, /^Reject/, /^Reassign/, /^Hold/])
      expect(await page.getByRole('button', { name }).isDisabled()).toBe(true);
    await seat.press('r', 'd');
    await page.getByText('What changed').last().waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await context.close();
  });

  it('a decided case tells who decided what, when and why; its trail is one click away', async () => {
    const caseId = 'case/slips/page-2';
    await submit(fixture, textCase('slips', 'page-2', 'Sender: Mara Lind\nSubject: Please file that\n'));
    const { seen } = await inReview(fixture, caseId);
    const output = { sender: 'Mara Lind', subject: 'Filed by hand', urgent: false, remark: null };
    const answer = await fetch(`${fixture.stack.apiUrl}/v1/verdicts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ caseId, verdictId: 'page-2', verdict: 'amend', by: 'ada.berg', seen, output }),
    });
    expect(answer.status, await answer.text()).toBe(200);
    await ended(fixture, caseId);
    const { page, context } = await reviewers.visit(`/${caseId}`, { name: 'anton.audit' });
    await page.getByText(/^Approved with changes by ada\.berg, .+\d:\d\d:\d\d/).waitFor();
    await page.getByText('always-asked: a person reads every slip').first().waitFor();
    expect(await page.locator('td ins').allInnerTexts()).toEqual(['Filed by hand']);
    expect(await page.locator('td del').allInnerTexts()).toEqual(['Please file that']);
    await page.getByRole('link', { name: 'Audit trail' }).click();
    await page.getByText(/The chain of \d+ entries is intact/).waitFor();
    await context.close();
  });

  it('on a telephone what decides is as large as a thumb', async () => {
    const { page, context } = await reviewers.visit(`/desk?case=${encodeURIComponent(slip)}`, {
      name: 'ada.berg',
      width: 360,
    });
    await page.getByText('Please file this').first().waitFor();
    const buttons = await page.locator('.desk-bar button, .top button, .top nav a').all();
    expect(buttons.length).toBeGreaterThan(10);
    for (const button of buttons) {
      const box = await button.boundingBox();
      expect(Math.min(box?.height ?? 0, box?.width ?? 0), await button.innerText()).toBeGreaterThanOrEqual(44);
    }
    await context.close();
  });

  it('is served under a policy that runs no script but its own files, and keeps them in the cache by their digest', async () => {
    const { apiUrl } = fixture.stack;
    const page = await fetch(`${apiUrl}/desk`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/(?:script|style)-src(?:-elem)? [^;]*unsafe/);
    const html = await page.text();
    const nonces = [...`${policy} ${html}`.matchAll(/nonce-([\w+/=]+)'|nonce="([^"]+)"/g)];
    expect(new Set(nonces.map(([, one, other]) => one ?? other)).size).toBe(1);
    expect(nonces.length).toBeGreaterThan(2);
    expect((await fetch(`${apiUrl}/desk`)).headers.get('content-security-policy')).not.toBe(policy);
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|https?:\/\//);
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
    const got = await fetch(apiUrl + script);
    expect(got.headers.get('content-type')).toContain('javascript');
    expect(got.headers.get('cache-control')).toContain('immutable');
    expect((await fetch(`${apiUrl}/assets/..%2findex.html`)).ok).toBe(false);
  });
});
