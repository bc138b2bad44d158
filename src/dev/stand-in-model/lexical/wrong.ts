import type { Leaf, Node } from './answer.ts';
import { fit } from './answer.ts';
import { answeredBy } from './choose.ts';
import type { Choice } from './margin.ts';
import type { Reading } from './reading.ts';

/**
 * Makes one value of an answer wrong but plausible and valid, and leaves every probability where it was, so that wrong
 * answers are no less confident than right ones. `pick` is a number 0..1 that decides which value and by what;
 * `only` names the property to spoil (its path or last name). Says whether anything could be changed.
 */
export function spoil(node: Node, reading: Reading, pick: number, only?: string): boolean {
  const options = leavesOf(node)
    .filter(({ path }) => only === undefined || path === only || path.split('.').includes(only))
    .map((leaf) => ({ leaf, others: alternatives(leaf, reading) }))
    .filter(({ others }) => others.length > 0);
  const at = pick * options.length;
  const option = options[Math.floor(at)];
  const other = option?.others[Math.floor((at % 1) * option.others.length)];
  if (!option || !other) return false;
  const [first, ...rest] = option.leaf.choices;
  const remaining = rest.map((choice) => (choice.value === other.value ? { ...first, p: choice.p } : choice));
  option.leaf.choices = [{ ...other, p: first.p }, ...remaining];
  return true;
}

/** All values of an answer, in its order. */
export function leavesOf(node: Node): Leaf[] {
  if (node.kind === 'leaf') return [node];
  if (node.kind === 'array') return node.items.flatMap(leavesOf);
  return node.kind === 'object' ? node.entries.flatMap(([, child]) => leavesOf(child)) : [];
}

/** Another label that the examples know, another value of the same kind in the document, or two digits exchanged. */
function alternatives(leaf: Leaf, reading: Reading): Choice[] {
  const [chosen, ...others] = leaf.choices;
  if (chosen.value === null || leaf.shape.members.length === 1) return [];
  if (leaf.shape.kind === 'enum' || leaf.shape.kind === 'boolean') {
    const known = new Set(answeredBy(reading, leaf.path, () => true).map(({ answer }) => answer));
    const shown = others.filter(({ value }) => value !== null && known.has(value));
    return shown.length > 0 ? shown : others.filter(({ value }) => value !== null);
  }
  const found = others.filter(({ value }) => value !== null);
  return found.length > 0 ? found : exchanged(leaf);
}

function exchanged({ choices: [chosen], shape }: Leaf): Choice[] {
  const text = String(chosen.value);
  for (let at = text.length - 1; at > 0; at--) {
    const [left, right] = [text[at - 1] ?? '', text[at] ?? ''];
    if (!/\d/.test(left) || !/\d/.test(right) || left === right) continue;
    const swapped = text.slice(0, at - 1) + right + left + text.slice(at + 1);
    const value = fit(typeof chosen.value === 'number' ? Number(swapped) : swapped, shape);
    const isDate = shape.schema.format?.startsWith('date') ?? false;
    if (value !== undefined && value !== null && !(isDate && Number.isNaN(Date.parse(swapped))))
      return [{ ...chosen, value }];
  }
  return [];
}
