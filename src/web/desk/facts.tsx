import { Button, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import { send } from '../api.ts';
import { when, words } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import { may } from '../rights.ts';
import { currentName, useSession } from '../session.ts';

/** Below the fields: rules, what was noticed in the input, comments. */
export function Facts({ task }: { task: DeskTaskBody }) {
  const { say } = useWords();
  const rules = task.task?.rules ?? [];
  return (
    <div className="facts">
      {rules.length > 0 && (
        <section>
          <h3>{say('facts.rules')}</h3>
          <ul>
            {rules
              .toSorted((a, b) => Number(a.holds) - Number(b.holds))
              .map(({ name, holds, severity, message }) => (
                <li key={name} data-broken={!holds || undefined}>
                  {holds ? '✓' : '✗'} {words(name)}
                  {!holds && (
                    <>
                      : {message} <span className="tag">{say(`facts.${severity}`)}</span>
                    </>
                  )}
                </li>
              ))}
          </ul>
        </section>
      )}
      {task.findings.length > 0 && (
        <section>
          <h3>{say('facts.findings')}</h3>
          <ul>
            {task.findings.map(({ name, message, severity }) => (
              <li key={name + message} data-broken={severity !== 'note' || undefined}>
                {message}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Comments task={task} />
    </div>
  );
}

function Comments({ task }: { task: DeskTaskBody }) {
  const { say, language } = useWords();
  const client = useQueryClient();
  const { roles } = useSession();
  const [text, setText] = useState('');
  const [failed, setFailed] = useState<string>();
  const write = async () => {
    try {
      await send('POST', '/v1/desk/comments', { caseId: task.caseId, by: currentName(), body: text.trim() });
      setText('');
      setFailed(undefined);
      await client.invalidateQueries({ queryKey: ['task', task.caseId] });
    } catch (error) {
      setFailed((error as Error).message);
    }
  };
  return (
    <section>
      <h3>{say('facts.comments')}</h3>
      <ul>
        {task.desk.comments.map(({ commentNo, by, body, at }) => (
          <li key={commentNo}>
            <b>{by}</b> <span className="queue-when">{when(at, language)}</span>
            <p className="comment">{body}</p>
          </li>
        ))}
      </ul>
      <form
        hidden={!may(roles, 'decide')}
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== '') void write();
        }}
      >
        <Textarea
          id="comment"
          aria-label={say('facts.comment')}
          placeholder={say('facts.comment')}
          autosize
          minRows={1}
          maxLength={4000}
          value={text}
          error={failed}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {text.trim() !== '' && (
          <Button type="submit" size="compact-sm" mt={4}>
            {say('facts.send')}
          </Button>
        )}
      </form>
    </section>
  );
}
