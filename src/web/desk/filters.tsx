import { ActionIcon, Button, Group, Menu, NativeSelect, Popover, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type Ref, useState } from 'react';
import { Link } from 'wouter';
import type { DeskCountsBody, SavedFilter } from '../../client/api/schema-desk.ts';
import { send } from '../api.ts';
import { fromNow, money, words } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import { currentName } from '../session.ts';
import { type DeskFilter, useViews } from './queries.ts';

/** What the queue is narrowed to, its order, saved views, and whether the deadlines will be met. */
export function Filters({
  filter,
  counts,
  onChange,
  search,
}: {
  filter: DeskFilter;
  counts: DeskCountsBody | undefined;
  onChange: (filter: DeskFilter) => void;
  search: Ref<HTMLInputElement>;
}) {
  const { say, sayOr, language } = useWords();
  const choose = (part: DeskFilter) => onChange({ ...filter, ...part });
  const options = (
    title: string,
    numbers: Record<string, number> | undefined,
    chosen: string | undefined,
    name: (key: string) => string,
  ) => [
    { value: '', label: `${title}: ${say('queue.all').toLowerCase()}` },
    ...[...new Set([...Object.keys(numbers ?? {}), ...(chosen === undefined ? [] : [chosen])])]
      .toSorted()
      .map((value) => ({ value, label: `${name(value)} (${numbers?.[value] ?? 0})` })),
  ];
  const { forecast } = counts ?? {};
  const perHour = Math.round(forecast?.perHour ?? 0);
  return (
    <div className="filters">
      {counts && forecast && (
        <p className="forecast">
          <b>{say('queue.count', { count: counts.total })}</b>
          {counts.overdue > 0 && <b className="bad"> · {say('queue.overdue', { count: counts.overdue })}</b>}
          <br />
          {forecast.missed > 0
            ? say('queue.forecast', {
                ...{ missed: forecast.missed, perHour, saved: forecast.oneMoreHour.saved },
                worth: money(forecast.oneMoreHour.worth, undefined, language),
              })
            : say(forecast.measured ? 'queue.inTime' : 'queue.inTimeOne', { perHour })}
          <br />
          <Link href="/search?stage=undo-window&mine=1">{say('queue.undoable')}</Link>
        </p>
      )}
      <TextInput
        ref={search}
        size="xs"
        aria-label={say('queue.search')}
        placeholder={say('queue.search')}
        value={filter.text ?? ''}
        onChange={(event) => choose({ text: event.currentTarget.value || undefined })}
      />
      <div className="filter-grid">
        <NativeSelect
          size="xs"
          aria-label={say('queue.order')}
          value={filter.order ?? 'value'}
          onChange={(event) => choose({ order: event.currentTarget.value as DeskFilter['order'] })}
          data={(['value', 'priority', 'due'] as const).map((value) => ({ value, label: say(`queue.order.${value}`) }))}
        />
        <NativeSelect
          size="xs"
          aria-label={say('queue.stage')}
          value={filter.stage ?? 'review'}
          onChange={(event) => choose({ stage: event.currentTarget.value as DeskFilter['stage'] })}
          data={(['review', 'snoozed', 'mine'] as const).map((value) => ({
            value,
            label: say(`queue.stage.${value}`),
          }))}
        />
        <NativeSelect
          size="xs"
          aria-label={say('queue.pack')}
          value={filter.packId ?? ''}
          onChange={(event) => choose({ packId: event.currentTarget.value || undefined })}
          data={options(say('queue.pack'), counts?.packs, filter.packId, words)}
        />
        <NativeSelect
          size="xs"
          aria-label={say('queue.group')}
          value={filter.group ?? ''}
          onChange={(event) => choose({ group: event.currentTarget.value || undefined })}
          data={options(say('queue.group'), counts?.groups, filter.group, words)}
        />
        <NativeSelect
          size="xs"
          aria-label={say('queue.reason')}
          value={filter.reason ?? ''}
          onChange={(event) => choose({ reason: event.currentTarget.value || undefined })}
          data={options(say('queue.reason'), counts?.reasons, filter.reason, (code) =>
            sayOr(`reason.${code}`, words(code)),
          )}
        />
        <NativeSelect
          size="xs"
          aria-label={say('queue.assigned')}
          value={filter.assigned ?? ''}
          onChange={(event) => choose({ assigned: (event.currentTarget.value || undefined) as DeskFilter['assigned'] })}
          data={[
            { value: '', label: `${say('queue.assigned')}: ${say('queue.all').toLowerCase()}` },
            ...(['me', 'nobody'] as const).map((value) => ({ value, label: say(`queue.assigned.${value}`) })),
          ]}
        />
        <SavedViews filter={filter} onChange={onChange} />
      </div>
    </div>
  );
}

function SavedViews({ filter, onChange }: { filter: DeskFilter; onChange: (filter: DeskFilter) => void }) {
  const { say, language } = useWords();
  const client = useQueryClient();
  const { data } = useViews();
  const [name, setName] = useState('');
  const [saving, setSaving] = useState(false);
  const [failed, setFailed] = useState<string>();
  const changed = () => client.invalidateQueries({ queryKey: ['views'] });
  const save = async () => {
    const { stage, ...rest } = filter;
    const by = currentName();
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const more = { ...(stage === 'snoozed' ? { snoozed: true } : {}), ...(stage === 'mine' ? { claimedBy: by } : {}) };
    await send('PUT', `/v1/desk/views/${encodeURIComponent(name.trim())}`, { filter: { ...given, ...more }, by });
    setName('');
    setSaving(false);
    await changed();
  };
  return (
    <Group gap={4} wrap="nowrap">
      <Menu withinPortal>
        <Menu.Target>
          <Button size="xs" variant="default" flex={1} px={6}>
            {say('views.title')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {data?.views.map((view) => (
            <Group key={view.name} gap={4} wrap="nowrap">
              <Menu.Item onClick={() => onChange(shownFilter(view.filter))} rightSection={<b>{view.count}</b>}>
                {view.name}
                {view.nextDueAt !== null && (
                  <div className="queue-when">{say('views.due', { when: fromNow(view.nextDueAt, language) })}</div>
                )}
              </Menu.Item>
              <ActionIcon
                variant="default"
                size="sm"
                aria-label={say('views.remove', { name: view.name })}
                onClick={() => void send('DELETE', `/v1/desk/views/${encodeURIComponent(view.name)}`).then(changed)}
              >
                <IconX size={12} />
              </ActionIcon>
            </Group>
          ))}
          {data?.views.length === 0 && <Menu.Label c="inherit">{say('app.none')}</Menu.Label>}
        </Menu.Dropdown>
      </Menu>
      <Popover withinPortal trapFocus returnFocus opened={saving} onChange={setSaving}>
        <Popover.Target>
          <Button
            size="xs"
            variant="default"
            px={8}
            aria-label={say('views.save')}
            title={say('views.save')}
            onClick={() => setSaving(!saving)}
          >
            +
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim() !== '') save().catch((error: unknown) => setFailed((error as Error).message));
            }}
          >
            <TextInput
              size="xs"
              label={say('views.name')}
              maxLength={100}
              value={name}
              error={failed}
              onChange={(event) => setName(event.currentTarget.value)}
              mb="xs"
            />
            <Button size="xs" type="submit">
              {say('views.save')}
            </Button>
          </form>
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
}

function shownFilter({ snoozed, claimedBy, ...rest }: SavedFilter): DeskFilter {
  return { ...rest, stage: snoozed ? 'snoozed' : claimedBy === undefined ? undefined : 'mine' };
}
