import type { Logger } from 'pino';
import type { Ledger } from '../adapters/ledger/ledger.ts';

const EVERY_MS = 2_000;
const BATCH = 100;
const TIMEOUT_MS = 10_000;

/** Sends what is due in the outbox as JSON to a webhook, at least once; without a webhook it is logged. */
export function sendNotices(outbox: Ledger['outbox'], url: string | undefined, log: Logger): { stop(): Promise<void> } {
  let stopped = false;
  let round: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    round = round
      .then(() => (stopped ? undefined : deliver(outbox, url, log)))
      .catch((error: unknown) => log.warn({ error: String(error) }, 'notices wait: the outbox could not be read'));
  }, EVERY_MS);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await round;
    },
  };
}

async function deliver(outbox: Ledger['outbox'], url: string | undefined, log: Logger): Promise<void> {
  for (const notice of await outbox.due(new Date(), BATCH)) {
    const { id, kind, payload } = notice;
    const { caseId, feed } =
      'about' in payload ? { ...payload, caseId: payload.about } : { feed: undefined, ...payload };
    const about = caseId === undefined ? { feed } : { caseId };
    try {
      if (url !== undefined) await post(url, { kind, ...payload });
      await outbox.sent(id);
      log.info({ ...about, kind }, 'notice sent');
    } catch (error) {
      await outbox.failed(id, error instanceof Error ? error.message : 'unknown');
      log.warn({ ...about, kind, error: String(error) }, 'notice not sent; it is tried again');
    }
  }
}

async function post(url: string, notice: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify(notice),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
}
