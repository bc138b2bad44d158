import { Anchor, Button, Group, Timeline } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { moment, words } from '../format.ts';
import { standOf, useWords } from '../i18n/use-words.ts';
import { useTask } from '../desk/queries.ts';
import { may } from '../rights.ts';
import { useSession } from '../session.ts';
import { Decided } from './decided.tsx';
import { Page } from './page.tsx';
import { linesOf } from './told.ts';

/** One case from its receipt to what was written, as the audit trail tells it. */
export function CasePage() {
  const { say, sayOr, language } = useWords();
  const [location] = useLocation();
  const { roles } = useSession();
  const caseId = location
    .slice(1)
    .split('/')
    .map((part) => decodeURIComponent(part))
    .join('/');
  const { data: task, error } = useTask(caseId);
  if (!task)
    return (
      <Page title={say('case.title')} error={error}>
        {!error && <p>{say('app.loading')}</p>}
      </Page>
    );
  const { micros } = task.cost;
  const count = task.modelCalls.length;
  const calls = count === 1 ? say('case.calls.one') : say('case.calls', { count });
  return (
    <Page title={task.caseKey}>
      <p>
        <b>{standOf(task, sayOr)}</b> · {words(task.packId)} · {say('case.owner', { owner: task.owner })} ·{' '}
        {say('case.submitted', { by: task.submittedBy ?? '–' })} ·{' '}
        {say('case.cost', { cost: (micros / 1_000_000).toFixed(6), calls })}
        {task.reason !== null && <> · {task.reason}</>}
      </p>
      <Group my="md">
        {task.task && (
          <Button component={Link} href={`/desk?case=${encodeURIComponent(caseId)}`}>
            {say('case.desk')}
          </Button>
        )}
        {task.links.temporalUi !== undefined && (
          <Anchor href={task.links.temporalUi} target="_blank" rel="noreferrer">
            {say('case.temporal')}
          </Anchor>
        )}
        {may(roles, 'read-audit') && (
          <>
            <Anchor href={task.links.receipt} download={`receipt-${task.caseKey}.json`}>
              {say('case.receipt')}
            </Anchor>
            <Anchor component={Link} href={`/audit?case=${encodeURIComponent(caseId)}`}>
              {say('case.audit')}
            </Anchor>
          </>
        )}
      </Group>
      {may(roles, 'read-audit') && <p className="queue-when">{say('case.verify')}</p>}
      <Decided task={task} />
      <h2>{say('case.came')}</h2>
      <ul>
        {task.documents.map(({ hash, name, href }) => (
          <li key={hash + name}>
            <Anchor href={href} target="_blank" rel="noreferrer">
              {name}
            </Anchor>{' '}
            <code className="data">SHA-256 {hash}</code>
          </li>
        ))}
      </ul>
      <h2>{say('case.timeline')}</h2>
      <Timeline bulletSize={14} lineWidth={2} mb="xl">
        {task.events.map((event) => (
          <Timeline.Item key={event.seq} title={sayOr(`event.${event.kind}`, words(event.kind))}>
            <span className="queue-when">{moment(event.at, language)}</span>
            {linesOf(event, sayOr).map((line) => (
              <div key={line}>{line}</div>
            ))}
          </Timeline.Item>
        ))}
      </Timeline>
      {task.effects.length > 0 && <h2>{say('case.effects')}</h2>}
      {task.effects.length > 0 && (
        <ul>
          {task.effects.map(({ key, title, state, reference, sink }) => (
            <li key={key}>
              {title}: <b>{sayOr(`effect.${state}`, words(state))}</b> ({sink}
              {reference === null ? '' : `, ${reference}`})
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}
