import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import { fromNow, when, words } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import type { Answerable } from './question.ts';

/** What a reviewer reads first: what approving does, why a person is asked, what changed, and what happens when nobody answers. */
export function FirstLine({ task, can }: { task: DeskTaskBody; can: Answerable }) {
  const { say, sayOr, language } = useWords();
  const question = task.task;
  if (!question) return null;
  const { changed, next } = task.desk;
  const { approvals } = question;
  return (
    <dl className="first-line">
      <div>
        <dt>{say('first.approve')}</dt>
        <dd>
          {can.approve === null && can.hardRules.length > 0 && (
            <p className="bad">{say('first.hard', { rules: can.hardRules.join(', ') })}</p>
          )}
          {can.approve === null && can.hardRules.length === 0 && <p className="bad">{say('first.nothing')}</p>}
          {can.approve === 'again' && <p>{say('first.again')}</p>}
          {question.effects.map(({ name, title }) => (
            <p key={name}>{title}</p>
          ))}
          {approvals && (
            <p>
              {say(approvals.by.length > 0 ? 'first.approvals' : 'first.approvals.none', {
                given: approvals.by.length,
                needed: approvals.needed,
                names: approvals.by.join(', '),
              })}
            </p>
          )}
        </dd>
      </div>
      <div>
        <dt>{say('first.why')}</dt>
        <dd>
          {question.assignee !== undefined && <p>{say('first.assigned', { by: question.assignee })}</p>}
          {question.reasons.map(({ code, message }) => (
            <p key={code + message}>
              <b>{sayOr(`reason.${code}`, words(code))}:</b> {message}
            </p>
          ))}
        </dd>
      </div>
      <div>
        <dt>{say('first.changed')}</dt>
        <dd>
          {!changed && <p>{say('first.unchanged')}</p>}
          {changed?.fields.map(({ field }) => (
            <p key={field}>{words(field)}</p>
          ))}
          {changed?.reasons.map((message) => (
            <p key={message}>{message}</p>
          ))}
        </dd>
      </div>
      <div>
        <dt>{say('first.deadline')}</dt>
        <dd>
          {next.map(({ kind, at, to = '' }) => (
            <p key={kind + at} title={when(at, language)}>
              {say(`next.${kind}`, { when: fromNow(at, language), to })}
            </p>
          ))}
        </dd>
      </div>
    </dl>
  );
}
