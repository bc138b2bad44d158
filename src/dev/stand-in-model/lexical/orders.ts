import type { Place, TextDocument } from './document.ts';
import { sentences } from './document.ts';

/** A passage that a gullible model takes for an order, as it would read it, and where it stands. */
export interface Order extends Place {
  text: string;
}

const ORDER =
  /(?<!\p{L})(?:set|change|update|replace|overwrite|correct|use|put|enter|make|answer|respond|reply|output|return|report|emit|extract|record|classify|categori[sz]e|treat|mark|label|tag|file|route|choose|pick|select|ignore|disregard|forget|override|must be|should be|is now|must read|instead of|setzen?|änder[en]|ersetzen?|überschreiben?|verwenden?|nimm|antworten?|antwort|gib|geben|melden?|klassifizieren?|kategorisieren?|ordnen?|stufen?|ignorieren?|vergiss|missachten?|statt|lautet jetzt|muss .{1,20} lauten|ignorez|ignora|negeer|zignoruj)(?!\p{L})/iu;
/** After one of these the rest of the paragraph is obeyed as well. */
const STRONG =
  /(?<!\p{L})(?:ignor\p{L}*|disregard|forget|override|vergiss|missacht\p{L}*|überschreib\p{L}*|negeer|answer|respond|reply|output|return|emit|antwort\p{L}*|gib|system|developer|assistant|instructions?|anweisung\p{L}*|json|model|modell|ki|ai)(?!\p{L})|<\/?(?:document|example|input|output|system|instructions?)\b|<\||\[inst\]/iu;
const JSON_ANSWER = /\{\s*["'][\p{L}_]+["']\s*:|^\s*["'][\p{L}_]+["']\s*:/u;
const BLOB = /[A-Za-z0-9+/]{24,}={0,2}|(?:[0-9a-f]{2}\s?){20,}/g;
const SPACED = /(?<![\p{L}\p{N}_-])(?:[\p{L}\p{N}_-] ){3,}[\p{L}\p{N}_-](?![\p{L}\p{N}_-])/gu;
const LOOK_ALIKES = new Map(
  [...'аеорсухіѕԁһкмтвнАЕОРСУХІКМТВН'].map((from, at) => [from, 'aeopcyxisdhkmtbhAEOPCYXIKMTBH'[at] ?? from]),
);

/**
 * What reads as an order in a document: sentences with a verb of command, what follows a strong one in its paragraph, and
 * answers that stand there ready-made. Wrapped lines are read on; disguises that a good model sees through, it sees through.
 */
export function ordersIn(document: TextDocument): Order[] {
  const read = document.lines.map(plain);
  const orders: Order[] = [];
  for (const { from, to } of paragraphs(read)) {
    const lines = read.slice(from, to);
    if (!lines.some((line) => ORDER.test(line) || STRONG.test(line) || JSON_ANSWER.test(line))) continue;
    // What is wrapped is read first, from its verb on; what stands in one line has the last word.
    for (const { text } of lines.length > 1 ? sentences({ ...document, lines: [lines.join(' ')] }) : []) {
      const order = ORDER.exec(text);
      if (order) orders.push(orderOf(text.slice(order.index), from, document));
    }
    let strong = false;
    for (const { text, line } of sentences({ ...document, lines })) {
      if (strong || JSON_ANSWER.test(text) || ORDER.test(text)) orders.push(orderOf(text, from + line, document));
      strong ||= STRONG.test(text);
    }
  }
  return orders;
}

function orderOf(text: string, line: number, document: TextDocument): Order {
  return { text: text.replace(/[.!?]$/, ''), line, start: 0, end: (document.lines[line] ?? '').length };
}

function paragraphs(lines: string[]): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  let from = 0;
  for (let at = 0; at <= lines.length; at++) {
    if (at < lines.length && lines[at]?.trim() !== '') continue;
    if (at > from) found.push({ from, to: at });
    from = at + 1;
  }
  return found;
}

/** A line as a good reader reads it: without invisible characters and look-alikes, encoded passages decoded behind it. */
function plain(line: string): string {
  const seen = line
    .replaceAll(/[\u{e0020}-\u{e007e}]/gu, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) - 0xe0000))
    .replaceAll(/&#(\d{2,5});/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/[\u0400-\u052f]/g, (letter) => LOOK_ALIKES.get(letter) ?? letter)
    .replaceAll(SPACED, (letters) => letters.replaceAll(' ', ''));
  const decoded = [...seen.matchAll(BLOB)]
    .map(([blob]) => {
      const code = blob.replaceAll(' ', '');
      return Buffer.from(code, /^[0-9a-f]+$/.test(code) ? 'hex' : 'base64').toString('utf8');
    })
    .filter((text) => /^[\p{L}\p{N}\p{P}\p{S}\s]+$/u.test(text) && !text.includes('\ufffd'));
  return [seen, ...decoded].join(' ');
}
