import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { CountsBody, PacksBody } from '../../client/api/schema-system.ts';
import { get } from '../api.ts';
import { standOf, useWords } from '../i18n/use-words.ts';
import { useCounts } from '../desk/queries.ts';
import { Page } from './page.tsx';
import { Reasons } from './reasons.tsx';

/** The process packs, what waits in each, and how its cases ended. */
export function PacksPage() {
  const { say, sayOr } = useWords();
  const { data, error } = useQuery({ queryKey: ['packs'], queryFn: () => get<PacksBody>('/v1/packs') });
  const { data: all } = useQuery({ queryKey: ['all-counts'], queryFn: () => get<CountsBody>('/v1/counts') });
  const waiting = useCounts();
  return (
    <Page title={say('app.packs')} error={error}>
      <div className="scroll-x" tabIndex={0} role="region" aria-label={say('app.packs')}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('queue.pack')}</Table.Th>
              <Table.Th>{say('packs.owner')}</Table.Th>
              <Table.Th>{say('packs.waiting')}</Table.Th>
              <Table.Th>{say('packs.cases')}</Table.Th>
              <Table.Th>{say('packs.takes')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data?.packs.map(({ id, title, owner, accepts }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <b>{title}</b>
                  <div className="queue-when">{id}</div>
                </Table.Td>
                <Table.Td>{owner}</Table.Td>
                <Table.Td>
                  {waiting.data ? (
                    <Link href={`/desk?packId=${encodeURIComponent(id)}`}>{waiting.data.packs[id] ?? 0}</Link>
                  ) : (
                    '–'
                  )}
                </Table.Td>
                <Table.Td>
                  {all?.counts
                    .filter(({ packId }) => packId === id)
                    .map(({ stage, outcome, cases }) => (
                      <div key={stage + String(outcome)}>
                        {standOf({ stage, outcome }, sayOr)}: {cases}
                      </div>
                    ))}
                </Table.Td>
                <Table.Td>{accepts.mediaTypes.join(', ')}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {all && <Reasons titles={new Map(data?.packs.map(({ id, title }) => [id, title]))} />}
    </Page>
  );
}
