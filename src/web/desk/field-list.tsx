import { Button } from '@mantine/core';
import type { Ref } from 'react';
import { useWords } from '../i18n/use-words.ts';
import { Confidence } from '../parts/confidence.tsx';
import { shown } from './fields.ts';
import { FieldInput } from './field-input.tsx';
import type { FieldState } from './question.ts';
import { Unfit } from './unfit.ts';

/** All fields of the question; one of them is active and shows its evidence, and one may be in an input. */
export function FieldList({
  states,
  active,
  editing,
  onActive,
  onEdit,
  onChange,
  onLeave,
  ref,
}: {
  states: readonly FieldState[];
  active: string | undefined;
  editing: string | undefined;
  onActive: (name: string) => void;
  onEdit: (name: string) => void;
  onChange: (name: string, value: unknown) => void;
  onLeave: () => void;
  ref?: Ref<HTMLDivElement>;
}) {
  const { say, language } = useWords();
  const currency = states.find(({ field }) => field.name === 'currency')?.value;
  return (
    <div className="fields" ref={ref} role="group" aria-label={say('field.title')}>
      {states.map((state) => {
        const { field, value, proposed, edited, confidence, threshold, uncertain, notes } = state;
        const { name, title } = field;
        const text = value instanceof Unfit ? value.text : shown(field, value, currency, language);
        return (
          <div
            key={name}
            className="field"
            data-active={active === name || undefined}
            data-uncertain={uncertain || undefined}
            data-edited={edited || undefined}
          >
            <div className="field-head">
              <span className="field-name">{title}</span>
              {edited && <span className="tag tag-edited">{say('field.edited')}</span>}
              {confidence !== undefined && !edited && <Confidence value={confidence} threshold={threshold} />}
            </div>
            {editing === name ? (
              <FieldInput
                field={field}
                value={value}
                currency={currency}
                onChange={(next) => onChange(name, next)}
                onLeave={onLeave}
              />
            ) : (
              <button
                type="button"
                data-field={name}
                className="field-value"
                aria-label={`${title}: ${text || say('field.empty')}. ${say('field.edit', { field: title })}`}
                onFocus={() => onActive(name)}
                onClick={() => onEdit(name)}
              >
                {text || <em>{say('field.empty')}</em>}
              </button>
            )}
            {edited && (
              <p className="field-was">
                {say('field.was', { value: shown(field, proposed, currency, language) || say('field.empty') })}{' '}
                <Button size="compact-xs" variant="default" onClick={() => onChange(name, proposed)}>
                  {say('field.reset')}
                </Button>
              </p>
            )}
            {notes.map((note) => (
              <p key={note} className="field-note">
                {note}
              </p>
            ))}
          </div>
        );
      })}
    </div>
  );
}
