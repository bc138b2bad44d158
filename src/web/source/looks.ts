import type { DeskTaskBody } from '../../client/api/schema-desk.ts';

/** One thing to look at: the text of a source, or the document that it was read from. */
export interface Look {
  key: string;
  kind: 'text' | 'pdf';
  name: string;
  source: number;
  hash?: string;
}

/** All there is to look at, documents as people know them first. */
export function looksOf(task: DeskTaskBody): Look[] {
  const sources = task.sources ?? [];
  const pdfs = task.documents.flatMap((document, index): Look[] => {
    if (document.mediaType !== 'application/pdf') return [];
    const named = sources.findIndex(({ name }) => name === document.name);
    const source = named < 0 ? Math.min(index, sources.length - 1) : named;
    return [{ key: `pdf-${index}`, kind: 'pdf', name: document.name, source, hash: document.hash }];
  });
  const texts = sources.map(({ name }, source): Look => ({ key: `text-${source}`, kind: 'text', name, source }));
  return [...pdfs, ...texts];
}

/**
 * What to look at while nobody has chosen: what the evidence of the field that has the focus is in, else what most of the
 * evidence is in. A mail may say nothing that its attachment does.
 */
export function lookFor(task: DeskTaskBody, looks: readonly Look[], active: string | undefined): Look | undefined {
  const evidence = task.task?.evidence ?? {};
  const focused = active === undefined ? undefined : evidence[active]?.document;
  const within = (one: Look) => Object.values(evidence).filter((span) => span?.document === one.source).length;
  const most = Math.max(...looks.map(within));
  return looks.find(({ source }) => source === focused) ?? looks.find((one) => within(one) === most);
}
