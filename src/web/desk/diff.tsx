import { Table } from '@mantine/core';
import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import { useWords } from '../i18n/use-words.ts';
import { shown } from './fields.ts';
import type { FieldState } from './question.ts';
import { Unfit } from './unfit.ts';

/** D: what differs between the question before, the proposal, and what the person has entered. */
export function Diff({ task, states }: { task: DeskTaskBody; states: readonly FieldState[] }) {
  const { say, language } = useWords();
  const before = new Map(task.desk.changed?.fields.map((one) => [one.field, one.before]));
  const rows = states.filter(({ field, edited }) => edited || before.has(field.name));
  const currency = states.find(({ field }) => field.name === 'currency')?.value;
  const text = (state: FieldState, value: unknown) =>
    value instanceof Unfit ? value.text : shown(state.field, value, currency, language) || say('field.empty');
  return (
    <section className="diff" aria-label={say('diff.title')}>
      <h3>{say('diff.title')}</h3>
      {rows.length === 0 ? (
        <p>{say('diff.none')}</p>
      ) : (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('field.title')}</Table.Th>
              {task.desk.changed && <Table.Th>{say('diff.before')}</Table.Th>}
              <Table.Th>{say('diff.proposed')}</Table.Th>
              <Table.Th>{say('diff.yours')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((state) => (
              <Table.Tr key={state.field.name}>
                <Table.Th scope="row">{state.field.title}</Table.Th>
                {task.desk.changed && (
                  <Table.Td>
                    {before.has(state.field.name) ? <del>{text(state, before.get(state.field.name))}</del> : ''}
                  </Table.Td>
                )}
                <Table.Td>
                  {state.edited ? <del>{text(state, state.proposed)}</del> : text(state, state.proposed)}
                </Table.Td>
                <Table.Td>{state.edited && <ins>{text(state, state.value)}</ins>}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
