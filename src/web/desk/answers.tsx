import { Alert, Button } from '@mantine/core';
import { useRef } from 'react';
import { type Say, useWords } from '../i18n/use-words.ts';
import { clock, words } from '../format.ts';
import { useEverySecond } from '../parts/use-every-second.ts';
import { heldFor, undoable, type Sent } from './sending.ts';

/** For how long it is told that more people must approve. */
const TOLD_MS = 20_000;
const MOST_TOLD = 3;

/** What an answer of one's own still needs, or until when it can be taken back. */
function tellingOf(one: Sent, undone: Sent | undefined, now: number, say: Say): string | undefined {
  const { caseKey: key, approvals, doneAt = 0 } = one;
  if (approvals && now - doneAt < TOLD_MS) return say('sent.counts', { key, ...approvals });
  const left = heldFor(one, now);
  return left > 0 ? say(one === undone ? 'sent.undo' : 'sent.held', { key, left: clock(left) }) : undefined;
}

/** From so many answers on a pace says something. */
const PACE_FROM = 5;

/** What became of one's own answers: refusals stay until they are read, the rest is a count and what is under way. */
export function Answers({
  sent,
  onOpen,
  onForget,
}: {
  sent: readonly Sent[];
  onOpen: (one: Sent) => void;
  onForget: (id: string) => void;
}) {
  const { say, sayOr } = useWords();
  const since = useRef(Date.now());
  const refused = sent.filter(({ state }) => state === 'refused');
  const done = sent.filter(({ state }) => state === 'done');
  const answered = done.length;
  const last = done[0];
  const under = sent.filter(({ state }) => state === 'sending' || state === 'waiting');
  const now = Date.now();
  const undone = undoable(sent, now);
  const told = sent.flatMap((one) => {
    const text = tellingOf(one, undone, now, say);
    return text === undefined ? [] : [{ id: one.id, text }];
  });
  useEverySecond(told.length > 0);
  const minutes = Math.max(1, (Date.now() - since.current) / 60_000);
  return (
    <>
      {refused.map((one) => (
        <Alert
          key={one.id}
          role="alert"
          variant="default"
          className="refused"
          title={say(one.faster ? 'faster.title' : 'refused.title', { key: one.caseKey })}
        >
          <p>
            <b>{one.caseKey}</b>:{' '}
            {one.faster
              ? say('faster.text', {
                  by: one.faster.by,
                  verdict: sayOr(`verdict.${one.faster.verdict}`, words(one.faster.verdict)),
                  reason: one.faster.reason,
                })
              : one.message}
          </p>
          <Button size="compact-xs" variant="default" mr="xs" onClick={() => onOpen(one)}>
            {say('refused.open')}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => onForget(one.id)}>
            {say('app.close')}
          </Button>
        </Alert>
      ))}
      <p className="answers" data-none={sent.length === 0 || undefined}>
        {answered < PACE_FROM
          ? say(answered === 0 ? 'sent.none' : 'sent.count', { count: answered })
          : say('sent.pace', { count: answered, perHour: Math.round((answered * 60) / minutes) })}
        {last?.verdict && !told.some(({ id }) => id === last.id) && (
          <span>
            {last.caseKey}: {sayOr(`verdict.${last.verdict}`, words(last.verdict))} ✓
          </span>
        )}
        {told.slice(0, MOST_TOLD).map(({ id, text }) => (
          <span key={id} className="tag">
            {text}
          </span>
        ))}
        {under.map(({ id, caseKey, state }) => (
          <span key={id} className="tag">
            {caseKey}: {say(state === 'waiting' ? 'sent.waiting' : 'sent.sending')}
          </span>
        ))}
      </p>
    </>
  );
}
