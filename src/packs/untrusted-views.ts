import type { InstructionKind } from './untrusted-patterns.ts';

/** One text as a reader that sees through tricks would see it. All in lower case, without accents. */
export interface Views {
  /** Lines kept, blanks collapsed. */
  lines: string;
  /** One line: an instruction may be wrapped anywhere. */
  flat: string;
  /** Letters only: s p a c e d, hy-phen-ated or dotted text reads the same. */
  squeezed: string;
  /** `squeezed` of what stands there in other ways: digits for letters, backwards, by thirteen letters. */
  disguised: string[];
  /** What encoded passages say. */
  decoded: string[];
}

/** Letters that look like Latin ones: Cyrillic and Greek, after lower-casing. NFKC already maps full-width and styled ones. */
const LOOK_ALIKES = new Map(
  [...'аеорсухіјѕԁһӏькмтвнпгαεορτυνικηω'].map((from, at) => [from, 'aeopcyxijsdhlbkmtbhnraeoptuvikhw'[at] ?? from]),
);
const DIGITS_FOR_LETTERS = new Map(
  Object.entries({ '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's' }),
);
/** Tag characters repeat ASCII invisibly. */
const TAGS = /[\u{e0020}-\u{e007e}]/gu;
const CYRILLIC_IN_LATIN =
  /(?=\p{L}{3})\p{L}*(?:\p{Script=Latin}\p{Script=Cyrillic}|\p{Script=Cyrillic}\p{Script=Latin})/u;
const MIN_HIDDEN = 4;
const SHORTEST_BLOB = 24;
const BLOBS = /[A-Za-z0-9+/_-]{24,}={0,2}/g;
const HEX = /(?:[0-9a-f]{2}[\s:]?){20,}/gi;
const MOST_DECODED = 200;

export function viewsOf(text: string): Views {
  const folded = fold(text);
  const lines = folded.replace(/[^\S\n]+/g, ' ');
  const flat = lines.replaceAll('\n', ' ');
  const squeezed = lettersOf(flat);
  const disguised = [
    lettersOf(flat.replace(/[013457@$]/g, (sign) => DIGITS_FOR_LETTERS.get(sign) ?? sign)),
    [...squeezed].toReversed().join(''),
    squeezed.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97)),
  ].filter((view) => view !== squeezed);
  return { lines, flat, squeezed, disguised, decoded: decodedIn(text) };
}

/** Tricks that need no phrase to be told: text in invisible characters, Latin words with Cyrillic letters. */
export function hiddenKindsIn(text: string): InstructionKind[] {
  const hidden = (text.match(TAGS) ?? []).length >= MIN_HIDDEN;
  return hidden || CYRILLIC_IN_LATIN.test(text) ? ['disguised'] : [];
}

function fold(text: string): string {
  return text
    .replace(TAGS, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) - 0xe0000))
    .replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));?/gi, (whole, hex?: string, decimal?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(
      /&(lt|gt|quot|amp);/gi,
      (whole, name: string) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[name.toLowerCase()] ?? whole,
    )
    .replace(/%([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .replace(/[\p{Script=Cyrillic}\p{Script=Greek}]/gu, (letter) => LOOK_ALIKES.get(letter) ?? letter)
    .replaceAll('ß', 'ss')
    .replace(/[‘’‚´`]/g, "'")
    .replace(/[“”„«»]/g, '"')
    .replace(/[‐‑‒–—−]/g, '-');
}

const lettersOf = (text: string) => text.replace(/[^a-z]+/g, '');

/** Base64 and hexadecimal passages that say something readable. */
function decodedIn(text: string): string[] {
  const joined = text.replace(/(?<=[A-Za-z0-9+/]{40})\r?\n(?=[A-Za-z0-9+/=]{4})/g, '');
  const found: string[] = [];
  for (const [blob] of joined.matchAll(BLOBS)) {
    if (found.length >= MOST_DECODED) break;
    if (/[a-z]/.test(blob) && /[A-Z]/.test(blob)) found.push(Buffer.from(blob, 'base64').toString('utf8'));
  }
  for (const [blob] of joined.matchAll(HEX)) {
    if (found.length >= MOST_DECODED) break;
    found.push(Buffer.from(blob.replace(/[\s:]/g, ''), 'hex').toString('utf8'));
  }
  return found.filter((inner) => inner.length * 2 >= SHORTEST_BLOB && isReadable(inner));
}

function isReadable(text: string): boolean {
  return (text.match(/[\p{L}\p{N}\p{P}\p{Zs}\n]/gu) ?? []).length >= text.length * 0.9;
}
