import { type QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type {
  AlikeGroupsBody,
  DeskCountsBody,
  DeskTaskBody,
  QueueItemBody,
  QueuePageBody,
  ViewsBody,
} from '../../client/api/schema-desk.ts';
import { get, getBytes, query, under } from '../api.ts';

/** What the queue is narrowed to; all of it stands in the address of the page. */
export interface DeskFilter {
  packId?: string | undefined;
  group?: string | undefined;
  reason?: string | undefined;
  text?: string | undefined;
  alike?: string | undefined;
  assigned?: 'me' | 'nobody' | undefined;
  stage?: 'review' | 'snoozed' | 'mine' | undefined;
  order?: 'value' | 'priority' | 'due' | undefined;
}

const PAGE = 100;

export const idOf = ({ caseId, taskNo }: { caseId: string; taskNo: number }) => `${caseId}#${taskNo}`;

/** The queue page by page; `more` reads the next one. */
export function useQueue(filter: DeskFilter, name: string) {
  const { stage, ...rest } = filter;
  const asked = { ...rest, limit: PAGE, snoozed: stage === 'snoozed', claimedBy: stage === 'mine' ? name : undefined };
  const result = useInfiniteQuery({
    queryKey: ['queue', asked],
    queryFn: ({ pageParam }) => get<QueuePageBody>(`/v1/desk/queue${query({ ...asked, cursor: pageParam })}`),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ cursor }) => cursor,
    placeholderData: (before) => before,
  });
  const seen = new Set<string>();
  const items = (result.data?.pages ?? [])
    .flatMap((page): QueueItemBody[] => page.items)
    // While values change, one may stand on two pages.
    .filter((item) => !seen.has(idOf(item)) && seen.add(idOf(item)));
  return { ...result, items };
}

export function useCounts() {
  return useQuery({
    queryKey: ['counts'],
    queryFn: () => get<DeskCountsBody>('/v1/desk/counts'),
    refetchInterval: 30_000,
  });
}

export function useViews() {
  return useQuery({ queryKey: ['views'], queryFn: () => get<ViewsBody>('/v1/desk/views') });
}

export function useAlike(enabled: boolean) {
  return useQuery({ queryKey: ['alike'], queryFn: () => get<AlikeGroupsBody>('/v1/desk/alike'), enabled });
}

const taskQuery = (caseId: string) => ({
  queryKey: ['task', caseId],
  queryFn: () => get<DeskTaskBody>(under('/v1/desk/tasks', caseId)),
});

export function useTask(caseId: string | undefined) {
  return useQuery({ ...taskQuery(caseId ?? ''), enabled: caseId !== undefined });
}

/** Reads questions that come next, and their documents, so that they are there when they are wanted. */
export function preload(client: QueryClient, items: readonly QueueItemBody[]): void {
  for (const { caseId } of items) {
    void client.fetchQuery(taskQuery(caseId)).then(
      ({ documents }) => {
        for (const { hash, mediaType } of documents)
          if (mediaType === 'application/pdf') void client.prefetchQuery(documentQuery(hash));
      },
      () => undefined,
    );
  }
}

export function documentQuery(hash: string) {
  return { queryKey: ['document', hash], queryFn: () => getBytes(`/v1/documents/${hash}`), staleTime: Infinity };
}
