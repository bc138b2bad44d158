/**
 * The prompt convention that the stand-in understands; it is common practice and nothing in it is particular to one
 * application:
 *
 * - solved examples, anywhere in the instructions or messages:
 *   `<example><input>...</input><output>{ json }</output></example>`, or pairs of a user message and an assistant
 *   message whose whole content is JSON;
 * - the documents to answer for, in user messages: `<document name="...">...</document>`, several possible; without
 *   any, the last user message less its examples is the document.
 *
 * Inside the tags `&lt; &gt; &amp; &quot;` are unescaped, so a document cannot close its own tag.
 */
import type { Json } from './schema.ts';

export interface Message {
  role: string;
  text: string;
}

export interface Example {
  input: string;
  output: Json;
}

export interface Prompt {
  examples: Example[];
  documents: { name: string; text: string }[];
}

const BLOCKS = /<example>([\s\S]*?)<\/example>|<document\b([^>]*)>([\s\S]*?)<\/document>/g;
const DOCUMENT_TAGS = /<\/?document\b[^>]*>/g;
const PARTS = /<input>([\s\S]*?)<\/input>[\s\S]*?<output>([\s\S]*?)<\/output>/;

/** Finds examples and documents in the messages of a request. An example without valid JSON output is left out. */
export function readPrompt(messages: Message[]): Prompt {
  const examples: Example[] = [];
  const documents: Prompt['documents'] = [];
  for (const [index, message] of messages.entries()) {
    for (const [, example, attributes, document] of message.text.matchAll(BLOCKS)) {
      if (document !== undefined && message.role === 'user') {
        documents.push({ name: /name="([^"]*)"/.exec(attributes ?? '')?.[1] ?? '', text: unescape(document).trim() });
      } else if (example !== undefined) {
        const [, input, output] = PARTS.exec(example) ?? [];
        addExample(examples, unescape((input ?? '').replaceAll(DOCUMENT_TAGS, '')), unescape(output ?? ''));
      }
    }
    if (message.role === 'assistant') addExample(examples, messages[index - 1]?.text ?? '', message.text);
  }
  if (documents.length === 0) {
    const last = messages.findLast((message) => message.role === 'user')?.text ?? '';
    documents.push({ name: '', text: last.replaceAll(BLOCKS, '').trim() });
  }
  return { examples, documents };
}

function addExample(examples: Example[], input: string, output: string): void {
  try {
    examples.push({ input: input.trim(), output: JSON.parse(output) as Json });
  } catch {
    // Prose between examples, or an earlier answer that is no JSON: nothing to learn from.
  }
}

function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

/** What an example answers at a path of the schema; undefined where it has nothing there, or a list is on the way. */
export function answerAt(output: Json, path: string): Json | undefined {
  let at: Json | undefined = output;
  for (const step of path.split('.')) {
    if (at === null || typeof at !== 'object' || Array.isArray(at)) return undefined;
    at = at[step];
  }
  return at;
}
