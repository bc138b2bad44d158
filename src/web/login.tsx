import { Button, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { LoginBody } from '../client/api/schema-access.ts';
import { get } from './api.ts';
import { useWords } from './i18n/use-words.ts';
import { signIn } from './session.ts';

/** Nobody is logged in: by the organisation's own login, or, in development, as anybody of the directory. */
export function Login() {
  const { say } = useWords();
  const [failed, setFailed] = useState<string>();
  const { data, error } = useQuery({ queryKey: ['login'], queryFn: () => get<LoginBody>('/v1/login') });
  const choose = async (personId: string) => {
    try {
      await signIn(personId);
    } catch (fault) {
      setFailed((fault as Error).message);
    }
  };
  const fault = failed ?? error?.message;
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} title={say('name.title')} closeOnEscape={false}>
      <Text mb="sm">{say('name.why')}</Text>
      {fault !== undefined && <p className="bad">{say('app.failed', { message: fault })}</p>}
      <Stack gap={4}>
        {data?.oidc && (
          <Button component="a" href="/v1/login/oidc">
            {say('name.oidc')}
          </Button>
        )}
        {data?.demo && <Text size="sm">{say('name.demo')}</Text>}
        {data?.demo?.map(({ personId, name, roles }, at) => (
          <Button
            key={personId}
            autoFocus={at === 0}
            variant="default"
            justify="space-between"
            onClick={() => void choose(personId)}
            rightSection={<span className="queue-why">{roles.join(', ')}</span>}
          >
            {name}
          </Button>
        ))}
      </Stack>
    </Modal>
  );
}
