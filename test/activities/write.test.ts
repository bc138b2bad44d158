import { describe, expect, it, test } from 'vitest';
import type { SinkCapability } from '../../src/activities/ports.ts';
import { fakePorts } from '../support/fake-ports.ts';
import { CASE, decided, failed } from './arrange.ts';

const CAPABILITIES: SinkCapability[] = ['idempotency-key', 'look-up', 'neither'];

describe.each(CAPABILITIES)('write to a sink with the capability %s', (capability) => {
  async function ready() {
    const all = await decided();
    all.sink.capability = capability;
    return all;
  }

  it('claims before the call and settles after it', async () => {
    const { write, sink, ledger, key, stateOf } = await ready();
    expect(await write()).toEqual({ kind: 'applied', reference: 'ref-1' });
    expect(sink.calls).toEqual([`apply ${key}`]);
    expect(stateOf()).toBe('applied');
    expect(ledger.audit.slice(-2)).toEqual([`pending ${key}`, `applied ${key}`]);
  });

  it('does not call again what is applied', async () => {
    const { write, sink } = await ready();
    const first = await write();
    expect(await write()).toEqual(first);
    expect(sink.calls).toHaveLength(1);
  });

  it('leaves a permanent refusal to a person, and never calls again under that key', async () => {
    const { write, sink, stateOf } = await ready();
    sink.script = [{ kind: 'refused', reason: 'period closed' }];
    expect(await write()).toEqual({ kind: 'refused', reason: 'period closed' });
    expect(stateOf()).toBe('refused');
    expect(await write()).toMatchObject({ kind: 'refused' });
    expect(sink.calls).toHaveLength(1);
  });

  it('tries again freely what certainly was not sent', async () => {
    const { write, sink } = await ready();
    sink.script = [{ kind: 'not-sent', reason: 'connection refused' }];
    expect(await failed(write())).toMatchObject({ type: 'SinkUnavailable', message: 'books: connection refused' });
    expect(await write()).toMatchObject({ kind: 'applied' });
    expect(sink.calls.every((call) => call.startsWith('apply'))).toBe(true);
    expect(sink.entries).toHaveLength(1);
  });

  test.each(['lost-after', 'lost-before'] as const)(
    'stands downstream at most once when the answer was %s',
    async (how) => {
      const { write, sink, stateOf } = await ready();
      sink.script = [how];
      expect((await failed(write())).type).toBe('SinkUnavailable');
      const again = await write();
      if (capability === 'neither') {
        expect(again).toEqual({ kind: 'unknown' });
        expect(stateOf()).toBe('unknown');
        expect(sink.calls).toHaveLength(1);
      } else {
        expect(again).toMatchObject({ kind: 'applied' });
        expect(sink.entries).toHaveLength(1);
      }
    },
  );

  it('asks the sink that can be asked before it calls again', async () => {
    const { write, sink, key } = await ready();
    sink.script = ['lost-after'];
    await failed(write());
    await write();
    const then = { 'idempotency-key': [`apply ${key}`], 'look-up': [`look-up ${key}`], neither: [] }[capability];
    expect(sink.calls.slice(1)).toEqual(then);
  });

  it('never writes again under its key what was undone', async () => {
    const { write, undo, sink } = await ready();
    await write();
    await undo();
    const calls = sink.calls.length;
    expect(await write()).toEqual({ kind: 'refused', reason: 'undone before' });
    expect(sink.calls).toHaveLength(calls);
  });
});

describe('write', () => {
  it('closes the case with its last effect only', async () => {
    const { write, ledger } = await decided();
    await write('post', false);
    expect(ledger.case(CASE).outcome).toBeNull();
    await write('pay', true);
    expect(ledger.case(CASE).outcome).toBe('written');
  });

  it('yields to the case that holds the business identity, and calls nothing', async () => {
    const { write, ledger, sink } = await decided();
    ledger.identities.set('ACME|12', 'case/test-pack/OTHER');
    expect(await write()).toEqual({ kind: 'identity-taken', by: 'case/test-pack/OTHER' });
    expect(sink.calls).toEqual([]);
  });

  it('writes exactly what was decided, whatever the pack makes of it today', async () => {
    const { write, sink, usePacks } = await decided();
    usePacks([]);
    await write();
    expect(sink.entries[0]?.request).toEqual({ amount: 12, supplier: 'ACME' });
  });

  it('without a recorded decision, or without that effect in it, a person is asked, and nothing is called', async () => {
    const { activities, sink } = fakePorts();
    const nothing = activities.write({ caseId: CASE, decisionNo: 1, effect: 'post', last: true });
    expect(await nothing).toMatchObject({ kind: 'held-back', because: [{ code: 'tampering' }] });
    const all = await decided();
    expect(await all.write('other')).toMatchObject({ kind: 'held-back', because: [{ code: 'tampering' }] });
    expect([...sink.calls, ...all.sink.calls]).toEqual([]);
  });
});

describe('a repeated call that is refused', () => {
  it('says nothing of the call before it: a person looks, and the key tells when it is sent again', async () => {
    const { write, sink, stateOf } = await decided();
    sink.script = ['lost-after', { kind: 'refused', reason: 'period closed' }];
    await failed(write());
    expect(await write()).toEqual({ kind: 'unknown' });
    expect(stateOf()).toBe('unknown');
    expect(await write()).toMatchObject({ kind: 'applied' });
    expect(sink.entries).toHaveLength(1);
  });

  it('is an answer where the system was asked before, and it was not there', async () => {
    const { write, sink, stateOf } = await decided();
    sink.capability = 'look-up';
    sink.script = ['lost-before', { kind: 'refused', reason: 'period closed' }];
    await failed(write());
    expect(await write()).toMatchObject({ kind: 'refused' });
    expect(stateOf()).toBe('refused');
  });
});
