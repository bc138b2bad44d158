import type { SourceDocument } from './pack.ts';

/** The documents as delimited data: what is inside cannot close its delimiter or pose as an example. */
export function documentBlocks(sources: readonly SourceDocument[]): string {
  return sources
    .map(({ name, text }) => `<document name="${escaped(name).replaceAll('"', "'")}">\n${escaped(text)}\n</document>`)
    .join('\n\n');
}

/** A solved example: the same delimiters, the expected answer as JSON. */
export function exampleBlock(input: string, output: unknown): string {
  return `<example><input>${escaped(input)}</input><output>${JSON.stringify(output)}</output></example>`;
}

function escaped(text: string): string {
  return text.replace(/<(?=\/?(?:document|example|input|output)\b)/gi, '&lt;');
}
