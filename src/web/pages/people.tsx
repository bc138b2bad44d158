import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ApiProblem, get } from '../api.ts';
import { useWords } from '../i18n/use-words.ts';
import { Page } from './page.tsx';

interface Person {
  personId: string;
  name: string;
  roles?: string[];
  groups?: string[];
}

/** Who may do what, once the server knows people. */
export function PeoplePage() {
  const { say } = useWords();
  const { data, error } = useQuery({ queryKey: ['people'], queryFn: () => get<{ people: Person[] }>('/v1/people') });
  const absent = error instanceof ApiProblem && error.status === 404;
  return (
    <Page title={say('app.people')} error={absent ? null : error}>
      {absent && <p>{say('people.none')}</p>}
      {data && (
        <Table>
          <Table.Tbody>
            {data.people.map(({ personId, name, roles = [], groups = [] }) => (
              <Table.Tr key={personId}>
                <Table.Td>{name}</Table.Td>
                <Table.Td>{roles.join(', ')}</Table.Td>
                <Table.Td>{groups.join(', ')}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Page>
  );
}
