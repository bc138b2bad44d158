import { Comparer } from './similarity.ts';
import type { TextDocument } from './document.ts';
import { readDocument } from './document.ts';
import type { Field } from './labels.ts';
import { fieldsOf, LabelIndex } from './labels.ts';
import { learnedLabels } from './learned.ts';
import type { Example, Prompt } from './prompt.ts';
import type { JsonSchema } from './schema.ts';

/** Everything that one request says, ready to be asked about: the document, the examples, the properties wanted. */
export interface Reading {
  root: JsonSchema;
  document: TextDocument;
  fields: Map<string, Field>;
  labels: LabelIndex;
  examples: (Example & { similarity: number })[];
}

/** Reads a prompt against the schema to be filled. */
export function read(prompt: Prompt, root: JsonSchema): Reading {
  const document = readDocument(prompt.documents.map(({ text }) => text));
  const similarities = new Comparer(prompt.examples.map(({ input }) => input)).compare(document.text);
  const examples = prompt.examples
    .map((example, index) => ({ ...example, similarity: similarities[index] ?? 0 }))
    .toSorted((a, b) => b.similarity - a.similarity);
  const fields = fieldsOf(root, root).map((field) => ({
    ...field,
    labels: [...field.labels, ...learnedLabels(field, prompt.examples)],
  }));
  return {
    root,
    document,
    fields: new Map(fields.map((field) => [field.path, field])),
    labels: new LabelIndex(document, fields),
    examples,
  };
}
