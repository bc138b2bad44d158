import { Table } from '@mantine/core';
import { useWords } from '../i18n/use-words.ts';
import { piecesOf } from '../source/spans.ts';
import { shown } from './fields.ts';
import { fieldStates } from './question.ts';
import { useTask } from './queries.ts';

/** One member, opened: its fields and its text. */
export function Member({ caseId }: { caseId: string }) {
  const { language } = useWords();
  const { data: task } = useTask(caseId);
  if (!task) return null;
  const states = fieldStates(task, {});
  const currency = states.find(({ field }) => field.name === 'currency')?.value;
  const evidence = Object.entries(task.task?.evidence ?? {}).flatMap(([field, span]) =>
    span ? [{ field, ...span }] : [],
  );
  return (
    <div className="member">
      <h2>{task.caseKey}</h2>
      <Table>
        <Table.Tbody>
          {states.map(({ field, value }) => (
            <Table.Tr key={field.name}>
              <Table.Th scope="row">{field.title}</Table.Th>
              <Table.Td>{shown(field, value, currency, language)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {task.sources?.map(({ name, text }, at) => (
        <pre key={name + at} className="source-text" tabIndex={0} aria-label={name}>
          {piecesOf(
            text,
            evidence.filter(({ document }) => document === at),
          ).map((piece, index) => (piece.field === undefined ? piece.text : <mark key={index}>{piece.text}</mark>))}
        </pre>
      ))}
    </div>
  );
}
