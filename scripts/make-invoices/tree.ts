import { XMLBuilder, XMLParser } from 'fast-xml-parser';

/** An element of fast-xml-parser's order-preserving form: one tag name with its children, or `#text`. */
export type Element = { [tag: string]: unknown };

const OPTIONS = { preserveOrder: true, ignoreAttributes: false, parseTagValue: false, parseAttributeValue: false };
const parser = new XMLParser({ ...OPTIONS, trimValues: true });
const builder = new XMLBuilder({ ...OPTIONS, format: true, indentBy: '  ' });

export const parseXml = (xml: string): Element[] => parser.parse(xml) as Element[];
export const buildXml = (document: Element[]): string => `${String(builder.build(document)).trim()}\n`;

const tagOf = (element: Element): string => Object.keys(element).find((key) => key !== ':@') ?? '';

/** The element's name without its namespace prefix. */
export const nameOf = (element: Element): string => tagOf(element).replace(/^.*:/, '');

function childrenOf(element: Element): Element[] {
  const children = element[tagOf(element)];
  return Array.isArray(children) ? (children as Element[]) : [];
}

/** The root element of a document: the first one that is no processing instruction. */
export function rootOf(document: Element[]): Element {
  const root = document.find((element) => !tagOf(element).startsWith('?') && childrenOf(element).length > 0);
  if (root === undefined) throw new Error('the XML has no root element');
  return root;
}

/** Elements reached from `from` along local names, as in `TaxTotal/TaxSubtotal`. */
export function all(from: Element, path: string): Element[] {
  return path
    .split('/')
    .reduce<Element[]>((found, name) => found.flatMap(childrenOf).filter((child) => nameOf(child) === name), [from]);
}

export function text(element: Element | undefined): string | null {
  if (element === undefined) return null;
  const found = childrenOf(element).find((child) => '#text' in child);
  return found === undefined ? null : String(found['#text']).trim();
}

/** Text of the first element on the path, or null. */
export const textAt = (from: Element, path: string): string | null => text(all(from, path)[0]);

export function attribute(element: Element, name: string): string | null {
  const attributes = element[':@'] as Record<string, string> | undefined;
  return attributes?.[`@_${name}`] ?? null;
}

export function setText(element: Element, value: string): void {
  element[tagOf(element)] = [{ '#text': value }];
}

/** Sets the text of every element on the path; one that does not exist is not made. */
export function setAll(from: Element, path: string, value: string): void {
  for (const element of all(from, path)) setText(element, value);
}

export function remove(parent: Element, unwanted: (child: Element) => boolean): void {
  parent[tagOf(parent)] = childrenOf(parent).filter((child) => !unwanted(child));
}

/** Visits every element that holds text. */
export function eachText(from: Element, visit: (element: Element, value: string) => void): void {
  const value = text(from);
  if (value !== null) visit(from, value);
  for (const child of childrenOf(from)) if (!('#text' in child)) eachText(child, visit);
}
