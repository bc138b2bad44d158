import type { MessageKey } from '../i18n/en.ts';

/** What a key does; the same list makes the legend, the palette and the labels of the buttons. */
export type Action =
  | ('next' | 'previous' | 'uncertain' | 'field' | 'approve' | 'reject' | 'edit' | 'inform' | 'snooze' | 'claim')
  | (
      'reassign' | 'select' | 'bulk' | 'undo' | 'diff' | 'source' | 'search' | 'palette' | 'legend' | 'submit' | 'leave'
    );

export interface Binding {
  action: Action;
  /** `KeyboardEvent.key`; letters in lower case. */
  key: string;
  /** Shift or, where `mod`, Ctrl or Cmd. */
  shift?: boolean;
  mod?: boolean;
  /** How it is written. */
  shown: string;
  title: MessageKey;
  /** May be held down. */
  repeats?: boolean;
}

export const BINDINGS: readonly Binding[] = [
  { action: 'next', key: 'j', shown: 'J', title: 'act.next', repeats: true },
  { action: 'previous', key: 'k', shown: 'K', title: 'act.previous', repeats: true },
  { action: 'uncertain', key: 'enter', shown: 'Enter', title: 'act.uncertain' },
  { action: 'field', key: 'tab', shown: 'Tab', title: 'act.field' },
  { action: 'approve', key: 'a', shown: 'A', title: 'act.approve' },
  { action: 'reject', key: 'r', shown: 'R, 1–9', title: 'act.reject' },
  { action: 'edit', key: 'e', shown: 'E', title: 'act.edit' },
  { action: 'inform', key: 'i', shown: 'I', title: 'act.inform' },
  { action: 'snooze', key: 's', shown: 'S', title: 'act.snooze' },
  { action: 'claim', key: 'c', shown: 'C', title: 'act.claim' },
  { action: 'reassign', key: 'g', shown: 'G', title: 'act.reassign' },
  { action: 'select', key: 'x', shown: 'X', title: 'act.select' },
  { action: 'bulk', key: 'a', shift: true, shown: 'Shift+A', title: 'act.bulk' },
  { action: 'undo', key: 'z', shown: 'Z', title: 'act.undo' },
  { action: 'diff', key: 'd', shown: 'D', title: 'act.diff' },
  { action: 'source', key: 'o', shown: 'O', title: 'act.source' },
  { action: 'search', key: '/', shown: '/', title: 'act.search' },
  { action: 'palette', key: 'k', mod: true, shown: 'Ctrl+K', title: 'app.palette' },
  { action: 'legend', key: '?', shown: '?', title: 'app.legend' },
  { action: 'submit', key: 'enter', mod: true, shown: 'Ctrl+Enter', title: 'act.submit' },
  { action: 'leave', key: 'escape', shown: 'Esc', title: 'act.leave' },
];

/** The binding that an event meets. Keys without a letter case, such as `?`, take Shift as the layout needs it. */
export function bindingOf(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
): Binding | undefined {
  if (event.altKey) return undefined;
  const key = event.key.toLowerCase();
  const mod = event.ctrlKey || event.metaKey;
  const cased = /^[a-z]$/.test(key) || key === 'tab' || key === 'enter';
  return BINDINGS.find(
    (one) => one.key === key && (one.mod ?? false) === mod && (!cased || (one.shift ?? false) === event.shiftKey),
  );
}

export function shownKey(action: Action): string {
  return BINDINGS.find((one) => one.action === action)?.shown ?? '';
}
