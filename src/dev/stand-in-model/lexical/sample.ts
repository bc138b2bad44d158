/**
 * The simplest text that a pattern accepts: what a provider's constrained decoding makes of a required value that the
 * document does not have. Knows literals, classes, groups, alternatives and counts; answers '' for anything beyond.
 */
export function sampleOf(pattern: string): string {
  try {
    const [text] = alternatives(pattern, 0);
    return text;
  } catch {
    return '';
  }
}

type Parsed = [text: string, next: number];

function alternatives(pattern: string, from: number): Parsed {
  let at = from;
  let first: string | undefined;
  let current = '';
  while (at < pattern.length && pattern[at] !== ')') {
    if (pattern[at] === '|') {
      first ??= current;
      current = '';
      at++;
      continue;
    }
    const [text, next] = atom(pattern, at);
    const [times, after] = count(pattern, next);
    current += text.repeat(times);
    at = after;
  }
  return [first ?? current, at];
}

function atom(pattern: string, at: number): Parsed {
  const sign = pattern[at] ?? '';
  if (sign === '^' || sign === '$') return ['', at + 1];
  if (sign === '.') return ['x', at + 1];
  if (sign === '[') return characterClass(pattern, at);
  if (sign === '\\') return escaped(pattern, at);
  if (sign !== '(') return [sign, at + 1];
  const lead = /^\((?:\?(?::|<\w+>|[=!]|<[=!]))?/.exec(pattern.slice(at))?.[0] ?? '(';
  const [text, end] = alternatives(pattern, at + lead.length);
  return [/[=!]$/.test(lead) ? '' : text, end + 1];
}

function escaped(pattern: string, at: number): Parsed {
  const sign = pattern[at + 1] ?? '';
  const property = /^\{[^}]*\}/.exec(pattern.slice(at + 2))?.[0];
  if ((sign === 'p' || sign === 'P') && property) return [property.includes('N') ? '0' : 'A', at + 2 + property.length];
  const known: Record<string, string> = {
    d: '0',
    w: 'x',
    s: ' ',
    D: 'x',
    S: 'x',
    W: ' ',
    b: '',
    B: '',
    n: '\n',
    t: '\t',
  };
  return [known[sign] ?? sign, at + 2];
}

function characterClass(pattern: string, at: number): Parsed {
  const negated = pattern[at + 1] === '^';
  const from = at + (negated ? 2 : 1);
  let end = from;
  while (end < pattern.length && (pattern[end] !== ']' || end === from)) end += pattern[end] === '\\' ? 2 : 1;
  const inside = pattern.slice(from, end);
  if (negated) {
    const form = new RegExp(`[^${inside}]`, 'u');
    return [['x', '0', 'A', ' ', '-'].find((sign) => form.test(sign)) ?? '', end + 1];
  }
  const [text] = inside.startsWith('\\') ? escaped(inside, 0) : [String.fromCodePoint(inside.codePointAt(0) ?? 120)];
  return [text, end + 1];
}

function count(pattern: string, at: number): [times: number, next: number] {
  const found = /^(?:\*|\+|\?|\{(\d+)(?:,\d*)?\})\??/.exec(pattern.slice(at));
  if (!found) return [1, at];
  const least = found[1] === undefined ? Number(found[0].startsWith('+')) : Number(found[1]);
  return [least, at + found[0].length];
}
