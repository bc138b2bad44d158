import { Table, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import type { CaseSummary } from '../../client/api/schema-case.ts';
import { get, query } from '../api.ts';
import { fromNow, words } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import { Page } from './page.tsx';

/** Any case by a part of its key, open or ended. */
export function SearchPage() {
  const { say, language } = useWords();
  const [params, setParams] = useSearchParams();
  const text = params.get('text') ?? '';
  const { data, error } = useQuery({
    queryKey: ['search', text],
    queryFn: () => get<{ cases: CaseSummary[] }>(`/v1/desk/search${query({ text })}`),
    placeholderData: (before) => before,
  });
  return (
    <Page title={say('search.title')} error={error}>
      <TextInput
        autoFocus
        label={say('search.label')}
        description={say('search.hint')}
        value={text}
        onChange={(event) =>
          setParams(event.currentTarget.value === '' ? {} : { text: event.currentTarget.value }, { replace: true })
        }
        maw={480}
        mb="md"
      />
      {data?.cases.length === 0 && <p>{say('search.none')}</p>}
      <div className="scroll-x" tabIndex={0} role="region" aria-label={say('search.title')}>
        <Table striped>
          <Table.Tbody>
            {data?.cases.map(({ caseId, caseKey, revision, packId, stage, outcome, receivedAt }) => (
              <Table.Tr key={caseId}>
                <Table.Td>
                  <Link href={`/${caseId}`}>
                    {caseKey}
                    {revision > 1 ? ` (${revision})` : ''}
                  </Link>
                </Table.Td>
                <Table.Td>{words(packId)}</Table.Td>
                <Table.Td>{words(outcome ?? stage)}</Table.Td>
                <Table.Td>{fromNow(receivedAt, language)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Page>
  );
}
