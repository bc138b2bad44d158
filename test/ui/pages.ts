import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';

const PATIENCE_MS = 20_000;

type Tab = 'history' | 'user-metadata' | 'pending-activities';

/** Pages of the Temporal Web UI, read as a person reads them; each leaves a screenshot. */
export class Pages {
  readonly #page: Page;
  readonly #uiUrl: string;
  readonly #shots: string;
  #shot = 0;

  private constructor(page: Page, uiUrl: string, shots: string) {
    this.#page = page;
    this.#uiUrl = uiUrl;
    this.#shots = shots;
  }

  static async open(browser: BrowserContext, uiUrl: string, shots: string): Promise<Pages> {
    const page = await browser.newPage();
    await page.setViewportSize({ width: 1500, height: 1300 });
    return new Pages(page, uiUrl, shots);
  }

  /** The list of workflows, once it shows all of these texts. */
  async list(...texts: string[]): Promise<void> {
    await this.#page.goto(`${this.#uiUrl}/namespaces/default/workflows`, { waitUntil: 'domcontentloaded' });
    await this.#shows(() => this.#page.locator('table').first().innerText(), texts);
    await this.#shoot('list');
  }

  /** A tab of a case, once it shows all of these texts. The history has inputs and results too. */
  async tab(caseId: string, tab: Tab, ...texts: string[]): Promise<void> {
    await this.#goTo(caseId, tab);
    await this.#shows(() => this.#page.locator('main').first().innerText(), texts);
    await this.#shoot(`${caseId}-${tab}`);
  }

  /** Summary, details and current details of a case, once they show all of these texts; returns the current details. */
  async told(caseId: string, ...texts: string[]): Promise<{ text: string; command: string }> {
    await this.#goTo(caseId, 'user-metadata');
    await this.#shows(async () => (await this.#frames()).join('\n'), texts);
    await this.#shoot(`${caseId}-user-metadata`);
    const frame = this.#page.frameLocator('iframe').last();
    const code = frame.locator('pre code');
    const command = (await code.count()) > 0 ? await code.innerText() : '';
    return { text: await frame.locator('main').innerText(), command };
  }

  /** False when a part of the current details is cut off below: the frame does not fit itself to all that it shows. */
  async lastLineIsInView(): Promise<boolean> {
    const frame = this.#page.frameLocator('iframe').last();
    const lines = frame.locator('main > *').filter({ hasText: /\S/ });
    return await lines
      .last()
      .evaluate((line) => line.getBoundingClientRect().bottom <= line.ownerDocument.documentElement.clientHeight);
  }

  async #goTo(caseId: string, tab: Tab): Promise<void> {
    const page = `${this.#uiUrl}/namespaces/default/workflows/${encodeURIComponent(caseId)}`;
    const quick = { waitUntil: 'domcontentloaded' } as const;
    if (!this.#page.url().startsWith(`${page}/`)) {
      await this.#page.goto(page, quick);
      // Without a run in the address the UI looks for the latest one.
      await this.#page.waitForURL(/\/history/, quick);
    } else if (this.#page.url().includes(`/${tab}`)) {
      await this.#page.reload(quick);
      return;
    }
    if (!this.#page.url().includes(`/${tab}`)) await this.#page.locator(`a[href*="/${tab}"]`).first().click();
  }

  /** Summary, details and current details are each shown in a frame of their own. */
  async #frames(): Promise<string[]> {
    const frames = this.#page.frames().slice(1);
    return await Promise.all(frames.map((frame) => frame.locator('main').innerText({ timeout: 5_000 })));
  }

  async #shows(read: () => Promise<string>, texts: readonly string[]): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const shown = (await read().catch(String)).replaceAll(/\s+/g, ' ');
      const missing = texts.filter((text) => !shown.includes(text));
      if (missing.length === 0) return;
      if (Date.now() > end) throw new Error(`${this.#page.url()} does not show: ${missing.join(' | ')}\nbut: ${shown}`);
      await sleep(100);
    }
  }

  async #shoot(name: string): Promise<void> {
    this.#shot += 1;
    const file = `${String(this.#shot).padStart(2, '0')}-${name.replaceAll(/[^\w.-]+/g, '-')}.png`;
    await this.#page.screenshot({ path: join(this.#shots, file) });
  }
}
