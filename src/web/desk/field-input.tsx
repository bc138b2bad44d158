import { ActionIcon, Button, Checkbox, NativeSelect, Table, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState, type KeyboardEvent } from 'react';
import { useWords } from '../i18n/use-words.ts';
import { type Field, entered, read } from './fields.ts';
import { Unfit } from './unfit.ts';

interface InputProps {
  field: Field;
  value: unknown;
  currency: unknown;
  onChange: (value: unknown) => void;
}

/** The input for one field. Esc leaves it and keeps what was entered. */
export function FieldInput({ onLeave, ...props }: InputProps & { onLeave: () => void }) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onLeave();
  };
  return (
    <div onKeyDown={onKeyDown}>
      {props.field.kind === 'rows' ? (
        <RowsInput {...props} />
      ) : (
        <OneInput {...props} focused label={props.field.title} />
      )}
    </div>
  );
}

function OneInput({
  field,
  value,
  currency,
  onChange,
  label,
  focused,
}: InputProps & { label: string; focused?: boolean }) {
  const { say } = useWords();
  const [text, setText] = useState(() => (value instanceof Unfit ? value.text : entered(field, value, currency)));
  const take = (next: string) => {
    setText(next);
    const got = read(field, next, currency);
    onChange(got.ok ? got.value : new Unfit(next));
  };
  if (field.kind === 'boolean') {
    return (
      <Checkbox
        autoFocus={focused ?? false}
        label={label}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (field.kind === 'choice') {
    return (
      <NativeSelect
        autoFocus={focused ?? false}
        aria-label={label}
        data={[...(field.nullable || text === '' ? [''] : []), ...field.options]}
        value={text}
        onChange={(event) => take(event.currentTarget.value)}
      />
    );
  }
  const got = read(field, text, currency);
  return (
    <TextInput
      autoFocus={focused ?? false}
      aria-label={label}
      type={field.kind === 'date' ? 'date' : 'text'}
      inputMode={field.kind === 'money' || field.kind === 'number' || field.kind === 'integer' ? 'decimal' : 'text'}
      value={text}
      error={got.ok ? undefined : say('field.invalid', { message: say(got.fault) })}
      onChange={(event) => take(event.currentTarget.value)}
      onFocus={(event) => event.currentTarget.select()}
    />
  );
}

function RowsInput({ field, value, currency, onChange }: InputProps) {
  const { say } = useWords();
  const rows = Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
  const change = (at: number, name: string, next: unknown) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, [name]: next } : row)));
  return (
    <>
      <Table horizontalSpacing={4} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            {field.columns.map(({ name, title }) => (
              <Table.Th key={name}>{title}</Table.Th>
            ))}
            <Table.Th aria-label={say('act.edit')} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, at) => (
            <Table.Tr key={at}>
              {field.columns.map((column, first) => (
                <Table.Td key={column.name}>
                  <OneInput
                    field={column}
                    value={row[column.name]}
                    currency={currency}
                    label={`${column.title} ${at + 1}`}
                    focused={at === 0 && first === 0}
                    onChange={(next) => change(at, column.name, next)}
                  />
                </Table.Td>
              ))}
              <Table.Td>
                <ActionIcon
                  variant="default"
                  aria-label={say('field.remove', { no: at + 1 })}
                  onClick={() => onChange(rows.filter((_, index) => index !== at))}
                >
                  <IconTrash size={14} />
                </ActionIcon>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => onChange([...rows, Object.fromEntries(field.columns.map(({ name }) => [name, new Unfit('')]))])}
      >
        {say('field.add')}
      </Button>
    </>
  );
}
