import { Button, Checkbox } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { QueueItemBody } from '../../client/api/schema-desk.ts';
import { fromNow, when, words } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import { idOf } from './queries.ts';

/** The queue as a list; one is on the screen, some may be selected to be decided together. */
export function QueueList({
  items,
  current,
  selected,
  name,
  hasMore,
  onOpen,
  onSelect,
  onMore,
}: {
  items: readonly QueueItemBody[];
  current: string | undefined;
  selected: ReadonlySet<string>;
  name: string;
  hasMore: boolean;
  onOpen: (id: string) => void;
  onSelect: (id: string) => void;
  onMore: () => void;
}) {
  const { say, sayOr, language } = useWords();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <>
      <ul className="queue" ref={list} aria-label={say('queue.title')}>
        {items.map((item) => {
          const id = idOf(item);
          const overdue = new Date(item.dueAt).getTime() < Date.now();
          return (
            <li key={id} data-current={id === current || undefined}>
              <Checkbox
                size="xs"
                tabIndex={-1}
                aria-label={say('queue.select', { key: item.caseKey })}
                checked={selected.has(id)}
                onChange={() => onSelect(id)}
              />
              <button type="button" aria-current={id === current ? 'true' : undefined} onClick={() => onOpen(id)}>
                <span className="queue-key">{item.caseKey}</span>
                <span className="queue-what">{item.effects[0] ?? words(item.packId)}</span>
                <span className="queue-why">
                  {item.codes.map((code) => sayOr(`reason.${code}`, words(code))).join(', ')}
                </span>
                <span
                  className="queue-when"
                  data-overdue={overdue || undefined}
                  title={`${say('first.deadline')}: ${when(item.dueAt, language)}`}
                >
                  {say('first.deadline')} {fromNow(item.dueAt, language)}
                  {item.claim && item.claim.by !== name && <b> · {say('queue.claimed', { by: item.claim.by })}</b>}
                </span>
                {item.assignee !== null && (
                  <span className="queue-when">
                    {item.assignee === name
                      ? say('queue.assigned.you')
                      : say('queue.assigned.to', { by: item.assignee })}
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ul>
      {hasMore && (
        <Button variant="default" size="xs" m="xs" onClick={onMore}>
          {say('app.more')}
        </Button>
      )}
    </>
  );
}
