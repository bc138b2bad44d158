import { Button } from '@mantine/core';
import type { Ref } from 'react';
import type { QueueItemBody } from '../../client/api/schema-desk.ts';
import { when } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import { useSession } from '../session.ts';
import { Filters } from './filters.tsx';
import { type DeskFilter, idOf, useCounts, type useQueue } from './queries.ts';
import { QueueList } from './queue-list.tsx';

/** The left column; on a narrow screen it is behind a button. */
export function QueueSide(props: {
  queue: ReturnType<typeof useQueue>;
  /** Without those that this reviewer has answered. */
  items: readonly QueueItemBody[];
  currentItem: QueueItemBody | undefined;
  filter: DeskFilter;
  selected: ReadonlySet<string>;
  chosen: number;
  name: string;
  shown: boolean;
  search: Ref<HTMLInputElement>;
  onShow: (shown: boolean) => void;
  onSelect: (id: string) => void;
  onOpen: (caseId: string) => void;
  onFilter: (filter: DeskFilter) => void;
}) {
  const { queue, items, currentItem, filter, selected, chosen, name, shown, search, onShow } = props;
  const { say } = useWords();
  const counts = useCounts();
  return (
    <>
      <aside className="desk-queue" aria-label={say('queue.title')}>
        <StandsIn />
        <Filters filter={filter} counts={counts.data} search={search} onChange={props.onFilter} />
        {selected.size > 0 && <p className="pad">{say('queue.selected', { count: chosen })}</p>}
        {queue.error && <p className="pad bad">{say('app.failed', { message: queue.error.message })}</p>}
        {queue.isSuccess && items.length === 0 && (
          <p className="pad">{say((counts.data?.total ?? 0) > 0 ? 'queue.filtered' : 'queue.empty')}</p>
        )}
        <QueueList
          items={items}
          current={currentItem && idOf(currentItem)}
          selected={selected}
          name={name}
          hasMore={queue.hasNextPage}
          onMore={() => void queue.fetchNextPage()}
          onSelect={props.onSelect}
          onOpen={(id) => {
            props.onOpen(id.slice(0, id.lastIndexOf('#')));
            onShow(false);
          }}
        />
      </aside>
      <Button
        className="queue-toggle"
        size="compact-sm"
        variant="default"
        onClick={() => onShow(!shown)}
        aria-expanded={shown}
      >
        {say('queue.show')} ({items.length})
      </Button>
    </>
  );
}

/** In whose place this reviewer answers while they are away. */
function StandsIn() {
  const { say, language } = useWords();
  return useSession().standsInFor.map(({ personId, name, until }) => (
    <p key={personId} className="pad queue-when">
      {say('queue.standsIn', { person: name, until: when(until, language) })}
    </p>
  ));
}
