import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

/** Somebody's event stream of the desk, and how long it took to tell of what others did. */
export interface EventsHeard {
  /** From now until an event names the case. */
  await(caseId: string): void;
  /** Nothing has come of it. */
  forget(caseId: string): void;
  /** In ms, of those that were told. */
  delaysMs: number[];
  close(): void;
}

/** Opens the stream as the web app does; resolves once it is open. */
export async function listen(apiUrl: string, key: string): Promise<EventsHeard> {
  const ended = new AbortController();
  const response = await fetch(`${apiUrl}/v1/desk/events`, {
    headers: { authorization: `Bearer ${key}` },
    signal: ended.signal,
  });
  if (!response.ok || !response.body) throw new Error(`/v1/desk/events: ${response.status} ${await response.text()}`);
  const since = new Map<string, number>();
  const delaysMs: number[] = [];
  const hear = (line: string) => {
    if (!line.startsWith('data: ')) return;
    const { caseIds = [] } = JSON.parse(line.slice('data: '.length)) as { caseIds?: string[] };
    for (const caseId of caseIds) {
      const from = since.get(caseId);
      if (from !== undefined) delaysMs.push(performance.now() - from);
      since.delete(caseId);
    }
  };
  const input = Readable.fromWeb(response.body);
  // It ends by being aborted.
  input.on('error', () => undefined);
  createInterface({ input })
    .on('line', hear)
    .on('error', () => undefined);
  return {
    await: (caseId) => since.set(caseId, performance.now()),
    forget: (caseId) => since.delete(caseId),
    delaysMs,
    close: () => ended.abort(),
  };
}
