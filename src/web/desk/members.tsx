import { Checkbox, Table } from '@mantine/core';
import type { BulkBody, BulkLine } from '../../client/api/schema-desk.ts';
import { money } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import { Confidence } from '../parts/confidence.tsx';

/** The members of a selection, those that are least like the others first, with what became of each. */
export function Members({
  bulk,
  opened,
  lines,
  onOpen,
}: {
  bulk: BulkBody;
  opened: string | undefined;
  lines: readonly BulkLine[] | undefined;
  onOpen: (member: BulkBody['members'][number]) => void;
}) {
  const { say, language } = useWords();
  const answers = new Map(lines?.map((line) => [line.caseId, line]));
  return (
    <Table className="members">
      <Table.Tbody>
        {bulk.members.map((member) => {
          const { caseId, caseKey, confidence, stake, effects, mustOpen, openedAt } = member;
          const line = answers.get(caseId);
          return (
            <Table.Tr key={caseId} data-opened={caseId === opened || undefined}>
              <Table.Td>
                <Checkbox
                  size="xs"
                  readOnly
                  tabIndex={-1}
                  checked={openedAt !== null}
                  aria-label={say('bulk.opened')}
                />
              </Table.Td>
              <Table.Td>
                <button
                  type="button"
                  className="linkish"
                  onClick={() => onOpen(member)}
                  aria-label={say('bulk.open', { key: caseKey })}
                >
                  {caseKey}
                </button>
                {mustOpen && <div className="tag">{say('bulk.must')}</div>}
              </Table.Td>
              <Table.Td>{effects.join(', ')}</Table.Td>
              <Table.Td>{money(stake, undefined, language)}</Table.Td>
              <Table.Td>
                <Confidence value={confidence} threshold={0.5} />
              </Table.Td>
              <Table.Td>{line && (line.accepted ? '✓' : `✗ ${line.message ?? ''}`)}</Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
