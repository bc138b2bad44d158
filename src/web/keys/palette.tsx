import { Kbd, Modal, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useId, useState, type KeyboardEvent } from 'react';
import { type Say, useWords } from '../i18n/use-words.ts';
import { BINDINGS } from './bindings.ts';
import type { Handlers } from './use-keys.ts';

/** One thing that can be done now. */
export interface Command {
  title: string;
  shown?: string;
  run: () => void;
}

/** The actions that a handler stands for now, as commands. */
export function commandsOf(handlers: Handlers, say: Say): Command[] {
  return BINDINGS.flatMap(({ action, title, shown }) => {
    const run = handlers[action];
    const ofKeysAlone = action === 'palette' || action === 'leave' || action === 'submit';
    return run && !ofKeysAlone ? [{ title: say(title), shown, run }] : [];
  });
}

/** Ctrl+K: everything that can be done, found by its name. */
export function Palette({ onClose, commands }: { onClose: () => void; commands: readonly Command[] }) {
  const { say } = useWords();
  return (
    <Modal opened onClose={onClose} title={say('app.palette')} closeButtonProps={{ 'aria-label': say('app.close') }}>
      <Found commands={commands} onClose={onClose} />
    </Modal>
  );
}

function Found({ commands, onClose }: { commands: readonly Command[]; onClose: () => void }) {
  const { say } = useWords();
  const list = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const found = commands.filter(({ title }) => title.toLowerCase().includes(text.trim().toLowerCase()));
  const chosen = Math.min(at, found.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    // Once the dialog is gone, so that what is run may open another.
    setTimeout(command.run, 0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0));
    else if (event.key === 'Enter') run(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <TextInput
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={found.length > 0 ? `${list}-${chosen}` : undefined}
        label={say('palette.label')}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        mb="sm"
      />
      {found.length === 0 && <Text>{say('palette.none')}</Text>}
      <div id={list} role="listbox" aria-label={say('app.palette')}>
        {found.map((command, index) => (
          <UnstyledButton
            key={command.title}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === chosen}
            tabIndex={-1}
            className="command"
            data-chosen={index === chosen || undefined}
            onClick={() => run(command)}
          >
            <span>{command.title}</span>
            {command.shown !== undefined && <Kbd>{command.shown}</Kbd>}
          </UnstyledButton>
        ))}
      </div>
    </>
  );
}
