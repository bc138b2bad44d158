import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { LAYERS, type Layer } from './layers.ts';

/** One import or re-export of a file, as it stands in the text. */
export interface Import {
  line: number;
  specifier: string;
  /** Gone after type stripping: `import type`, `export type`, `typeof import(...)`. */
  typeOnly: boolean;
}

/** `root` ends with a slash; only .ts and .tsx files below `folder`, as paths from the root. */
export function sourcesIn(root: string, folder: string): { file: string; text: string }[] {
  return readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .toSorted()
    .map((file) => ({ file, text: readFileSync(root + file, 'utf8') }));
}

const STATEMENT =
  /^[ \t]*(?:import|export)\b(?<type>\s+type\b(?!\s*(?:,|from\b)))?(?:[\s\w*{},$]*?\bfrom)?\s*['"](?<name>[^'"\n]+)['"]/gm;
const CALL = /(?<type>\btypeof\s+)?\bimport\(\s*(?:['"`](?<name>[^'"`\n]+)['"`])?/g;

/** TypeScript 7 has no compiler API for JavaScript, so this reads the text; prettier keeps its form predictable. */
export function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  return [...code.matchAll(STATEMENT), ...code.matchAll(CALL)]
    .map(({ index, groups, 0: whole }) => ({
      line: code.slice(0, index + whole.search(/\S/)).split('\n').length,
      specifier: groups?.['name'] ?? '(computed)',
      typeOnly: groups?.['type'] !== undefined,
    }))
    .toSorted((a, b) => a.line - b.line);
}

/** What `file` may not import, each as 'file:line -> import (reason)'. Files outside every layer may import anything. */
export function violationsOf(file: string, text: string): string[] {
  const layer = layerOf(file);
  if (!layer) return [];
  return importsOf(text).flatMap((one) => {
    const reason = reasonAgainst(layer, file, one);
    return reason === undefined
      ? []
      : [`${file}:${one.line} -> ${one.typeOnly ? 'type ' : ''}${one.specifier} (${reason})`];
  });
}

/** The most specific layer that holds the file. */
export function layerOf(file: string): Layer | undefined {
  return LAYERS.filter(({ path }) => file === path || file.startsWith(`${path}/`)).toSorted(
    (a, b) => b.path.length - a.path.length,
  )[0];
}

function reasonAgainst(layer: Layer, file: string, { specifier, typeOnly }: Import): string | undefined {
  if (specifier === '(computed)') {
    return layer.computed?.includes(file) ? undefined : 'an import that only running the code can tell';
  }
  if (!specifier.startsWith('.')) {
    if (layer.packages === 'any') return undefined;
    const packages = [...layer.packages, ...(typeOnly ? (layer.typesOfPackages ?? []) : [])];
    return packages.some((name) => covers(name, specifier)) ? undefined : `${layer.path} does not use this package`;
  }
  const target = posix.join(posix.dirname(file), specifier);
  const other = layerOf(target);
  if (!other) return 'outside of src';
  if (other === layer) return undefined;
  const isIn = (paths: readonly string[] = []) =>
    paths.some((path) => target === path || target.startsWith(`${path}/`));
  if (isIn(layer.values)) return undefined;
  if (isIn(layer.types)) return typeOnly ? undefined : `${layer.path} may import only types from there`;
  return `${layer.path} does not import ${other.path}`;
}

/** 'node:*' covers every module of Node, another name itself and its documented sub-paths, never its `lib/`. */
function covers(name: string, specifier: string): boolean {
  if (name === 'node:*') return specifier.startsWith('node:');
  return specifier === name || (specifier.startsWith(`${name}/`) && !specifier.startsWith(`${name}/lib/`));
}

/** Comments become blanks, line breaks stay. A comment sign inside a string is left alone when it follows a colon. */
function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[^]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/(^|[^:'"`\\])\/\/.*$/gm, '$1');
}
