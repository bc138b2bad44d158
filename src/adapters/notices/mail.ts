import { createTransport } from 'nodemailer';
import { htmlOf, textOf } from './mail-text.ts';
import { NotSent, type Notifier } from './notifier.ts';

export interface MailOptions {
  /** `smtps://user:password@host:465`, or `smtp://host:587`, which must offer STARTTLS unless it is on this machine. */
  url: string;
  from: string;
  timeoutMs: number;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Mail by SMTP, as text and HTML. */
export function createMailNotifier({ url, from, timeoutMs }: MailOptions): Notifier {
  const { hostname } = new URL(url);
  const domain = /@([^\s>]+)/.exec(from)?.[1] ?? 'countersign.invalid';
  const transport = createTransport({
    url,
    requireTLS: url.startsWith('smtp:') && !LOOPBACK.has(hostname),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs, dnsTimeout: timeoutMs },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  return {
    async send({ id, to, content }) {
      const sending = transport.sendMail({
        ...{ from, to, subject: content.subject, text: textOf(content), html: htmlOf(content) },
        // The same when it is sent again: mail programs then show it once.
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      });
      await within(timeoutMs, sending).catch((error: unknown) => {
        throw notSentOf(error);
      });
    },
  };
}

/** A server that sends a byte now and then keeps a connection open for ever. */
async function within(ms: number, sending: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the mail server took longer than ${ms} ms`)), ms);
  });
  await Promise.race([sending, late]).finally(() => clearTimeout(timer));
}

/** 5xx to an address or a message will not change by itself; what concerns our credentials, an operator puts right. */
function notSentOf(error: unknown): NotSent {
  const { code, responseCode, message } = error as { code?: string; responseCode?: number; message: string };
  const final = responseCode !== undefined && responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE');
  return new NotSent(message, { final, cause: error });
}
