import type { Logger } from 'pino';
import type { LinkRequest, LinkTokens } from '../adapters/links/link-tokens.ts';
import type { Ledger } from '../adapters/ledger/ledger.ts';
import type { Gathering, NoticeItem, NoticeMessage } from '../adapters/ledger/notice-messages.ts';
import type { Notice } from '../adapters/ledger/outbox.ts';
import { type AnswerLink, contentOf, lineOf } from '../adapters/notices/content.ts';
import { NotSent, type Notifier } from '../adapters/notices/notifier.ts';
import { mayHaveLink } from '../domain/link.ts';
import { audienceOf, targetsOf } from './notice-routes.ts';
import type { NoticesConfig } from './notices-config.ts';

const EVERY_MS = 2_000;
const BATCH = 100;
/** Sent at once; each has its own time limit, far below the minute for which it is taken. */
const AT_ONCE = 20;

export interface NoticeSender {
  ledger: Pick<Ledger, 'outbox' | 'reviews'>;
  /** Absent: notices are only logged. */
  config?: NoticesConfig;
  notifiers: ReadonlyMap<string, Notifier>;
  /** Absent: no links. */
  links?: LinkTokens;
  log: Logger;
  /** Default: the system's clock. */
  clock?: () => Date;
}

/** Sends what is due in the outbox, at least once, until it is stopped. */
export function sendNotices(sender: NoticeSender): { stop(): Promise<void> } {
  let stopped = false;
  let round: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    round = round
      .then(() => (stopped ? undefined : sendDue(sender)))
      .catch((error: unknown) =>
        sender.log.warn({ error: String(error) }, 'notices wait: the outbox could not be read'),
      );
  }, EVERY_MS);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await round;
    },
  };
}

/** One round: says whom due notices go to, makes messages of them, sends those that are due. */
export async function sendDue(sender: NoticeSender): Promise<void> {
  const { ledger, config, clock = () => new Date() } = sender;
  const { outbox } = ledger;
  for (const notice of await outbox.due(clock(), BATCH)) await route(sender, notice);
  if (!config) return;
  const gathering = Object.entries(config.channels).map(
    ([name, { collectFor: collectForMs, perHour }]): [string, Gathering] => [name, { collectForMs, perHour }],
  );
  await outbox.gather(clock(), Object.fromEntries(gathering));
  await Promise.all((await outbox.take(clock(), AT_ONCE)).map((message) => send(sender, message)));
}

async function route({ ledger: { outbox }, config, log }: NoticeSender, notice: Notice): Promise<void> {
  const { id, kind, payload } = notice;
  if (!config) {
    await outbox.sent(id);
    log.info({ ...aboutOf(payload), kind }, 'notice: no channel is configured');
    return;
  }
  const targets = targetsOf(config, notice);
  if (targets.length > 0) return await outbox.route(id, targets);
  const { audience, name } = audienceOf(payload);
  await outbox.unrouted(id, `COUNTERSIGN_NOTICES.routes.${audience}: no route for '${name}', and none for '*'`);
  log.warn({ ...aboutOf(payload), kind, for: name }, 'notice reaches nobody: there is no route');
}

async function send(sender: NoticeSender, message: NoticeMessage): Promise<void> {
  const { ledger, config, notifiers, log } = sender;
  const { id, channel, address, attempts, items } = message;
  const about = { message: id, channel, attempts, notices: items.length };
  try {
    const notifier = notifiers.get(channel);
    if (!notifier) throw new NotSent(`COUNTERSIGN_NOTICES.channels: there is no '${channel}'`);
    const lines = [];
    for (const item of items) lines.push(lineOf(item, config?.caseUrl, await linkOf(sender, message, item)));
    await notifier.send({ id, to: address, content: contentOf(lines) });
    await ledger.outbox.delivered(id);
    log.info(about, 'notice sent');
  } catch (error) {
    const { final, retryAfterMs } = error instanceof NotSent ? error : { final: false, retryAfterMs: undefined };
    const why = error instanceof Error ? error.message : String(error);
    await ledger.outbox.undelivered(id, why, { final, retryAfterMs });
    log.warn({ ...about, error: why }, final ? 'notice not sent, and given up' : 'notice not sent; it is tried again');
  }
}

/** A link to answer, where the recipient is a person who may answer by one: a question of the desk, or of a reviewer to who submitted it. */
async function linkOf(
  { ledger, links }: NoticeSender,
  { id: messageId, channel, person }: NoticeMessage,
  { payload }: NoticeItem,
): Promise<AnswerLink | undefined> {
  if (!links || person === undefined || payload.caseId === undefined) return undefined;
  const task = await ledger.reviews.openTask(payload.caseId);
  if (task?.taskNo !== payload.taskNo) return undefined;
  const { caseId, taskNo, seen, dueAt } = task;
  const base = { messageId, channel, caseId, taskNo, seen, person };
  if ('to' in payload) {
    const { requestId, to, answerBy } = payload;
    if (to !== person || !task.held) return undefined;
    return await issued(links, { ...base, purpose: 'inform', requestId, dueAt: new Date(answerBy) });
  }
  if (!mayHaveLink(task.links ?? 'never', task, person)) return undefined;
  return await issued(links, { ...base, purpose: 'decide', dueAt });
}

async function issued(links: LinkTokens, request: LinkRequest): Promise<AnswerLink> {
  return { purpose: request.purpose, ...(await links.issue(request)) };
}

function aboutOf(payload: Notice['payload']): Record<string, string> {
  if ('about' in payload) return { caseId: payload.about };
  return payload.caseId === undefined ? { feed: payload.feed } : { caseId: payload.caseId };
}
