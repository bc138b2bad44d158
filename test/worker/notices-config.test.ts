import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/worker/config.ts';
import { targetsOf } from '../../src/worker/notice-routes.ts';
import { noticesOf, type NoticesConfig } from '../../src/worker/notices-config.ts';

const NEEDED = {
  DATABASE_URL: 'postgres://localhost/x',
  COUNTERSIGN_SINKS: '{}',
  COUNTERSIGN_SIGNING_KEY_FILE: import.meta.filename,
};
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const LINK_SECRET = Buffer.alloc(32, 9).toString('base64');

const GOOD = {
  channels: {
    mail: { kind: 'smtp', url: 'smtps://u:p@mail.example:465', from: 'Countersign <cs@example.com>' },
    chat: { kind: 'slack', url: 'https://hooks.example/T/B/x', collectFor: '5 minutes', perHour: 6 },
    hook: { kind: 'webhook', url: 'https://hook.example', secret: SECRET },
  },
  routes: {
    groups: {
      clerks: [{ channel: 'mail', to: 'rosa@example.com', person: 'rosa' }, { channel: 'chat' }],
      '*': [{ channel: 'hook' }],
    },
    owners: { petra: [{ channel: 'mail', to: 'petra@example.com' }] },
  },
  links: { baseUrl: 'https://cs.example', secret: LINK_SECRET, expireAfter: '1 day' },
};

function configOf(notices: unknown, more: Record<string, string> = {}) {
  const text = typeof notices === 'string' ? notices : JSON.stringify(notices);
  const env = notices === undefined ? more : { COUNTERSIGN_NOTICES: text, ...more };
  const config = readConfig({ ...NEEDED, ...env });
  return noticesOf(config.COUNTERSIGN_NOTICES, config.COUNTERSIGN_NOTICES_URL, undefined);
}

/** GOOD with one value, at a path, put in the place of another; undefined takes it out. */
function changed(path: (string | number)[], value: unknown): unknown {
  const copy = structuredClone(GOOD) as Record<string | number, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Record<string | number, unknown>;
  const last = path.at(-1) ?? '';
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

describe('COUNTERSIGN_NOTICES', () => {
  test('fills in what is not said', () => {
    expect(configOf(GOOD)?.channels).toMatchObject({
      mail: { collectFor: 120_000, perHour: 12, timeout: 10_000 },
      chat: { collectFor: 300_000, perHour: 6 },
      hook: { collectFor: 0, perHour: null },
    });
    expect(configOf(GOOD)?.links?.expireAfter).toBe(86_400_000);
  });

  test('may be the path of a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-notices-'));
    try {
      await writeFile(join(folder, 'notices.json'), JSON.stringify(GOOD));
      expect(configOf(join(folder, 'notices.json'))).toEqual(configOf(GOOD));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test.each<[(string | number)[], unknown, RegExp]>([
    [['channels', 'mail', 'url'], 'http://x', /channels\.mail\.url: give smtps:/],
    [['channels', 'mail', 'from'], 'nobody', /channels\.mail\.from: give an address/],
    [['channels', 'mail', 'from'], undefined, /channels\.mail\.from: /],
    [['channels', 'mail', 'timeout'], '2 hours', /channels\.mail\.timeout: give more than 0 and at most 45 seconds/],
    [['channels', 'mail', 'collectFor'], 'a while', /channels\.mail\.collectFor: 'a while' is no duration/],
    [['channels', 'chat', 'perHour'], 0, /channels\.chat\.perHour: /],
    [['channels', 'chat', 'kind'], 'pigeon', /channels\.chat\.kind: /],
    [['channels', 'chat', 'colour'], 'red', /channels\.chat: .*colour/],
    [['channels', 'hook', 'secret'], undefined, /channels\.hook\.secret: is missing; make one/],
    [
      ['channels', 'hook', 'secret'],
      'whsec_c2hvcnQ=',
      /channels\.hook\.secret: give whsec_ and the base64 of 24 to 64/,
    ],
    [['routes', 'groups', 'clerks', 1, 'channel'], 'pager', /routes\.groups\.clerks\.1\.channel: 'pager' is none of/],
    [['routes', 'groups', 'clerks', 0, 'to'], undefined, /routes\.groups\.clerks\.0\.to: is missing/],
    [['routes', 'groups', 'clerks', 0, 'to'], 'rosa', /routes\.groups\.clerks\.0\.to: give a mail address/],
    [['routes', 'groups', 'clerks', 1, 'to'], 'a@b.example', /routes\.groups\.clerks\.1\.to: is only for smtp/],
    [['routes', 'groups', 'clerks', 1, 'person'], 'rosa', /routes\.groups\.clerks\.1\.person: is not for slack/],
    [['routes', 'groups', 'clerks', 0, 'person'], 'Rosa R', /routes\.groups\.clerks\.0\.person: write the id/],
    [['routes', 'people'], {}, /routes: .*people/],
    [['links', 'secret'], 'c2hvcnQ=', /links\.secret: give the base64 of at least 32/],
    [['links', 'baseUrl'], 'cs.example', /links\.baseUrl: /],
    [['caseUrl'], 'https://cs.example/cases', /caseUrl: write \{caseId\}/],
  ])('%j = %j is refused by the name of the field', (path, value, message) => {
    expect(() => configOf(changed(path, value))).toThrow(message);
    expect(() => configOf(changed(path, value))).toThrow(/COUNTERSIGN_NOTICES\./);
  });

  test('links lead to the public address, unless they name their own; one of both must be there', () => {
    const without = changed(['links', 'baseUrl'], undefined);
    expect(() => configOf(without)).toThrow(/COUNTERSIGN_PUBLIC_URL: give it, or COUNTERSIGN_NOTICES.links.baseUrl/);
    expect(configOf(without, { COUNTERSIGN_PUBLIC_URL: 'https://cs.example' })?.links).toBeDefined();
  });

  test.each(['{', 'no/such/file.json'])('%s is no JSON and no file', (text) => {
    expect(() => configOf(text)).toThrow(/COUNTERSIGN_NOTICES: give JSON, or the path of a file with it/);
  });
});

describe('routes', () => {
  const task = (group: string) => ({ payload: { caseId: 'case/p/1', taskNo: 1, group, reasons: [] } });
  const feed = (owner: string) => ({ payload: { feed: 'f', owner, packs: [], asOf: null, message: '' } });
  type Routed = Parameters<typeof targetsOf>[1];
  const routed = (
    config: NoticesConfig | undefined,
    notice: Pick<Routed, 'payload'>,
    assignee: Routed['assignee'] = null,
  ) => config && targetsOf(config, { ...notice, assignee });

  test('lead a group to its people and channels, all others to *', () => {
    const config = configOf(GOOD);
    expect(routed(config, task('clerks'))).toEqual([
      { channel: 'mail', address: 'rosa@example.com', person: 'rosa' },
      { channel: 'chat', address: '' },
    ]);
    expect(routed(config, task('leads'))).toEqual([{ channel: 'hook', address: '' }]);
    expect(routed(config, task('constructor'))).toEqual([{ channel: 'hook', address: '' }]);
  });

  test('lead what somebody of the group has to them alone, where it is known how; a link goes only to who is named', () => {
    const own = [{ channel: 'chat' }];
    const config = configOf(changed(['routes', 'groups', 'petra'], own));
    const mail = (personId: string, email: string | null = `${personId}@example.com`) => ({ personId, email });
    const rosas = [{ channel: 'mail', address: 'rosa@example.com', person: 'rosa' }];
    const all = [...rosas, { channel: 'chat', address: '' }];
    expect(routed(config, task('clerks'), mail('rosa', null))).toEqual(rosas);
    expect(routed(config, task('clerks'), mail('petra'))).toEqual([{ channel: 'chat', address: '' }]);
    expect(routed(config, task('clerks'), mail('kim'))).toEqual([{ channel: 'mail', address: 'kim@example.com' }]);
    expect(routed(config, task('clerks'), mail('kim', null))).toEqual(all);
    expect(routed(config, task('clerks'), mail('constructor', null))).toEqual(all);
    // No mail leads to that group.
    expect(routed(config, task('leads'), mail('kim'))).toEqual([{ channel: 'hook', address: '' }]);
  });

  test('lead an owner to theirs, and nobody where there is none', () => {
    const config = configOf(GOOD);
    expect(routed(config, feed('petra'))).toEqual([{ channel: 'mail', address: 'petra@example.com' }]);
    expect(routed(config, feed('daniel'))).toEqual([]);
  });

  test('COUNTERSIGN_NOTICES_URL gets everything, alone or beside the routes', () => {
    const url = { COUNTERSIGN_NOTICES_URL: 'http://127.0.0.1:1/notices' };
    const always = { channel: 'COUNTERSIGN_NOTICES_URL', address: '' };
    expect(routed(configOf(undefined, url), task('clerks'))).toEqual([always]);
    expect(routed(configOf(GOOD, url), feed('daniel'))).toEqual([always]);
    expect(routed(configOf(GOOD, url), task('leads'))).toEqual([{ channel: 'hook', address: '' }, always]);
    expect(configOf(undefined)).toBeUndefined();
  });
});
