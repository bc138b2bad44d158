import { UserError } from './context.ts';

type Json = Record<string, unknown> | unknown[];

/**
 * The output with `field=value` changes. A value is read as what stands there now: text stays text, a number must be a
 * number; anything else is JSON. A path such as `vatBreakdown.0.net` leads into lists and objects. Throws `UserError`.
 */
export function amended(output: Record<string, unknown>, changes: readonly string[]): Record<string, unknown> {
  const result = structuredClone(output);
  for (const change of changes) {
    const at = change.indexOf('=');
    if (at < 1) throw new UserError(`--set ${change}: write it as FIELD=VALUE.`);
    put(result, change.slice(0, at), change.slice(at + 1));
  }
  return result;
}

function put(result: Record<string, unknown>, path: string, text: string): void {
  const parts = Object.hasOwn(result, path) ? [path] : path.split('.');
  const last = parts.pop() ?? '';
  let place: Json = result;
  for (const part of parts) {
    const inner = valueAt(place, part);
    if (typeof inner !== 'object' || inner === null)
      throw new UserError(`--set ${path}: there is nothing in '${part}'.`);
    place = inner as Json;
  }
  const value = valueOf(path, text, valueAt(place, last));
  if (Array.isArray(place)) place[indexIn(place, path, last)] = value;
  else Object.defineProperty(place, last, { value, enumerable: true, configurable: true, writable: true });
}

function valueAt(place: Json, part: string): unknown {
  return Object.hasOwn(place, part) ? (place as Record<string, unknown>)[part] : undefined;
}

function indexIn(list: unknown[], path: string, part: string): number {
  const index = Number(part);
  if (Number.isInteger(index) && index >= 0 && index <= list.length) return index;
  throw new UserError(`--set ${path}: '${part}' is no place in a list of ${list.length}.`);
}

function valueOf(path: string, text: string, now: unknown): unknown {
  if (typeof now === 'string') return text;
  const value = jsonOrText(text);
  if (typeof now === 'number' && typeof value !== 'number')
    throw new UserError(`--set ${path}: '${text}' is no number.`);
  if (typeof now === 'boolean' && typeof value !== 'boolean')
    throw new UserError(`--set ${path}: write true or false, not '${text}'.`);
  return value;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
