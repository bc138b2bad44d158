import type { NoticeContent, NoticeLine } from './content.ts';
import type { Notifier } from './notifier.ts';
import { postJson } from './post-json.ts';

/** Slack takes 50 blocks; one is the heading, one may say how many are left out. */
const MOST_LINES = 48;
/** Slack takes 3,000 characters a block. */
const MOST_CHARACTERS = 2_900;

/** An incoming webhook of Slack, or of what understands the same (Mattermost, Rocket.Chat). Many read it: no links to decide. */
export function createSlackNotifier({ url, timeoutMs }: { url: string; timeoutMs: number }): Notifier {
  return { send: async ({ content }) => await postJson(url, JSON.stringify(slackBody(content)), { timeoutMs }) };
}

function slackBody({ subject, lines }: NoticeContent): Record<string, unknown> {
  const shown = lines.slice(0, MOST_LINES);
  const left = lines.length - shown.length;
  return {
    // What a notification on a phone shows.
    text: mrkdwn(subject),
    blocks: [
      section(`*${mrkdwn(subject)}*`),
      ...(lines.length === 1 ? [section(textOf(shown[0], false))] : shown.map((line) => section(textOf(line, true)))),
      ...(left > 0 ? [section(`and ${left} more`)] : []),
    ],
  };
}

function textOf(line: NoticeLine | undefined, titled: boolean): string {
  if (!line) return '';
  const { title, details, caseUrl } = line;
  return [
    ...(titled ? [`*${mrkdwn(title)}*`] : []),
    ...details.map(mrkdwn),
    ...(caseUrl === undefined ? [] : [`<${mrkdwn(caseUrl).replaceAll('|', '%7C')}|Look at the case>`]),
  ].join('\n');
}

/** `verbatim`: names of channels and people in it are no mentions. */
function section(text: string): Record<string, unknown> {
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}\u2026` : text;
  return { type: 'section', text: { type: 'mrkdwn', text: cut === '' ? ' ' : cut, verbatim: true } };
}

/** The three characters that mean something to Slack in any place; without them no text makes a link or a mention. */
function mrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
