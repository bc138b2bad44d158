import { labelPattern, labelsOf } from './labels.ts';

/** Each field of an answer, and what a text looks like that states it: the pack's hint, else the labels it describes. */
export function fieldsOf(
  answerSchema: Record<string, unknown>,
  hints: Readonly<Record<string, RegExp>>,
): { name: string; looks: RegExp | undefined }[] {
  const properties = (answerSchema['properties'] ?? {}) as Record<string, unknown>;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    looks: hints[name] ?? labelPattern(labelsOf(descriptionsIn(property))),
  }));
}

/** The descriptions of a field and of the values inside it, the outer ones first. */
function descriptionsIn(property: unknown): string {
  if (typeof property !== 'object' || property === null) return '';
  const { description, properties } = property as { description?: unknown; properties?: Record<string, unknown> };
  const inner = Object.values(properties ?? {}).map(descriptionsIn);
  return [typeof description === 'string' ? description : '', ...inner].join('\n');
}
