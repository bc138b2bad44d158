import { Anchor, Button, Group, Timeline } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import { when, words } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import { useTask } from '../desk/queries.ts';
import { useSession } from '../session.ts';
import { Page } from './page.tsx';

/** As the API has it: it would refuse others. */
const READS_RECEIPTS = ['auditor', 'owner'];

type Event = DeskTaskBody['events'][number];

/** One case from its receipt to what was written, as the audit trail tells it. */
export function CasePage() {
  const { say, language } = useWords();
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
        <b>{words(task.outcome ?? task.stage)}</b> · {words(task.packId)} · {say('case.owner', { owner: task.owner })} ·{' '}
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
        {roles.some((role) => READS_RECEIPTS.includes(role)) && (
          <Anchor href={task.links.receipt} target="_blank" rel="noreferrer">
            {say('case.receipt')}
          </Anchor>
        )}
      </Group>
      <h2>{say('case.timeline')}</h2>
      <Timeline bulletSize={14} lineWidth={2} mb="xl">
        {task.events.map((event) => (
          <Timeline.Item key={event.seq} title={words(event.kind)}>
            <span className="queue-when">{when(event.at, language)}</span>
            {linesOf(event).map((line) => (
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
              {title}: <b>{words(state)}</b> ({sink}
              {reference === null ? '' : `, ${reference}`})
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

const TOLD = [
  'by',
  'from',
  'to',
  'group',
  'verdict',
  'kind',
  'outcome',
  'reason',
  'why',
  'because',
  'title',
  'reference',
  'provider',
  'model',
  'channel',
  'packVersion',
];

/** The parts of an entry that tell people something. */
function linesOf({ data }: Event): string[] {
  const lines = TOLD.flatMap((key) => {
    const value = data[key];
    if (typeof value === 'string' && value !== '') return [`${words(key)}: ${value}`];
    if (key === 'by' && typeof value === 'object' && value !== null)
      return [`${words(key)}: ${String(Object.values(value).at(-1))}`];
    return [];
  });
  const reasons = data['reasons'];
  const refusal = data['refusal'];
  return [
    ...lines,
    ...(Array.isArray(reasons) ? reasons.map((reason: { message?: string }) => reason.message ?? '') : []),
    ...(typeof refusal === 'object' && refusal !== null && 'message' in refusal ? [String(refusal.message)] : []),
  ];
}
