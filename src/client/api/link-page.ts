import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { parseCaseId } from '../../domain/case.ts';
import type { Link } from '../../domain/link.ts';
import { escaped } from '../../domain/markup.ts';
import type { PackInfo } from '../submission.ts';

/** What the form of a page needs. */
export interface PageOptions {
  /** Where it is sent. */
  action: string;
  /** What shows that it comes from the page. */
  formKey: string;
}

const STYLE = `
:root { color-scheme: light dark; --page: #f4f5f7; --card: #ffffff; --text: #1c1e22; --dim: #555b66; --line: #d5d8de;
  --accent: #1a56c4; --on-accent: #ffffff; --bad: #a3231d; }
@media (prefers-color-scheme: dark) {
  :root { --page: #121418; --card: #1b1e24; --text: #e8e9ec; --dim: #a9afbb; --line: #3a3e47;
    --accent: #8ab4ff; --on-accent: #10131a; --bad: #ff9d96; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
section, form { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
h1 { font-size: 1.375rem; line-height: 1.3; margin: .5rem 0; }
h2 { font-size: 1rem; margin: 0 0 .5rem; }
ul { margin: 0; padding-left: 1.25rem; }
dl { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--dim); } dd { margin: 0; }
p { margin: .5rem 0; } .dim { color: var(--dim); } .said { white-space: pre-wrap; }
label { display: block; font-weight: 600; margin-bottom: .25rem; }
textarea { width: 100%; min-height: 5rem; padding: .5rem; font: inherit; color: inherit; background: var(--page);
  border: 1px solid var(--dim); border-radius: .375rem; }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1.25rem; border-radius: .375rem;
  border: 2px solid var(--accent); background: var(--accent); color: var(--on-accent); cursor: pointer; margin-top: .5rem; }
button.no { background: transparent; border-color: var(--bad); color: var(--bad); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } button { width: 100%; } }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Nothing is loaded, no script runs, nobody frames it; forms go where the page came from. */
const HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow, noarchive',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** What keeps the pages of links to themselves. */
export function guardPage(reply: FastifyReply): FastifyReply {
  return reply.headers(HEADERS);
}

/** A page of a title and HTML that is safe already. */
export async function sendPage(
  reply: FastifyReply,
  status: number,
  title: string,
  body: string,
): Promise<FastifyReply> {
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow"><meta name="color-scheme" content="light dark">
<title>${escaped(title)} \u00b7 Countersign</title><style>${STYLE}</style></head>
<body><main><h1>${escaped(title)}</h1>
${body}
</main></body></html>
`;
  return await guardPage(reply).code(status).type('text/html; charset=utf-8').serializer(String).send(page);
}

/** What a case is called. */
export function titleOf({ caseId }: Pick<Link, 'caseId'>, packs: readonly PackInfo[]): string {
  const name = parseCaseId(caseId);
  const pack = packs.find(({ id }) => id === name?.packId)?.title ?? name?.packId ?? '';
  return `${pack}: ${name?.caseKey ?? caseId}`;
}

/** The start of a form of the page. */
export function formStart({ action, formKey }: PageOptions): string {
  const hidden = `<input type="hidden" name="key" value="${escaped(formKey)}">`;
  return `<form method="post" action="${escaped(action)}" autocomplete="off">${hidden}`;
}

export function section(title: string, html: string): string {
  return `<section><h2>${escaped(title)}</h2>${html}</section>`;
}

/** In UTC: the reader's own zone is not known without a script. */
export function time(at: Date): string {
  const iso = at.toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

/** A page that says one thing. */
export async function sendNote(
  reply: FastifyReply,
  status: number,
  title: string,
  ...sentences: string[]
): Promise<FastifyReply> {
  const body = `<section>${sentences.map((sentence) => `<p>${escaped(sentence)}</p>`).join('\n')}</section>`;
  return await sendPage(reply, status, title, body);
}
