import { either, one, type Reading } from './reading.ts';

/** Which of the two signs a document puts before decimals: 1.234,56 is `comma`, 1,234.56 is `point`. */
export type NumberStyle = 'comma' | 'point';

/** Signs that only ever part groups of three: 1 234,56 and 1'234.56, whatever the kind of space or apostrophe. */
const GROUP_ONLY = /(?<=\d)[\s'\u2019](?=\d{3})/u;
/** Around the figures: a currency by sign or by letters. */
const AROUND = /^(?:\p{Sc}|\p{L}|[\s.])+(?=[\d(\-\u2212])|(?:\p{Sc}|\p{L}|\s)+$/gu;

/**
 * A printed amount or number as a decimal with a point and no groups: '1.234,56', '1,234.56', '1 234,56' and '1'234.56'
 * are all '1234.56'. A minus may stand before or behind, or be brackets. '1.234' reads two ways unless `style` tells
 * the document's habit. Undefined for what is no number, or grouped wrongly.
 */
export function readNumber(text: string, style?: NumberStyle): Reading | undefined {
  const bare = text.trim().replaceAll(AROUND, '').trim();
  const signed =
    /^(?:(?<minus>[-\u2212])|(?<open>\())?\s*(?:\p{Sc}\s*)?(?<figures>.*?)\s*(?<behind>[-\u2212])?(?<close>\))?$/u.exec(
      bare,
    );
  const { minus, open, figures = '', behind, close } = signed?.groups ?? {};
  if ((open === undefined) !== (close === undefined)) return undefined;
  const sign = (minus ?? behind ?? open) ? '-' : '';
  const parts = figures.split(GROUP_ONLY);
  const core = parts.join('');
  if (!/^\d[\d.,]*$/.test(core) || /[.,]$/.test(core)) return undefined;
  const marks = core.replaceAll(/\d/g, '');
  if (marks === '') return one(sign + core);
  const last = marks.at(-1) === ',' ? ',' : '.';
  if (new Set(marks).size === 2) {
    const [whole = '', ...decimals] = core.split(last);
    if (decimals.length !== 1 || !isGrouped(whole, last === ',' ? '.' : ',')) return undefined;
    return one(sign + decimal(core, last));
  }
  if (marks.length > 1) return isGrouped(core, last) ? one(sign + core.replaceAll(last, '')) : undefined;
  const readsBothWays = parts.length === 1 && isGrouped(core, last) && !core.startsWith('0');
  const asDecimal = sign + decimal(core, last);
  if (!readsBothWays) return one(asDecimal);
  const asWhole = sign + core.replace(last, '');
  if (style === undefined) return either(asWhole, asDecimal);
  return one((style === 'comma') === (last === ',') ? asDecimal : asWhole);
}

/** The styles that a text uses, told by amounts over a thousand: they show both signs. Both when it mixes them. */
export function numberStylesIn(text: string): NumberStyle[] {
  const amounts = text.matchAll(/(?<![\d.,])\d{1,3}(?:([.,])\d{3})+([.,])\d{2}(?!\d)/g);
  const marks = new Set(Array.from(amounts, ([, group, mark]) => (group === mark ? undefined : mark)));
  return [...(marks.has(',') ? (['comma'] as const) : []), ...(marks.has('.') ? (['point'] as const) : [])];
}

function decimal(core: string, mark: '.' | ','): string {
  return core.replaceAll(mark === ',' ? '.' : ',', '').replace(mark, '.');
}

function isGrouped(core: string, mark: '.' | ','): boolean {
  const [first = '', ...groups] = core.split(mark);
  if (groups.length === 0) return /^\d+$/.test(first);
  return /^\d{1,3}$/.test(first) && groups.every((group) => /^\d{3}$/.test(group));
}
