import { stat } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { findChromium, launchOptions } from '../../src/dev/chromium.ts';

test('the browser found opens a page, and leaves no folder behind', async ({ skip }) => {
  const { path, reason } = await findChromium({ log: () => undefined });
  if (path === undefined) return skip(reason);
  const { userDataDir, options, cleanUp } = await launchOptions(path);
  const browser = await chromium.launchPersistentContext(userDataDir, options);
  try {
    const page = await browser.newPage();
    await page.setContent('<h1>Countersign</h1>');
    expect(await page.textContent('h1')).toBe('Countersign');
  } finally {
    await browser.close();
    await cleanUp();
  }
  await expect(stat(userDataDir)).rejects.toThrow('ENOENT');
}, 60_000);

test('a CHROMIUM_PATH that is no program is the reason for having none', async () => {
  const { path, reason } = await findChromium({ log: () => undefined, env: { CHROMIUM_PATH: '/nowhere' } });
  expect(path).toBeUndefined();
  expect(reason).toContain('CHROMIUM_PATH is /nowhere');
});
