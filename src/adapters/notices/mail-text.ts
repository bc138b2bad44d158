import { escaped } from '../../domain/markup.ts';
import { LINK_WORDS, linkText, type NoticeContent, type NoticeLine } from './content.ts';

const FOOTER = 'Sent by Countersign. It tells where to look and why, and nothing of the documents.';

/** The mail for programs that show no HTML. */
export function textOf({ lines }: NoticeContent): string {
  return [...lines.map(textLine), `-- \n${FOOTER}\n`].join('\n\n');
}

function textLine({ title, details, caseUrl, link }: NoticeLine): string {
  return [
    title,
    ...details.map((detail) => `  ${detail}`),
    ...(caseUrl === undefined ? [] : [`  The case: ${caseUrl}`]),
    ...(link ? [`  ${linkText(link)}:`, `  ${link.url}`] : []),
  ].join('\n');
}

/** Mail programs keep what stands in an element; dark mode is a style sheet where they take one. */
const STYLE = `
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  body, .page { background: #16181d !important; color: #e8e9ec !important; }
  .item { border-color: #3a3e47 !important; }
  .dim { color: #a9afbb !important; }
  a { color: #8ab4ff !important; }
  a.button { background: #8ab4ff !important; color: #10131a !important; }
}`;
const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif";

/** The same as HTML: nothing is loaded from anywhere. */
export function htmlOf({ subject, lines }: NoticeContent): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${escaped(subject)}</title><style>${STYLE}</style></head>
<body style="margin:0;background:#f4f5f7;color:#1c1e22;${FONT}">
<div class="page" style="max-width:36rem;margin:0 auto;padding:16px;font-size:16px;line-height:1.5">
${lines.map(htmlLine).join('\n')}
<p class="dim" style="color:#5b616c;font-size:13px;margin:16px 0 0">${escaped(FOOTER)}</p>
</div></body></html>
`;
}

function htmlLine({ title, details, caseUrl, link }: NoticeLine): string {
  const button =
    'display:inline-block;padding:10px 16px;border-radius:6px;background:#1a56c4;color:#ffffff;text-decoration:none;font-weight:600';
  return [
    '<div class="item" style="border-top:1px solid #d5d8de;padding:14px 0;overflow-wrap:anywhere">',
    `<p style="margin:0 0 4px;font-weight:600">${escaped(title)}</p>`,
    ...details.map((detail) => `<p style="margin:0 0 4px">${escaped(detail)}</p>`),
    ...(caseUrl === undefined
      ? []
      : [`<p style="margin:0 0 4px"><a href="${escaped(caseUrl)}">Look at the case</a></p>`]),
    ...(link
      ? [
          `<p style="margin:12px 0 4px"><a class="button" href="${escaped(link.url)}" style="${button}">${LINK_WORDS[link.purpose]}</a></p>`,
          `<p class="dim" style="margin:0;color:#5b616c;font-size:13px">${escaped(linkText(link))}.</p>`,
        ]
      : []),
    '</div>',
  ].join('\n');
}
