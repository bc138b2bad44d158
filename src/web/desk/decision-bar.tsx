import { Button, Kbd } from '@mantine/core';
import { useWords } from '../i18n/use-words.ts';
import { shownKey, type Action } from '../keys/bindings.ts';
import type { MessageKey } from '../i18n/en.ts';
import type { Handlers } from '../keys/use-keys.ts';
import type { Answerable } from './question.ts';

const OTHERS: readonly Action[] = ['edit', 'inform', 'snooze', 'claim', 'reassign', 'diff', 'undo', 'select', 'bulk'];

/** Always in the same place: what can be answered, each with its key. */
export function DecisionBar({
  can,
  kind,
  held,
  handlers,
  onConfirm,
  note,
}: {
  can: Answerable;
  kind: string | undefined;
  held: boolean;
  handlers: Handlers;
  onConfirm: () => void;
  note: string;
}) {
  const { say } = useWords();
  const titleOf = (action: Action): MessageKey =>
    action === 'claim' && held ? 'act.release' : (`act.${action}` as MessageKey);
  return (
    <div className="bar" role="group" aria-label={say('act.bar')}>
      <div className="bar-main">
        <Button color="teal.9" disabled={can.approve === null} onClick={handlers.approve} rightSection={<Kbd>A</Kbd>}>
          {say(`act.${can.approve ?? 'approve'}`)}
        </Button>
        {kind !== undefined && kind !== 'proposal' && (
          <Button variant="default" onClick={onConfirm}>
            {say('act.confirm')}
          </Button>
        )}
        {kind !== 'compensation' && (
          <Button color="red.9" disabled={kind === undefined} onClick={handlers.reject} rightSection={<Kbd>R</Kbd>}>
            {say('act.reject')}
          </Button>
        )}
        <p className="note" role="status">
          {note}
        </p>
      </div>
      <div className="bar-others">
        {OTHERS.map((action) => (
          <Button
            key={action}
            size="compact-xs"
            variant="default"
            onClick={handlers[action]}
            disabled={!handlers[action]}
            rightSection={<Kbd size="xs">{shownKey(action)}</Kbd>}
          >
            {say(titleOf(action))}
          </Button>
        ))}
      </div>
    </div>
  );
}
