import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { browserCommand, openPage } from '../../src/cli/browser.ts';
import { freePort } from '../../src/dev/ports.ts';
import { summaryOf } from '../../src/client/api/case-view.ts';
import type { CaseQuery } from '../../src/client/api/schema-case.ts';
import { fileInReview, rowOf } from '../client/fakes.ts';
import { apiWith, run, viewOf } from './fakes.ts';

describe('countersign list', () => {
  function paging(total: number) {
    const asked: CaseQuery[] = [];
    const listCases = async (query: CaseQuery = {}) => {
      asked.push(query);
      const from = Number(query.cursor ?? 0);
      const to = Math.min(from + Number(query.limit), total);
      const cases = Array.from({ length: to - from }, (_, at) => summaryOf(rowOf(`case/p/${from + at}`)));
      return to < total ? { cases, cursor: String(to) } : { cases };
    };
    return { asked, api: apiWith({ listCases }) };
  }

  test('asks for as many pages as it needs, and no more', async () => {
    const { api, asked } = paging(1000);
    const { out } = await run(api, ['list', '--limit', '450', '--json', '--pack', 'p', '--stage', 'closed']);
    expect(out.split('\n')).toHaveLength(450);
    expect(asked.map(({ limit, cursor }) => [limit, cursor])).toEqual([
      [200, undefined],
      [200, '200'],
      [50, '400'],
    ]);
    expect(asked[2]).toMatchObject({ packId: 'p', stage: 'closed' });
  });

  test('no cases is an answer', async () => {
    expect((await run(paging(0).api, ['list'])).out).toMatch(/^No cases\./);
  });

  test.each([
    [['list', '--limit', '0'], 'Give a whole number from 1'],
    [['list', '--stage', 'lost'], 'Allowed choices are received'],
    [['lost'], "unknown command 'lost'"],
  ])('%j is refused', async (args, message) => {
    await expect(run(paging(0).api, args)).rejects.toThrow(message);
  });
});

describe('countersign open', () => {
  test('prints the address of the page', async () => {
    const api = apiWith({}, [viewOf(fileInReview())]);
    expect((await run(api, ['open', 'INV-1'])).out).toBe(
      'http://127.0.0.1:8233/namespaces/default/workflows/case%2Finvoice-intake%2FINV-1',
    );
  });

  test.each([
    ['linux', {}, undefined],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open'],
    ['darwin', {}, 'open'],
  ] as const)('on %s with %j the browser is %s', (platform, env, command) => {
    expect(browserCommand(platform, env)).toBe(command);
  });

  test('nothing but web addresses is opened', () => {
    expect(openPage('false', 'file:///etc/passwd')).toBe(false);
    expect(openPage(undefined, 'http://127.0.0.1/')).toBe(false);
  });
});

describe('the program itself', () => {
  const bin = fileURLToPath(new URL('../../bin/countersign.mjs', import.meta.url));

  test('nobody answers: one sentence, exit code 1, no stack', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const env = { ...process.env, COUNTERSIGN_URL: url, NO_COLOR: '1' };
    const { status, stderr } = spawnSync(process.execPath, [bin, 'list'], { env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, `No Countersign API at ${url}; start it with npm start or set --url.\n`]);
  });
});
