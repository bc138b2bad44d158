import type { Profile } from '../profile/profile.ts';
import type { Count, Spread, Summary } from '../profile/summary.ts';
import type { Cli } from './context.ts';
import { tableText } from './table.ts';
import { counted, cut, safe } from './text.ts';

/** Lists of documents end after this many; --json has all. */
const MOST_LISTED = 12;
const BAR = 20;

/** A profile for the terminal. */
export function profileText(profile: Profile, summary: Summary, { paint }: Pick<Cli, 'paint'>): string {
  const { documents, routes } = summary;
  const head = (title: string) => paint.bold(title);
  const dim = (names: readonly string[]) => names.map((name) => paint.dim(name));
  const stopped = routes.review + routes.refuse;
  const parts = [
    `${paint.bold(profile.pack.title)} (${profile.pack.id} ${profile.pack.version})`,
    [
      `${counted(documents, 'document')}, ${percent(summary.readable, documents)} readable`,
      `${percent(stopped, documents)} would go to a person for data quality alone (${routes.refuse} refused)`,
      `${summary.exactCopies} exact and ${summary.nearCopies} near copies`,
    ].join('\n'),
    [
      head('What is there'),
      tableText(
        [
          ['formats', listed(summary.formats)],
          ['languages', listed(summary.languages)],
          ['countries named', listed(summary.countries)],
          ['number formats', listed(summary.numberFormats)],
          ['age', listed(summary.ages)],
          ['size', `${spread(summary.bytes, bytesText)}`],
          ['characters', spread(summary.characters, (count) => count.toLocaleString('en'))],
          ...(summary.pages ? [['pages', spread(summary.pages, String)]] : []),
        ].filter(([, text]) => text !== ''),
        { indent: 2 },
      ),
    ].join('\n'),
    [
      head('Data-quality rules'),
      tableText(
        summary.rules.map(({ name, kind, severity, count, share }) => [
          severityText(severity, count, paint),
          kind,
          name,
          count === null ? '-' : String(count),
          count === null ? 'needs the feeds' : count === 0 ? '' : bar(share),
        ]),
        { head: dim(['severity', 'kind', 'rule', 'documents', '']), right: [3], indent: 2 },
      ),
    ].join('\n'),
    [
      head('Fields'),
      tableText(
        summary.fields.map(({ name, count, share }) => [
          name,
          share === null ? '-' : String(count),
          share === null ? 'nothing to look for: give the pack a hint' : bar(share),
        ]),
        { head: dim(['field', 'documents', 'in which something looks like it']), right: [1], indent: 2 },
      ),
    ].join('\n'),
    ...stoppedText(profile, head),
  ];
  return parts.join('\n\n');
}

function stoppedText({ documents }: Profile, head: (title: string) => string): string[] {
  const rows = documents.flatMap(({ name, findings, lookAlike }) =>
    findings
      .filter(({ severity }) => severity !== 'note')
      .map((finding) => {
        const of = /^(?:same-document|near-duplicate)$/.test(finding.name) && lookAlike ? `: ${lookAlike.of}` : '';
        return [cut(safe(name), 40), finding.name, safe(finding.message + of)];
      }),
  );
  if (rows.length === 0) return [];
  const more = rows.length > MOST_LISTED ? `\n  and ${rows.length - MOST_LISTED} more; --json and --html list all` : '';
  return [`${head('Why')}\n${tableText(rows.slice(0, MOST_LISTED), { indent: 2 })}${more}`];
}

function severityText(severity: string, count: number | null, paint: Cli['paint']): string {
  if (!count) return paint.dim(severity);
  return severity === 'refuse' ? paint.red(severity) : severity === 'review' ? paint.yellow(severity) : severity;
}

function listed(counts: readonly Count[]): string {
  const shown = counts.slice(0, 6).map(({ name, count }) => `${safe(name)} ${count.toLocaleString('en')}`);
  return [...shown, ...(counts.length > 6 ? [`${counts.length - 6} more`] : [])].join(', ');
}

function spread({ median, p95, most }: Spread, text: (number: number) => string): string {
  return `half up to ${text(median)}, 95 of 100 up to ${text(p95)}, largest ${text(most)}`;
}

function bytesText(count: number): string {
  if (count < 1024) return `${count} bytes`;
  return count < 1024 * 1024 ? `${(count / 1024).toFixed(1)} KB` : `${(count / 1024 / 1024).toFixed(1)} MB`;
}

function percent(count: number, of: number): string {
  return `${count.toLocaleString('en')} of ${of.toLocaleString('en')} (${shareText(of === 0 ? 0 : count / of)})`;
}

/** Neither none nor all is said of what is only nearly so. */
function shareText(share: number): string {
  if (share > 0 && share < 0.01) return '< 1 %';
  if (share < 1 && share > 0.99) return '> 99 %';
  return `${Math.round(share * 100)} %`;
}

function bar(share: number): string {
  const full = share === 0 ? 0 : Math.max(1, Math.round(share * BAR));
  return `${'\u2588'.repeat(full)}${'\u2591'.repeat(BAR - full)} ${shareText(share)}`;
}
