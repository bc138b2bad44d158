/** Path of a case in the HTTP API. Each part is encoded, because case keys may hold `%`, `?` or `#`. */
export function casePath(caseId: string): string {
  return `/v1/cases/${encoded(caseId)}`;
}

/** Path of its receipt. */
export function receiptPath(caseId: string): string {
  return `/v1/receipts/${encoded(caseId)}`;
}

function encoded(caseId: string): string {
  return caseId.split('/').map(encodeURIComponent).join('/');
}

/** What is needed to point to the Temporal UI; without `temporalUi` there are no links. */
export interface LinkBase {
  /** URL of the Temporal UI. */
  temporalUi?: string;
  namespace: string;
}

/** The page of a workflow in the Temporal UI, or of the list of them; undefined when no UI is known. */
export function temporalUrl({ temporalUi, namespace }: LinkBase, workflowId?: string): string | undefined {
  if (temporalUi === undefined) return undefined;
  const base = temporalUi.replace(/\/+$/, '');
  const all = `${base}/namespaces/${encodeURIComponent(namespace)}/workflows`;
  return workflowId === undefined ? all : `${all}/${encodeURIComponent(workflowId)}`;
}
