/** Papers that come to the same address, by the words that stand in their headings. */
const OTHERS: readonly (readonly [kind: string, heading: RegExp])[] = [
  [
    'an order confirmation',
    /auftragsbest\u00e4tigung|bestellbest\u00e4tigung|order (?:confirmation|acknowledge?ment)|confirmation de commande|confirmaci\u00f3n de pedido|conferma d'ordine/i,
  ],
  [
    'a delivery note',
    /lieferschein|delivery note|packing (?:slip|list)|bon de livraison|albar\u00e1n|bolla di consegna/i,
  ],
  [
    'a payment reminder',
    /(?:\d\. )?mahnung|zahlungserinnerung|payment reminder|(?:first|second|final|overdue) (?:reminder|notice)|reminder|rappel de paiement|recordatorio de pago|sollecito/i,
  ],
  ['a quotation', /angebot|kostenvoranschlag|quotation|quote|price offer|devis|presupuesto|preventivo/i],
  [
    'a statement of account',
    /kontoauszug|statement of account|account statement|relev\u00e9 de compte|extracto de cuenta/i,
  ],
  ['a pro-forma invoice', /pro-?forma[- ]?(?:rechnung|invoice)|facture pro-?forma/i],
  ['a newsletter', /newsletter/i],
];
const INVOICE =
  /\b(?:(?:schluss|teil|abschlags|sammel)?rechnung|(?:tax |commercial )?invoice|bill|facture|factura|fattura)\b/i;
const CREDIT =
  /gutschrift|rechnungskorrektur|korrekturrechnung|stornorechnung|corrected invoice|credit (?:note|memo)|note de cr\u00e9dit|avoir|nota de cr\u00e9dito|nota di credito/i;
const LEAVE_THE_LIST =
  /\b(?:unsubscribe|newsletter abbestellen|vom newsletter abmelden|se d\u00e9sabonner|darse de baja)\b/i;
const AMOUNT = /\d[.,]\d{2}(?!\d)/;
/** A heading is short, and stands near the top. */
const HEADING_LENGTH = 60;
const HEADING_LINES = 40;

/**
 * What a text is when it is plainly no invoice: 'a delivery note'. Told by the first heading (or subject of a mail) that
 * names a kind of paper; a text without heading is none of them unless it has no amount and no word for invoice at all.
 */
export function otherKindOf(text: string): string | undefined {
  for (const heading of headingsIn(text)) {
    const other = OTHERS.find(([, words]) => startsWith(heading, words));
    if (other) return other[0];
    if (INVOICE.test(heading) || startsWith(heading, CREDIT)) return undefined;
  }
  const invoice = INVOICE.test(text) || /rechnung/i.test(text);
  if (!invoice && LEAVE_THE_LIST.test(text)) return 'a newsletter';
  if (!invoice && !AMOUNT.test(text)) return 'a text without any amount';
  return undefined;
}

/** Whether a heading names a credit note, or the correction of an earlier invoice. */
export function isCreditOrCorrection(text: string): boolean {
  return headingsIn(text).some((heading) => startsWith(heading, CREDIT));
}

function startsWith(heading: string, words: RegExp): boolean {
  return new RegExp(`^\\W*(?:${words.source})(?!\\p{L})`, 'iu').test(heading);
}

function headingsIn(text: string): string[] {
  const parts = text
    .split('\n')
    .slice(0, HEADING_LINES)
    .flatMap((line) => line.split(/ {2,}/));
  return parts
    .map((part) => part.replace(/^Subject:\s*(?:(?:re|fwd?|aw|wg):\s*)*/i, '').trim())
    .filter((part) => part !== '' && part.length <= HEADING_LENGTH);
}
