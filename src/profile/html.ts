import { escaped } from '../domain/markup.ts';
import { STYLE } from './html-style.ts';
import type { DocumentProfile, Profile } from './profile.ts';
import { worstOf, type Count, type Spread, type Summary } from './summary.ts';

/** So many documents are in one list; the JSON file has all. */
const MOST_LISTED = 500;
const NUMBERS = new Set(['Documents', 'Half up to', '95 % up to', 'Largest']);
const ROUTES = { through: 'no finding stops it', review: 'to a person', refuse: 'refused, to a person' };

/** The profile as one HTML page that needs nothing from outside; light and dark, for screens of any width. */
export function htmlOf(profile: Profile, summary: Summary, path: string): string {
  const { pack, at, documents } = profile;
  const { routes } = summary;
  const stopped = routes.review + routes.refuse;
  const lead = [
    tile('Documents', summary.documents.toLocaleString('en'), `${share(summary.readable, summary.documents)} readable`),
    tile(
      'To a person',
      share(stopped, summary.documents),
      `${stopped} for data quality alone, ${routes.refuse} refused`,
    ),
    tile('Exact copies', summary.exactCopies.toLocaleString('en'), 'same bytes'),
    tile('Near copies', summary.nearCopies.toLocaleString('en'), 'nearly the same text'),
  ];
  const body = [
    `<header><h1>${escaped(pack.title)}: the data before go-live</h1>`,
    `<p>${escaped(path)} \u00b7 pack ${escaped(pack.id)} ${escaped(pack.version)} \u00b7 ${escaped(at.slice(0, 16).replace('T', ' '))} UTC</p></header>`,
    `<section class="tiles" aria-label="At a glance">${lead.join('')}</section>`,
    section(
      'What would happen to them',
      `${stacked(summary)}<p class="hint">By the data-quality rules alone. What the model's confidence and the business rules ask people on top is not known before a model has answered.</p>`,
    ),
    section('Data-quality rules', rulesTable(summary)),
    section(
      'Fields of the answer',
      `<p class="hint">Documents in which something stands that looks like the field: its label, or the pack's hint.</p>${fieldsTable(summary)}`,
    ),
    section('What is there', factsOf(summary)),
    section('Documents', documentsOf(documents)),
    '<footer>Made by <code>countersign data</code>. No content of the documents is in this file, only their names and figures.</footer>',
  ];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">',
    `<title>${escaped(pack.title)}: data profile</title><style>${STYLE}</style></head><body><main>`,
    ...body,
    '</main></body></html>\n',
  ].join('\n');
}

function section(title: string, content: string): string {
  return `<section><h2>${title}</h2>${content}</section>`;
}

function tile(label: string, value: string, note: string): string {
  return `<div class="tile"><span>${label}</span><strong>${value}</strong><small>${note}</small></div>`;
}

function stacked({ routes, documents }: Summary): string {
  const kinds = ['through', 'review', 'refuse'] as const;
  const parts = kinds
    .filter((kind) => routes[kind] > 0)
    .map((kind) => {
      return `<i class="${kind}" style="flex:${routes[kind]}" title="${ROUTES[kind]}: ${routes[kind]}"></i>`;
    });
  const legend = kinds.map(
    (kind) => `<li class="${kind}">${ROUTES[kind]}: ${routes[kind]} (${share(routes[kind], documents)})</li>`,
  );
  return `<div class="stacked" aria-hidden="true">${parts.join('')}</div><ul class="legend">${legend.join('')}</ul>`;
}

function rulesTable({ rules }: Summary): string {
  const rows = rules.map(({ name, kind, severity, count, share: part }) => {
    const found =
      count === null
        ? '<td class="hint" colspan="2">needs the feeds</td>'
        : `<td class="number">${count}</td><td>${count === 0 ? '' : bar(part, severity)}</td>`;
    return `<tr${count ? '' : ' class="quiet"'}><td>${escaped(name)}</td><td>${escaped(kind)}</td><td><b class="${escaped(severity)}">${escaped(severity)}</b></td>${found}</tr>`;
  });
  return `<div class="rules">${table(['Rule', 'Kind', 'Severity', 'Documents', 'Share'], rows)}</div>`;
}

function fieldsTable({ fields }: Summary): string {
  const rows = fields.map(({ name, count, share: part }) => {
    const found =
      part === null
        ? '<td class="hint" colspan="2">nothing to look for: give the pack a hint</td>'
        : `<td class="number">${count}</td><td>${bar(part, 'through')}</td>`;
    return `<tr><td>${escaped(name)}</td>${found}</tr>`;
  });
  return table(['Field', 'Documents', 'Share'], rows);
}

function factsOf(summary: Summary): string {
  const { bytes, characters, pages } = summary;
  const lists: [string, readonly Count[]][] = [
    ['Formats', summary.formats],
    ['Languages', summary.languages],
    ['Age of the newest date', summary.ages],
    ['Number formats', summary.numberFormats],
    ['Countries named', summary.countries.slice(0, 10)],
  ];
  const cards = lists
    .filter(([, counts]) => counts.length > 0)
    .map(([title, counts]) => {
      const rows = counts.map(
        (one) =>
          `<tr><td>${escaped(one.name)}</td><td class="number">${one.count}</td><td>${bar(one.share, 'plain')}</td></tr>`,
      );
      return `<div class="card"><h3>${title}</h3><table><tbody>${rows.join('')}</tbody></table></div>`;
    });
  const sizes = [
    spreadRow('Bytes', bytes),
    spreadRow('Characters', characters),
    ...(pages ? [spreadRow('Pages', pages)] : []),
  ];
  return `<div class="cards">${cards.join('')}<div class="card"><h3>Size</h3>${table(['', 'Half up to', '95 % up to', 'Largest'], sizes)}</div></div>`;
}

function spreadRow(name: string, { median, p95, most }: Spread): string {
  const cells = [median, p95, most].map((number) => `<td class="number">${number.toLocaleString('en')}</td>`);
  return `<tr><td>${name}</td>${cells.join('')}</tr>`;
}

function documentsOf(documents: readonly DocumentProfile[]): string {
  const refused = documents.filter((one) => worstOf(one) === 'refuse');
  const asked = [...refused, ...documents.filter((one) => worstOf(one) === 'review')];
  const rest = documents.filter((one) => worstOf(one) === 'through');
  const shown = asked.length > 0 ? documentsTable(asked) : '<p>None of them needs a person for its data quality.</p>';
  if (rest.length === 0) return shown;
  return `${shown}<details><summary>The other ${rest.length.toLocaleString('en')}</summary>${documentsTable(rest)}</details>`;
}

function documentsTable(documents: readonly DocumentProfile[]): string {
  const rows = documents.slice(0, MOST_LISTED).map((one) => {
    const { name, format, language, pages, newestDate, lookAlike } = one;
    const said = one.findings.map(({ severity, message }) => {
      return `<li><b class="${severity}">${severity}</b> ${escaped(message)}</li>`;
    });
    const like = lookAlike && (lookAlike.exact ? 'a copy' : `${Math.floor(lookAlike.share * 100)} % alike`);
    const copy = lookAlike ? `<li>${like} of ${escaped(lookAlike.of)}</li>` : '';
    const facts = [format, language, pages === null ? null : `${pages} p.`, newestDate?.day].filter(Boolean);
    const first = `<td class="name">${escaped(name)}<small>${escaped(facts.join(' \u00b7 '))}</small></td>`;
    return `<tr>${first}<td><ul>${said.join('')}${copy}</ul></td></tr>`;
  });
  const left = documents.length - rows.length;
  const more = left > 0 ? `<p class="hint">${left.toLocaleString('en')} more are in the JSON file.</p>` : '';
  return `<table class="documents"><tbody>${rows.join('')}</tbody></table>${more}`;
}

function table(head: readonly string[], rows: readonly string[]): string {
  const cells = head.map((name) => `<th scope="col"${NUMBERS.has(name) ? ' class="number"' : ''}>${name}</th>`);
  return `<div class="scroll"><table><thead><tr>${cells.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function bar(part: number, kind: string): string {
  return `<span class="bar"><i class="${escaped(kind)}" style="width:${(part * 100).toFixed(1)}%"></i></span><span class="of">${percent(part)}</span>`;
}

function share(count: number, of: number): string {
  return percent(of === 0 ? 0 : count / of);
}

function percent(part: number): string {
  if (part > 0 && part < 0.01) return '&lt; 1 %';
  if (part < 1 && part > 0.99) return '&gt; 99 %';
  return `${Math.round(part * 100)} %`;
}
