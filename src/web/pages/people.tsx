import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { PeopleBody } from '../../client/api/schema-access.ts';
import { get } from '../api.ts';
import { when } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import { Page } from './page.tsx';

/** Everybody, with roles and groups, and who is away. Changed by the command line: `countersign people`. */
export function PeoplePage() {
  const { say, language } = useWords();
  const { data, error } = useQuery({ queryKey: ['people'], queryFn: () => get<PeopleBody>('/v1/people') });
  const stateOf = ({ disabled, absence }: PeopleBody['people'][number]) => {
    if (disabled) return say('people.disabled');
    if (!absence) return say('people.here');
    const until = when(absence.until, language);
    const { substitute } = absence;
    return substitute === null ? say('people.away', { until }) : say('people.substituted', { until, substitute });
  };
  return (
    <Page title={say('app.people')} error={error}>
      {data && (
        <div className="scroll-x" tabIndex={0} role="region" aria-label={say('app.people')}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('people.name')}</Table.Th>
                <Table.Th>{say('people.roles')}</Table.Th>
                <Table.Th>{say('people.groups')}</Table.Th>
                <Table.Th>{say('people.packs')}</Table.Th>
                <Table.Th>{say('people.state')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.people.map((person) => (
                <Table.Tr key={person.personId}>
                  <Table.Td>
                    <b>{person.name}</b>
                    <div className="queue-when">{person.personId}</div>
                  </Table.Td>
                  <Table.Td>{person.roles.join(', ')}</Table.Td>
                  <Table.Td>{person.groups.join(', ')}</Table.Td>
                  <Table.Td>{person.packs?.join(', ') ?? say('people.all')}</Table.Td>
                  <Table.Td>{stateOf(person)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Page>
  );
}
