import { createMailNotifier } from '../adapters/notices/mail.ts';
import type { Notifier } from '../adapters/notices/notifier.ts';
import { createSlackNotifier } from '../adapters/notices/slack.ts';
import { createWebhookNotifier } from '../adapters/notices/webhook.ts';
import type { ChannelConfig, NoticesConfig } from './notices-config.ts';

/** The adapter of each channel. */
export function notifiersOf({ channels }: NoticesConfig): ReadonlyMap<string, Notifier> {
  return new Map(Object.entries(channels).map(([name, channel]) => [name, notifierOf(channel)]));
}

function notifierOf(channel: ChannelConfig): Notifier {
  const { url, timeout: timeoutMs } = channel;
  switch (channel.kind) {
    case 'smtp':
      return createMailNotifier({ url, timeoutMs, from: channel.from });
    case 'slack':
      return createSlackNotifier({ url, timeoutMs });
    case 'webhook': {
      const { secret, headers } = channel;
      return createWebhookNotifier({
        ...{ url, timeoutMs },
        ...(secret === undefined ? {} : { secret }),
        ...(headers === undefined ? {} : { headers }),
      });
    }
  }
}
