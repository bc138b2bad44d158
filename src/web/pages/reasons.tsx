import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReasonsBody } from '../../client/api/schema-system.ts';
import { get } from '../api.ts';
import { share, words } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';

const DAYS = 30;

/** Why cases go to people, pack by pack, most first: where work on prompt, rules or data would save most. */
export function Reasons({ titles }: { titles: ReadonlyMap<string, string> }) {
  const { say, sayOr, language } = useWords();
  const { data } = useQuery({
    queryKey: ['reasons'],
    queryFn: () => get<ReasonsBody>(`/v1/reasons?days=${DAYS}`),
  });
  if (!data) return null;
  return (
    <section aria-labelledby="reasons">
      <h2 id="reasons">{say('reasons.title', { days: DAYS })}</h2>
      <p>{say('reasons.hint')}</p>
      {data.packs.length === 0 && <p>{say('reasons.none')}</p>}
      {data.packs.map(({ packId, cases, asked, reasons }) => (
        <div key={packId} className="scroll-x" tabIndex={0} role="region" aria-label={titles.get(packId) ?? packId}>
          <Table className="reasons">
            <caption>
              <b>{titles.get(packId) ?? packId}</b>:{' '}
              {say('reasons.asked', { asked, cases, share: share(asked, cases, language) })}
            </caption>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('reasons.reason')}</Table.Th>
                <Table.Th className="number">{say('reasons.cases')}</Table.Th>
                <Table.Th>{say('reasons.share')}</Table.Th>
                <Table.Th className="number">{say('reasons.alone')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {reasons.map(({ code, what, cases: of, alone }) => (
                <Table.Tr key={code + String(what)}>
                  <Table.Td>
                    {sayOr(`reason.${code}`, words(code))}
                    {what !== null && `: ${words(what)}`}
                  </Table.Td>
                  <Table.Td className="number">{of}</Table.Td>
                  <Table.Td className="share">
                    <span className="share-bar" style={{ width: `calc((100% - 4rem) * ${of / cases})` }} />
                    {share(of, cases, language)}
                  </Table.Td>
                  <Table.Td className="number">{alone}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      ))}
    </section>
  );
}
