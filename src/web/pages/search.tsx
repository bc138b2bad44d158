import { Button, Checkbox, Group, NativeSelect, Table, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { FoundCasesBody } from '../../client/api/schema-desk.ts';
import { get, query } from '../api.ts';
import { fromNow, moment, when, words } from '../format.ts';
import { standOf, useWords } from '../i18n/use-words.ts';
import { takeBack } from '../desk/undo.ts';
import { useSession } from '../session.ts';
import { Page } from './page.tsx';

type Found = FoundCasesBody['cases'][number];

/** Where a case may stand that somebody looks for. */
const STAGES = ['review', 'information-asked', 'undo-window', 'writing', 'closed'] as const;
/** A window may end meanwhile. */
const REFETCH_MS = 10_000;

/** Any case by a part of its key, by where it stands, by who answered it; an approval can be taken back from here. */
export function SearchPage() {
  const { say, sayOr } = useWords();
  const { name } = useSession();
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const [note, setNote] = useState('');
  const text = params.get('text') ?? '';
  const stage = params.get('stage') ?? '';
  const mine = params.get('mine') !== null;
  const asked = { text, stage, answeredBy: mine ? name : undefined };
  const { data, error } = useQuery({
    queryKey: ['search', asked],
    queryFn: () => get<FoundCasesBody>(`/v1/desk/search${query(asked)}`),
    placeholderData: (before) => before,
    refetchInterval: REFETCH_MS,
  });
  const choose = (part: Record<string, string>) => {
    const all = { text, stage, mine: mine ? '1' : '', ...part };
    setParams(
      Object.entries(all).filter(([, value]) => value !== ''),
      { replace: true },
    );
  };
  const undo = async ({ caseId, caseKey, undo: window }: Found) => {
    if (!window) return;
    const taken = await takeBack({ caseId, seen: window.seen }).catch((failed: unknown) =>
      setNote((failed as Error).message),
    );
    if (taken !== undefined) setNote(say(taken ? 'undo.done' : 'undo.no', { key: caseKey }));
    await client.invalidateQueries({ queryKey: ['search'] });
  };
  return (
    <Page title={say('search.title')} error={error}>
      <Group align="flex-end" mb="md">
        <TextInput
          autoFocus
          label={say('search.label')}
          description={say('search.hint')}
          value={text}
          onChange={(event) => choose({ text: event.currentTarget.value })}
          maw={480}
        />
        <NativeSelect
          label={say('queue.stage')}
          value={stage}
          onChange={(event) => choose({ stage: event.currentTarget.value })}
          data={[
            { value: '', label: say('queue.all') },
            ...STAGES.map((value) => ({ value, label: sayOr(`stage.${value}`, words(value)) })),
          ]}
        />
        <Checkbox
          label={say('search.mine')}
          checked={mine}
          onChange={(event) => choose({ mine: event.currentTarget.checked ? '1' : '' })}
          mb={8}
        />
      </Group>
      <p role="status">{note}</p>
      {data?.cases.length === 0 && <p>{say('search.none')}</p>}
      <div className="scroll-x" tabIndex={0} role="region" aria-label={say('search.title')}>
        <Table striped>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('case.title')}</Table.Th>
              <Table.Th>{say('queue.pack')}</Table.Th>
              <Table.Th>{say('queue.stage')}</Table.Th>
              <Table.Th>{say('search.received')}</Table.Th>
              <Table.Th>
                <span className="hidden">{say('act.undo')}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data?.cases.map((found) => (
              <FoundRow key={found.caseId} found={found} onUndo={() => void undo(found)} />
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Page>
  );
}

function FoundRow({ found, onUndo }: { found: Found; onUndo: () => void }) {
  const { say, sayOr, language } = useWords();
  const { caseId, caseKey, revision, packId, stage, outcome, receivedAt, undo } = found;
  return (
    <Table.Tr>
      <Table.Td>
        <Link href={`/${caseId}`}>
          {caseKey}
          {revision > 1 ? ` (${revision})` : ''}
        </Link>
      </Table.Td>
      <Table.Td>{words(packId)}</Table.Td>
      <Table.Td>{standOf({ stage, outcome }, sayOr)}</Table.Td>
      <Table.Td title={moment(receivedAt, language)}>{fromNow(receivedAt, language)}</Table.Td>
      <Table.Td>
        {undo && (
          <>
            <div className="queue-when">{say('search.undo', { by: undo.by, when: when(undo.until, language) })}</div>
            <Button
              size="compact-xs"
              variant="default"
              onClick={onUndo}
              aria-label={say('search.takeBack', { key: caseKey })}
            >
              {say('act.undo')}
            </Button>
          </>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
