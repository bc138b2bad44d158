import { Autocomplete, Button, Modal, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import { useDigits } from '../keys/use-digits.ts';
import { useWords } from '../i18n/use-words.ts';
import { en, type MessageKey } from '../i18n/en.ts';

interface DialogProps {
  onClose: () => void;
}

type RejectReason = DeskTaskBody['desk']['rejectReasons'][number];

/** R: a digit rejects with that reason of the pack, or one is written. */
export function RejectDialog({
  title,
  reasons,
  onClose,
  onReject,
}: DialogProps & {
  title?: string;
  reasons: readonly RejectReason[];
  onReject: (reason: string, code?: string) => void;
}) {
  const { say, sayOr } = useWords();
  const [written, setWritten] = useState('');
  // Words that are a pack's own stand as they are.
  const wordsOf = ({ code, words }: RejectReason) =>
    (en as Record<string, string>)[`reject.${code}`] === words ? sayOr(`reject.${code}`, words) : words;
  const choose = (reason: RejectReason) => onReject(wordsOf(reason), reason.code);
  useDigits((digit) => {
    const reason = reasons[digit - 1];
    if (reason) choose(reason);
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={title ?? say('reject.title')}
      closeButtonProps={{ 'aria-label': say('app.close') }}
    >
      <Text size="sm" mb="xs">
        {say('reject.digit')}
      </Text>
      <Stack gap={4} mb="md" tabIndex={-1} data-autofocus>
        {reasons.map((reason, at) => (
          <Button
            key={reason.code}
            className="choice"
            variant="default"
            justify="flex-start"
            size="compact-md"
            onClick={() => choose(reason)}
          >
            {at + 1} &nbsp; {wordsOf(reason)}
          </Button>
        ))}
      </Stack>
      <TextDialogBody
        label={say('reject.other')}
        send={say('reject.send')}
        text={written}
        onText={setWritten}
        onSend={() => onReject(written.trim())}
      />
    </Modal>
  );
}

/** S: for how long. A digit chooses. */
export function SnoozeDialog({
  onClose,
  onSnooze,
  dueAt,
}: DialogProps & { onSnooze: (until: Date) => void; dueAt: string }) {
  const { say } = useWords();
  const choices = snoozes(new Date(), new Date(dueAt));
  useDigits((digit) => {
    const choice = choices[digit - 1];
    if (choice) onSnooze(choice.until);
  });
  return (
    <Modal opened onClose={onClose} title={say('snooze.title')} closeButtonProps={{ 'aria-label': say('app.close') }}>
      <Stack gap={4} tabIndex={-1} data-autofocus>
        {choices.map(({ title, until }, at) => (
          <Button
            key={title}
            className="choice"
            variant="default"
            justify="flex-start"
            size="compact-md"
            onClick={() => onSnooze(until)}
          >
            {at + 1} &nbsp; {say(title)}
          </Button>
        ))}
      </Stack>
    </Modal>
  );
}

/**
 * One text, asked for a reason: a question, a reason, who shall be asked. `choices` are offered for it; `second` asks for
 * one more, which may stay empty.
 */
export function TextDialog({
  title,
  label,
  send,
  second,
  choices,
  onClose,
  onSend,
}: DialogProps & {
  title: string;
  label: string;
  send: string;
  second?: string;
  choices?: readonly string[];
  onSend: (text: string, second: string) => void;
}) {
  const { say } = useWords();
  const [text, setText] = useState('');
  const [more, setMore] = useState('');
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': say('app.close') }}>
      <TextDialogBody
        focused
        label={label}
        send={send}
        text={text}
        choices={choices}
        onText={setText}
        onSend={() => onSend(text.trim(), more.trim())}
      >
        {second !== undefined && (
          <TextInput
            label={second}
            value={more}
            maxLength={500}
            onChange={(event) => setMore(event.currentTarget.value)}
            mb="sm"
          />
        )}
      </TextDialogBody>
    </Modal>
  );
}

function TextDialogBody(props: {
  label: string;
  send: string;
  text: string;
  onText: (text: string) => void;
  onSend: () => void;
  focused?: boolean;
  choices?: readonly string[] | undefined;
  /** Between the text and the button. */
  children?: ReactNode;
}) {
  const { label, send, text, onText, onSend, focused, choices, children } = props;
  const ready = text.trim() !== '';
  const common = { ...(focused ? { 'data-autofocus': true } : {}), label, value: text, mb: 'sm' };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onSend();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !ready) return;
        event.preventDefault();
        onSend();
      }}
    >
      {choices ? (
        <Autocomplete {...common} data={[...choices]} onChange={onText} maxLength={200} />
      ) : (
        <Textarea
          {...common}
          autosize
          minRows={2}
          maxLength={2000}
          onChange={(event) => onText(event.currentTarget.value)}
        />
      )}
      {children}
      <Button type="submit" disabled={!ready}>
        {send}
      </Button>
    </form>
  );
}

/** Times that are still before the deadline; past it, within a day. */
function snoozes(now: Date, due: Date): { title: MessageKey; until: Date }[] {
  const hours = (count: number) => new Date(now.getTime() + count * 3_600_000);
  const morning = (days: number) => {
    const at = new Date(now);
    at.setDate(at.getDate() + days);
    at.setHours(8, 0, 0, 0);
    return at;
  };
  const all = [
    { title: 'snooze.hour', until: hours(1) },
    { title: 'snooze.four', until: hours(4) },
    { title: 'snooze.morning', until: morning(1) },
    { title: 'snooze.week', until: morning((8 - now.getDay()) % 7 || 7) },
  ] as const satisfies readonly { title: MessageKey; until: Date }[];
  const latest = due > now ? due : hours(24);
  const fit = all.filter(({ until }) => until < latest);
  return due > now ? [...fit, { title: 'snooze.latest', until: due }] : [...fit];
}
