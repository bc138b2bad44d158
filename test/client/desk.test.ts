import { describe, expect, it } from 'vitest';
import type { Bulk } from '../../src/adapters/ledger/desk/bulk.ts';
import type { QueueItem } from '../../src/adapters/ledger/desk/queue.ts';
import { seenBy } from '../../src/client/api/routes-desk.ts';
import { REJECT_REASONS } from '../../src/domain/reject-reasons.ts';
import { failure } from '../../src/failures.ts';
import { apiOf, fileInReview, later, type Given } from './fakes.ts';

const CASE = 'case/invoice-intake/INV-1';
const ITEM: QueueItem = {
  ...{ caseId: CASE, taskNo: 1, packId: 'invoice-intake', caseKey: 'INV-1', revision: 1, kind: 'proposal', seen: 's' },
  ...{
    group: 'clerks',
    assignee: 'kim',
    codes: ['low-confidence'],
    confidence: 0.4,
    stake: 100,
    alike: 'ACME',
    approvable: true,
  },
  ...{ priority: 3, effects: ['Post 1.00 EUR'], needed: 1, approvedBy: [], openedAt: later(0), dueAt: later(1_000) },
  ...{ value: 3.5, claim: { by: 'kim', until: later(60_000) }, snooze: null },
};

const post = (given: Given, url: string, payload: object) => apiOf(given).inject({ method: 'POST', url, payload });

describe('GET /v1/desk/queue', () => {
  it('hands filter, order and cursor on, and answers with times as ISO 8601', async () => {
    const asked: unknown[] = [];
    const desk: Given['desk'] = {
      queue: async (...all) => {
        asked.push(all);
        return { items: [ITEM], asOf: later(0), cursor: 'next' };
      },
    };
    const url = '/v1/desk/queue?group=clerks&text=inv&order=due&limit=5&snoozed=true&cursor=here';
    const response = await apiOf({ desk }).inject(url);
    expect(asked).toEqual([[{ group: 'clerks', text: 'inv', snoozed: true }, 'due', 5, 'here']]);
    expect(response.json()).toMatchObject({
      items: [
        {
          caseId: CASE,
          assignee: 'kim',
          dueAt: '2026-03-01T10:00:01.000Z',
          claim: { by: 'kim', until: '2026-03-01T10:01:00.000Z' },
        },
      ],
      cursor: 'next',
    });
  });

  it('tells who looks, so that what is theirs comes first; a program on this machine is nobody', () => {
    const ada = { personId: 'ada', name: 'Ada', roles: [], groups: [] };
    expect(seenBy({ assigned: 'me' }, { ...ada, via: 'session', packs: ['p'] })).toEqual({
      ...{ assigned: 'me', packs: ['p'], viewer: 'ada' },
    });
    expect(seenBy({}, { ...ada, via: 'api-key' })).toEqual({ viewer: 'ada' });
    expect(seenBy({}, { ...ada, personId: '', via: 'local' })).toEqual({});
  });

  it.each([
    ['assigned=ben', 'assigned'],
    ['order=cheap', 'order'],
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
  ])('refuses ?%s, naming the field', async (query, field) => {
    const response = await apiOf({}).inject(`/v1/desk/queue?${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ errors: [{ field }] });
  });
});

describe('GET /v1/desk/counts', () => {
  it('forecasts at the speed of the last hour, or of one reviewer when nobody has answered', async () => {
    const due = new Date(Date.now() + 3_600_000);
    const desk = (lastHour: number): NonNullable<Given['desk']> => ({
      queueCounts: async () => ({ total: 40, overdue: 0, snoozed: 0, packs: { p: 40 }, groups: {}, reasons: {} }),
      dues: async () => Array.from({ length: 40 }, () => ({ dueAt: due, stake: 1_000 })),
      speeds: async () => ({ seconds: { p: 120 }, lastHour, people: 1 }),
    });
    const forecast = async (lastHour: number) =>
      (await apiOf({ desk: desk(lastHour) }).inject('/v1/desk/counts')).json<{ forecast: unknown }>().forecast;
    // One reviewer at 120 s a question does 30 in the hour that is left, and one more the other ten; at 12, 28 are late.
    expect(await forecast(0)).toMatchObject({
      perHour: 30,
      measured: false,
      oneMoreHour: { worth: expect.any(Number) as number },
    });
    expect(await forecast(12)).toMatchObject({ perHour: 12, measured: true, missed: expect.any(Number) as number });
    const at12 = (await forecast(12)) as { missed: number; oneMoreHour: { saved: number } };
    expect(at12.missed).toBeGreaterThanOrEqual(28);
    expect(at12.oneMoreHour.saved).toBeGreaterThanOrEqual(27);
  });
});

describe('GET /v1/desk/tasks/*', () => {
  const manifest = { outputSchema: { type: 'object' }, critical: ['total'] };
  const given = (file = fileInReview()): Given => ({
    reads: { caseFile: async (caseId) => (caseId === CASE ? file : undefined) },
    manifests: { manifest: async () => manifest as never },
    desk: {
      marksOf: async () => ({ claim: null, snooze: { by: 'kim', until: later(5) } }),
      comments: async () => [{ commentNo: 1, by: 'kim', body: 'asked', at: later(1) }],
    },
  });

  it('has the schema of the fields, the steps when nobody answers, marks, comments and the texts', async () => {
    const file = fileInReview();
    const [task] = file.tasks;
    if (task) task.escalateAt = later(3_600_000);
    const body = (await apiOf(given(file)).inject(`/v1/desk/tasks/${CASE}`)).json<Record<string, unknown>>();
    expect(body['sources']).toHaveLength(1);
    expect(body['desk']).toMatchObject({
      schema: { type: 'object' },
      critical: ['total'],
      next: [
        { kind: 'escalate', to: 'heads', at: '2026-03-01T11:00:00.000Z' },
        { kind: 'reject', at: later(86_400_000).toISOString() },
      ],
      changed: null,
      snooze: { by: 'kim' },
      comments: [{ body: 'asked', at: later(1).toISOString() }],
    });
  });

  it('has the steps of a question that somebody else was given: their own time, then who was still to come', async () => {
    const file = fileInReview();
    const [task] = file.tasks;
    if (task) Object.assign(task, { group: 'bob', standsFor: 'petra', rest: ['heads'], askedAt: later(5_000) });
    const answer = await apiOf(given(file)).inject(`/v1/desk/tasks/${CASE}`);
    const body = answer.json<{ task: unknown; desk: { next: { at: string }[] } }>();
    expect(body.task).toMatchObject({ group: 'bob', standsFor: 'petra', next: ['heads'] });
    const afterMs = file.record.plan?.review.escalateAfterMs ?? Number.NaN;
    expect(body.desk.next[0]).toEqual({ kind: 'escalate', to: 'heads', at: later(5_000 + afterMs).toISOString() });
  });

  it('offers the reasons to reject of the pinned pack version, or the default', async () => {
    const offered = async (review: object) => {
      const manifests = { manifest: async () => ({ ...manifest, review }) as never };
      const body = (await apiOf({ ...given(), manifests }).inject(`/v1/desk/tasks/${CASE}`)).json<{
        desk: { rejectReasons: unknown[] };
      }>();
      return body.desk.rejectReasons;
    };
    const own = [{ code: 'too-late', words: 'It came too late' }];
    expect(await offered({ rejectReasons: own })).toEqual(own);
    expect(await offered({})).toEqual(REJECT_REASONS);
  });

  it('tells what changed since the question before', async () => {
    const file = fileInReview();
    const [task] = file.tasks;
    if (!task) throw new Error('there is no task');
    const amended = { code: 'amended', message: 'bob changed it' } as const;
    file.tasks = [
      { ...task, closedAt: later(700) },
      { ...task, taskNo: 2, output: { number: 'RE-7', total: 12_000 }, reasons: [...task.reasons, amended] },
    ];
    const body = (await apiOf(given(file)).inject(`/v1/desk/tasks/${CASE}`)).json<{ desk: unknown }>();
    expect(body.desk).toMatchObject({
      changed: {
        sinceTaskNo: 1,
        fields: [{ field: 'total', before: 11_900, after: 12_000 }],
        reasons: ['bob changed it'],
      },
    });
  });

  it('404 for a case that is none', async () => {
    expect((await apiOf(given()).inject('/v1/desk/tasks/case/x/y')).statusCode).toBe(404);
  });
});

describe('claims, snoozes and comments', () => {
  const by = { caseId: CASE, taskNo: 1, by: 'rosa' };

  it('409 names who holds it and until when', async () => {
    const desk: Given['desk'] = { claim: async () => ({ taken: false, holder: { by: 'kim', until: later(0) } }) };
    const response = await post({ desk }, '/v1/desk/claims', by);
    expect(response.statusCode).toBe(409);
    expect(response.json()).toMatchObject({
      code: 'claimed',
      detail: expect.stringContaining('kim holds this until') as string,
    });
  });

  it.each([
    ['/v1/desk/claims', by],
    ['/v1/desk/snoozes', { ...by, until: '2031-01-01T00:00:00Z' }],
  ])('%s of what somebody has answered meanwhile is 409, under the code that verdicts have', async (url, payload) => {
    const late = () =>
      Promise.reject(failure('NotWaiting', `caseId: nobody is asked question 1 of '${CASE}' any more`));
    const response = await post({ desk: { claim: late, snooze: late } }, url, payload);
    expect(response.json()).toMatchObject({ status: 409, code: 'case-not-waiting', errors: [{ field: 'caseId' }] });
  });

  it.each([
    ['/v1/desk/claims', { ...by, by: ' ' }, 'by'],
    ['/v1/desk/claims', { ...by, takeOver: { reason: '' } }, 'takeOver.reason'],
    ['/v1/desk/snoozes', { ...by, until: 'tomorrow' }, 'until'],
    ['/v1/desk/comments', { caseId: CASE, by: 'rosa', body: '' }, 'body'],
    ['/v1/desk/looks', { ...by, taskNo: 0 }, 'taskNo'],
  ])('%s refuses %o, naming the field', async (url, payload, field) => {
    const response = await post({}, url, payload);
    expect(response.statusCode).toBe(422);
    expect(response.json()).toMatchObject({ errors: [{ field }] });
  });

  it('a snooze past the deadline is refused with what is allowed', async () => {
    const desk: Given['desk'] = {
      snooze: async () => {
        throw failure('InvalidInput', 'until: give a time from now to 2030, when it must be answered');
      },
    };
    const response = await post({ desk }, '/v1/desk/snoozes', { ...by, until: '2031-01-01T00:00:00Z' });
    expect(response.statusCode).toBe(422);
    expect(response.json()).toMatchObject({ errors: [{ field: 'until' }] });
  });
});

describe('bulk', () => {
  const ID = '3f0c1a52-8a5e-4d7e-9d0e-0a8f6f1b2c3d';
  const url = `/v1/desk/bulks/${ID}/verdicts`;
  const bulk = (opened: boolean): Bulk => ({
    ...{ bulkId: ID, by: 'rosa', at: later(0), verdict: null, decidedAt: null },
    members: ['A', 'B', 'C'].map((caseKey, at) => ({
      ...{
        caseId: `case/p/${caseKey}`,
        caseKey,
        taskNo: 1,
        seen: `seen-${caseKey}`,
        confidence: 1,
        stake: 1,
        effects: [],
      },
      ...{ mustOpen: at < 2, openedAt: opened || at === 0 ? later(1) : null, open: true },
    })),
  });

  it('is refused before each drawn member was opened, whatever the browser says', async () => {
    const response = await post({ desk: { bulk: async () => bulk(false) } }, url, { by: 'rosa', verdict: 'approve' });
    expect(response.statusCode).toBe(409);
    expect(response.json()).toMatchObject({
      code: 'not-opened',
      detail: expect.stringContaining('at random: B.') as string,
    });
  });

  it('belongs to who opened its members', async () => {
    const response = await post({ desk: { bulk: async () => bulk(true) } }, url, { by: 'kim', verdict: 'approve' });
    expect(response.json()).toMatchObject({ status: 403, code: 'not-yours' });
  });

  it('sends one verdict per case, under ids that a repeat has again; what is refused stops no other', async () => {
    const sent: unknown[] = [];
    const given: Given = {
      desk: { bulk: async () => bulk(true), decideBulk: async () => true },
      client: {
        decide: async (caseId, verdict) => {
          sent.push([caseId, verdict]);
          if (caseId.endsWith('B'))
            return { accepted: false, verdictId: 'x', refusal: { code: 'stale', message: 'read it again' } };
          return { accepted: true, verdictId: 'x' };
        },
      },
    };
    const response = await post(given, url, { by: 'rosa', verdict: 'approve' });
    const lines = response.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
      { caseId: 'case/p/A', accepted: true },
      { caseId: 'case/p/B', accepted: false, code: 'stale', message: 'read it again' },
      { caseId: 'case/p/C', accepted: true },
    ]);
    expect(sent[0]).toEqual([
      'case/p/A',
      { verdictId: `bulk-${ID}-0`, by: 'rosa', seen: 'seen-A', verdict: 'approve' },
    ]);
    const first = [...sent];
    await post(given, url, { by: 'rosa', verdict: 'approve' });
    expect(sent.slice(3)).toEqual(first);
  });

  it('a rejection goes to each case with its reason and code, which only a rejection has', async () => {
    const sent: unknown[] = [];
    const given: Given = {
      desk: { bulk: async () => bulk(true), decideBulk: async () => true },
      client: {
        decide: async (_, verdict) => {
          sent.push(verdict);
          return { accepted: true, verdictId: 'x' };
        },
      },
    };
    const said = { by: 'rosa', reason: 'Filed twice', reasonCode: 'duplicate' };
    expect((await post(given, url, { ...said, verdict: 'reject' })).statusCode).toBe(200);
    expect(sent).toHaveLength(3);
    expect(sent[1]).toEqual({ verdictId: `bulk-${ID}-1`, seen: 'seen-B', verdict: 'reject', ...said });
    const wrong = await post(given, url, { ...said, verdict: 'approve' });
    expect(wrong.json()).toMatchObject({ status: 422, errors: [{ field: 'reasonCode' }] });
    expect(sent).toHaveLength(3);
  });

  it('a rejection needs a reason, and a selection is decided one way', async () => {
    const desk: Given['desk'] = {
      bulk: async () => ({ ...bulk(true), verdict: 'approve' }),
      decideBulk: async () => false,
    };
    expect((await post({ desk }, url, { by: 'rosa', verdict: 'reject' })).json()).toMatchObject({
      errors: [{ field: 'reason' }],
    });
    const other = await post({ desk }, url, { by: 'rosa', verdict: 'reject', reason: 'no' });
    expect(other.json()).toMatchObject({ status: 409, code: 'decided-otherwise' });
  });
});

it('where the web app is not built, its pages say how to build it', async () => {
  const response = await apiOf({}).inject('/desk');
  expect(response.statusCode).toBe(404);
  expect(response.body).toContain('npm run build:web');
});
