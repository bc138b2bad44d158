import { Alert, Button } from '@mantine/core';
import type { Ref } from 'react';
import { Link } from 'wouter';
import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import { words } from '../format.ts';
import { type Say, standOf, useWords } from '../i18n/use-words.ts';
import type { Look } from '../source/looks.ts';
import { SourcePane } from '../source/source-pane.tsx';
import { Diff } from './diff.tsx';
import { Facts } from './facts.tsx';
import { FieldList } from './field-list.tsx';
import { FirstLine } from './first-line.tsx';
import type { Answerable, FieldState } from './question.ts';
import { fasterOf } from './sending.ts';

/** One question: the first line across, the source, and the fields with what belongs to them. */
export function QuestionPanes(props: {
  task: DeskTaskBody | undefined;
  error: Error | null;
  states: readonly FieldState[];
  can: Answerable;
  active: string | undefined;
  editing: string | undefined;
  look: Look | undefined;
  diff: boolean;
  fields: Ref<HTMLDivElement>;
  onActive: (field: string) => void;
  onEdit: (field: string) => void;
  onChange: (field: string, value: unknown) => void;
  onLeave: () => void;
  onLook: (key: string) => void;
  onNext: () => void;
}) {
  const { task, error, states, can, active, editing, look, diff, fields } = props;
  const { say } = useWords();
  if (!task) {
    return (
      <div className="desk-first pad">
        {error && <p className="bad">{say('app.failed', { message: error.message })}</p>}
      </div>
    );
  }
  const { claim } = task.desk;
  return (
    <>
      <section className="desk-first" aria-label={task.caseKey}>
        <h2>
          <Link href={`/${task.caseId}`}>{task.caseKey}</Link> <span className="queue-when">{words(task.packId)}</span>{' '}
          {task.task && <span className="tag">{askedWords(task.task, say)}</span>}{' '}
          {claim && <span className="tag">{say('queue.claimed', { by: claim.by })}</span>}
        </h2>
        {task.task ? <FirstLine task={task} can={can} /> : <Gone task={task} onNext={props.onNext} />}
      </section>
      <section className="desk-source" aria-label={say('source.title')} tabIndex={0}>
        <SourcePane task={task} active={active} look={look} onLook={props.onLook} onActive={props.onActive} />
      </section>
      <section className="desk-fields" aria-label={say('field.title')} tabIndex={-1}>
        <FieldList
          ref={fields}
          states={states}
          active={active}
          editing={editing}
          onActive={props.onActive}
          onEdit={props.onEdit}
          onChange={props.onChange}
          onLeave={props.onLeave}
        />
        {diff && <Diff task={task} states={states} />}
        <Facts task={task} />
      </section>
    </>
  );
}

/** Whom a question asks, and in whose place. */
function askedWords({ group, standsFor }: NonNullable<DeskTaskBody['task']>, say: Say): string {
  return standsFor === undefined ? group : say('queue.instead', { group, person: standsFor });
}

/** The question on the screen is not asked any more: who answered it, and how. */
function Gone({ task, onNext }: { task: DeskTaskBody; onNext: () => void }) {
  const { say, sayOr } = useWords();
  const last = task.formerTasks.at(-1);
  const by = last && fasterOf(task, last.taskNo);
  return (
    <Alert role="alert" variant="default" title={by ? say('faster.title') : undefined}>
      <p>
        {by
          ? say('faster.text', {
              by: by.by,
              verdict: sayOr(`verdict.${by.verdict}`, words(by.verdict)),
              reason: by.reason,
            })
          : say('faster.gone', { stage: standOf(task, sayOr) })}
      </p>
      <Button size="compact-sm" onClick={onNext}>
        {say('faster.next')}
      </Button>
    </Alert>
  );
}
