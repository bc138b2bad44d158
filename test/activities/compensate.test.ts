import { describe, expect, it, test } from 'vitest';
import type { SinkCapability } from '../../src/activities/ports.ts';
import { decided, failed } from './arrange.ts';

const CAPABILITIES: SinkCapability[] = ['idempotency-key', 'look-up', 'neither'];

describe.each(CAPABILITIES)('compensate in a sink with the capability %s', (capability) => {
  async function ready() {
    const all = await decided();
    all.sink.capability = capability;
    return all;
  }
  const undos = (sink: { entries: { key: string }[] }) => sink.entries.filter(({ key }) => key.endsWith('/undo'));

  it('undoes what is applied, once, with the reason', async () => {
    const { write, undo, sink, stateOf } = await ready();
    await write();
    expect(await undo()).toEqual({ kind: 'compensated' });
    expect(await undo()).toEqual({ kind: 'compensated' });
    expect(undos(sink)).toMatchObject([{ request: { supplier: 'ACME', reason: 'a test' } }]);
    expect(stateOf()).toBe('compensated');
  });

  it('does nothing about an effect that was never claimed, or was refused', async () => {
    const { write, undo, sink } = await ready();
    expect(await undo()).toEqual({ kind: 'not-applied' });
    sink.script = [{ kind: 'refused', reason: 'no' }];
    await write();
    expect(await undo()).toEqual({ kind: 'not-applied' });
    expect(undos(sink)).toEqual([]);
  });

  it('abandons an effect that was claimed and never sent', async () => {
    const { write, undo, sink, stateOf } = await ready();
    sink.script = [{ kind: 'not-sent', reason: 'refused' }];
    await failed(write());
    expect(await undo()).toEqual({ kind: 'not-applied' });
    expect(stateOf()).toBe('abandoned');
    expect(sink.entries).toEqual([]);
  });

  test.each(['lost-before', 'lost-after'] as const)('settles first what is in doubt (%s)', async (how) => {
    const { write, undo, sink } = await ready();
    sink.script = [how];
    await failed(write());
    const undone = await undo();
    const reached = how === 'lost-after';
    if (capability === 'neither') expect(undone).toMatchObject({ kind: 'refused' });
    if (capability === 'look-up') expect(undone.kind).toBe(reached ? 'compensated' : 'not-applied');
    // The key alone tells nothing about what became of it: it is applied now, then undone.
    if (capability === 'idempotency-key') expect(undone.kind).toBe('compensated');
    const standing = sink.entries.length - 2 * undos(sink).length;
    expect(standing).toBe(capability === 'neither' && reached ? 1 : 0);
  });

  it('passes a refusal to a person and keeps the effect as applied', async () => {
    const { write, undo, sink, stateOf } = await ready();
    await write();
    sink.script = [{ kind: 'refused', reason: 'already paid' }];
    expect(await undo()).toEqual({ kind: 'refused', reason: 'already paid' });
    expect(stateOf()).toBe('applied');
  });

  test.each(['lost-before', 'lost-after'] as const)('never undoes twice when the answer was %s', async (how) => {
    const { write, undo, sink, stateOf } = await ready();
    await write();
    sink.script = [how];
    expect((await failed(undo())).type).toBe('SinkUnavailable');
    const again = await undo();
    if (capability === 'neither') {
      expect(again).toMatchObject({ kind: 'refused', reason: expect.stringContaining('cannot be asked') });
      expect(undos(sink)).toHaveLength(how === 'lost-after' ? 1 : 0);
    } else {
      expect(again).toEqual({ kind: 'compensated' });
      expect(undos(sink)).toHaveLength(1);
      expect(stateOf()).toBe('compensated');
    }
  });

  it('tries again freely an undo that certainly was not sent', async () => {
    const { write, undo, sink } = await ready();
    await write();
    sink.script = [{ kind: 'not-sent', reason: 'connection refused' }];
    expect((await failed(undo())).type).toBe('SinkUnavailable');
    expect(await undo()).toEqual({ kind: 'compensated' });
  });
});

it('asks a person when the call that would settle a doubt is refused: the earlier one may stand', async () => {
  const { write, undo, sink, stateOf } = await decided();
  sink.script = ['lost-after', { kind: 'refused', reason: 'period closed' }];
  await failed(write());
  expect(await undo()).toMatchObject({ kind: 'refused', reason: expect.stringContaining('unknown') });
  expect(stateOf()).toBe('pending');
  expect(await undo()).toEqual({ kind: 'compensated' });
});
