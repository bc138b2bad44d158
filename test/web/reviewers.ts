import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { launchOptions } from '../../src/dev/chromium.ts';
import { until } from '../e2e/fixture.ts';

/** One browser for all reviewers of a test file; each has a context of their own. */
export interface Reviewers {
  /**
   * Opens a page of the web app. Without a `name`, the id of a person, nobody is logged in. `host`: default the IP address,
   * where browsers have no passkeys.
   */
  visit(path: string, options?: Visit): Promise<Seat>;
  close(): Promise<void>;
}

interface Visit {
  name?: string;
  dark?: boolean;
  width?: number;
  host?: 'localhost';
}

/** A reviewer at a page of the desk. */
export interface Seat {
  page: Page;
  context: BrowserContext;
  /** What the browser complained about: scripts that failed, and what the page's policy forbade. */
  complaints: string[];
  press(...keys: string[]): Promise<void>;
  /** The key of the case on the screen. */
  caseKey(): Promise<string>;
  shows(text: string | RegExp): Promise<Locator>;
  /** Waits until the server knows that the person has looked at the question on the screen. */
  looked(): Promise<void>;
  /** Waits for the dialog of this title, and until it has the keys. */
  dialog(name: string | RegExp): Promise<void>;
  /** Waits until another case is on the screen than this one. */
  after(caseKey: string): Promise<string>;
}

const PATIENCE_MS = 60_000;

export async function openReviewers(executablePath: string, apiUrl: string): Promise<Reviewers> {
  const { options, cleanUp } = await launchOptions(executablePath);
  const browser: Browser = await chromium.launch(options);
  return {
    async visit(path, { name, dark = false, width = 1280, host } = {}) {
      const base = host === undefined ? apiUrl : apiUrl.replace('127.0.0.1', host);
      const context = await browser.newContext({
        viewport: { width, height: 800 },
        colorScheme: dark ? 'dark' : 'light',
        locale: 'en-GB',
      });
      context.setDefaultTimeout(PATIENCE_MS);
      if (name !== undefined) {
        const login = await context.request.post(`${base}/v1/login/demo`, { data: { personId: name } });
        if (!login.ok()) throw new Error(`no login as ${name}: ${login.status()}`);
      }
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
      });
      let looks = 0;
      page.on('domcontentloaded', () => (looks = 0));
      page.on('requestfinished', (request) => {
        if (request.url().endsWith('/v1/desk/looks')) looks += 1;
      });
      await page.goto(base + path);
      const seat: Seat = {
        ...{ page, context, complaints },
        async press(...keys) {
          for (const key of keys) await page.keyboard.press(key);
        },
        caseKey: async () => (await page.locator('.desk-first h2 a').innerText()).trim(),
        async shows(text) {
          const found = page.getByText(text).first();
          await found.waitFor();
          return found;
        },
        async looked() {
          await until('the look is kept', () => Promise.resolve(looks > 0 || undefined));
        },
        async dialog(name) {
          await page.getByRole('dialog', { name }).waitFor();
          // The focus may move while it opens.
          await page.waitForFunction(`document.activeElement?.matches('[data-autofocus]') === true`);
        },
        async after(caseKey) {
          // By exact text, since one key may begin like another.
          const other = new RegExp(`^(?!${RegExp.escape(caseKey)}$)`);
          await page.locator('.desk-first h2 a').filter({ hasText: other }).waitFor();
          return await seat.caseKey();
        },
      };
      return seat;
    },
    async close() {
      await browser.close();
      await cleanUp();
    },
  };
}
