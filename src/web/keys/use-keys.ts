import { useEffect, useRef } from 'react';
import { useSettings } from '../settings.ts';
import { type Action, bindingOf } from './bindings.ts';

/** What each key does now; an action that is absent does nothing. */
export type Handlers = Partial<Record<Action, () => void>>;

/** Keys that act also from inside an input, and when single keys are off. */
const ALWAYS = new Set<Action>(['submit', 'palette', 'leave']);

/**
 * Listens to the keys of the page. Single keys are dead inside inputs and while a dialog is open; a key that is held down
 * acts once; keys of the browser are left alone.
 */
export function useKeys(handlers: Handlers): void {
  const { singleKeys } = useSettings();
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const binding = bindingOf(event);
      const act = binding && latest.current[binding.action];
      if (!binding || !act || event.defaultPrevented || event.isComposing) return;
      if (event.repeat && !binding.repeats) {
        // Held down: neither again, nor what the browser would make of it.
        if (!isInput(event.target)) event.preventDefault();
        return;
      }
      if (document.querySelector('[role="dialog"]')) return;
      if (!ALWAYS.has(binding.action) && (!singleKeys || isInput(event.target))) return;
      // Enter and Tab keep their meaning on links, buttons and other things that have one of their own.
      if (
        (binding.key === 'enter' || binding.key === 'tab') &&
        !binding.mod &&
        !isOpenGround(event.target, binding.key)
      )
        return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [singleKeys]);
}

/** Leaves the input that has the focus, if one has. */
export function leaveInputs(): void {
  const { activeElement } = document;
  if (activeElement instanceof HTMLElement && isInput(activeElement)) activeElement.blur();
}

function isInput(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type);
}

/** Where nothing has the focus, or a field's value has it: there Enter goes on to the next uncertain field. */
function isOpenGround(target: EventTarget | null, key: string): boolean {
  if (target === document.body || target === document.documentElement) return true;
  return key === 'enter' && target instanceof HTMLElement && target.dataset['field'] !== undefined;
}
