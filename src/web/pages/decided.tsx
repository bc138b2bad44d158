import { Table } from '@mantine/core';
import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import { fieldsOf, shown } from '../desk/fields.ts';
import { moment, words } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';

/** The last decision on a case: by whom, when, on what ground, and which values, beside those that were proposed. */
export function Decided({ task }: { task: DeskTaskBody }) {
  const { say, sayOr, language } = useWords();
  const decision = task.decisions.at(-1);
  if (!decision) return null;
  const { by, approvedBy, byPolicy, kind, reason, taskNo, output, withdrawnBy, undo } = decision;
  const names = new Intl.ListFormat(language).format(approvedBy.length > 1 ? approvedBy : [by]);
  const when = moment(decision.at, language);
  const question = task.formerTasks.find((one) => one.taskNo === taskNo);
  const verdict =
    task.verdicts.findLast((one) => one.accepted && one.taskNo === taskNo && one.by === by)?.verdict ??
    (kind === 'accept' ? 'approve' : 'reject');
  const said = sayOr(`verdict.${verdict}`, verdict);
  const fields = fieldsOf(task.desk.schema).map((field) => {
    const of = (values: Record<string, unknown> | null | undefined) =>
      values ? shown(field, values[field.name], values['currency'], language) : undefined;
    return { ...field, now: of(output) ?? '', before: of(question?.proposal) };
  });
  const differs = fields.some(({ now, before }) => before !== undefined && before !== now);
  return (
    <section>
      <h2>{say('case.decision')}</h2>
      <p>
        <b>
          {byPolicy
            ? say('case.policy', { rule: by, when })
            : say('case.by', { verdict: said.charAt(0).toUpperCase() + said.slice(1), by: names, when })}
        </b>
      </p>
      {reason !== null && <p>{say('case.because', { reason })}</p>}
      {undo !== null && task.stage === 'undo-window' && (
        <p>{say('case.held', { when: moment(undo.until, language) })}</p>
      )}
      {withdrawnBy !== null && <p className="bad">{say('case.takenBack', { by: withdrawnBy })}</p>}
      {question && question.reasons.length > 0 && (
        <>
          <p>{say('case.why')}:</p>
          <ul>
            {question.reasons.map(({ code, message }) => (
              <li key={code + message}>
                {sayOr(`reason.${code}`, words(code))}: {message}
              </li>
            ))}
          </ul>
        </>
      )}
      {output && (
        <div className="scroll-x" tabIndex={0} role="region" aria-label={say('case.decision')}>
          <Table w="auto">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('case.field')}</Table.Th>
                <Table.Th>{say('case.decided')}</Table.Th>
                {differs && <Table.Th>{say('diff.proposed')}</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {fields.map(({ name, title, now, before = now }) => (
                <Table.Tr key={name}>
                  <Table.Td>{title}</Table.Td>
                  <Table.Td>{now === before ? now : <ins>{now || say('field.empty')}</ins>}</Table.Td>
                  {differs && <Table.Td>{now === before ? '' : <del>{before || say('field.empty')}</del>}</Table.Td>}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </section>
  );
}
