import { Button, Table, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PasskeysBody } from '../../client/api/schema-passkeys.ts';
import { get } from '../api.ts';
import { when } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import { addPasskey, removePasskey } from '../passkeys.ts';
import { useSession } from '../session.ts';
import { Page } from './page.tsx';

/** Who one is here, and the passkeys with which one signs. */
export function AccountPage() {
  const { say } = useWords();
  const { name, shown } = useSession();
  const { data, error, refetch } = useQuery({
    queryKey: ['passkeys', name],
    queryFn: () => get<PasskeysBody>('/v1/passkeys'),
  });
  const [label, setLabel] = useState('');
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string>();
  const [done, setDone] = useState('');
  const run = async (act: () => Promise<void>, then: string) => {
    setBusy(true);
    setFailed(undefined);
    setDone('');
    try {
      await act();
      setDone(then);
      setLabel('');
    } catch (fault) {
      setFailed((fault as Error).message);
    }
    setBusy(false);
    await refetch();
  };
  const problem = data?.problem ?? undefined;
  return (
    <Page title={say('app.account')} error={error}>
      <p>
        <b>{shown}</b> ({name})
      </p>
      <h2>{say('passkeys.title')}</h2>
      <p>{say('passkeys.why')}</p>
      {problem !== undefined && (
        <p className="bad" role="alert">
          {problem}
        </p>
      )}
      {failed !== undefined && (
        <p className="bad" role="alert">
          {say('passkeys.failed', { message: failed })}
        </p>
      )}
      <p role="status">{done}</p>
      {data && data.passkeys.length === 0 && <p>{say('passkeys.none')}</p>}
      {data && data.passkeys.length > 0 && (
        <Passkeys
          passkeys={data.passkeys}
          disabled={busy || problem !== undefined}
          onRemove={(one) =>
            void run(() => removePasskey(one.credentialId), say('passkeys.removed', { label: one.label }))
          }
        />
      )}
      <form
        className="passkey-form"
        onSubmit={(event) => {
          event.preventDefault();
          void run(() => addPasskey(label.trim()), say('passkeys.added', { label: label.trim() }));
        }}
      >
        <TextInput
          label={say('passkeys.label')}
          placeholder={say('passkeys.example')}
          maxLength={100}
          required
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        <Button type="submit" disabled={busy || problem !== undefined || label.trim() === ''}>
          {say('passkeys.add')}
        </Button>
      </form>
    </Page>
  );
}

type Passkey = PasskeysBody['passkeys'][number];

function Passkeys({
  passkeys,
  disabled,
  onRemove,
}: {
  passkeys: readonly Passkey[];
  disabled: boolean;
  onRemove: (one: Passkey) => void;
}) {
  const { say, language } = useWords();
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={say('passkeys.title')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('passkeys.name')}</Table.Th>
            <Table.Th>{say('passkeys.since')}</Table.Th>
            <Table.Th>{say('passkeys.used')}</Table.Th>
            <Table.Th>{say('passkeys.change')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {passkeys.map((one) => (
            <Table.Tr key={one.credentialId}>
              <Table.Td>
                <b>{one.label}</b>
              </Table.Td>
              <Table.Td>{when(one.createdAt, language)}</Table.Td>
              <Table.Td>{one.lastUsedAt === null ? say('passkeys.never') : when(one.lastUsedAt, language)}</Table.Td>
              <Table.Td>
                <Button
                  size="compact-sm"
                  variant="default"
                  disabled={disabled}
                  aria-label={say('passkeys.remove', { label: one.label })}
                  onClick={() => onRemove(one)}
                >
                  {say('passkeys.takeAway')}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
