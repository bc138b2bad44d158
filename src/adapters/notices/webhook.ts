import { createHmac } from 'node:crypto';
import { type NoticeContent, type NoticeLine, noticeOf } from './content.ts';
import type { Notifier } from './notifier.ts';
import { postJson } from './post-json.ts';

export interface WebhookOptions {
  url: string;
  timeoutMs: number;
  /** `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks). Absent: unsigned, each notice as plain JSON. */
  secret?: string;
  /** Sent with every call. */
  headers?: Record<string, string>;
}

/**
 * A webhook signed as https://www.standardwebhooks.com says (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
 * Each attempt is signed anew, under the same id.
 */
export function createWebhookNotifier({ url, timeoutMs, secret, headers = {} }: WebhookOptions): Notifier {
  return {
    async send({ id, content }) {
      const at = new Date();
      if (secret === undefined) {
        for (const { item } of content.lines)
          await postJson(url, JSON.stringify(noticeOf(item)), { timeoutMs, headers });
        return;
      }
      const body = JSON.stringify(bodyOf(content, at));
      const timestamp = String(Math.floor(at.getTime() / 1000));
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      const signed = {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      };
      await postJson(url, body, { timeoutMs, headers: { ...headers, ...signed } });
    },
  };
}

function bodyOf({ lines }: NoticeContent, at: Date) {
  return { type: 'countersign.notices', timestamp: at.toISOString(), data: { notices: lines.map(dataOf) } };
}

function dataOf({ item, title, caseUrl, link }: NoticeLine) {
  const { dueAt } = item;
  return {
    ...noticeOf(item),
    title,
    ...(dueAt ? { dueAt: dueAt.toISOString() } : {}),
    ...(caseUrl === undefined ? {} : { caseUrl }),
    ...(link ? { link: { url: link.url, expiresAt: link.expiresAt.toISOString() } } : {}),
  };
}
