import { useQuery } from '@tanstack/react-query';
import type { PeopleBody } from '../../client/api/schema-access.ts';
import { get } from '../api.ts';
import { useWords } from '../i18n/use-words.ts';
import { may } from '../rights.ts';
import { TextDialog } from './dialogs.tsx';

/** G: who shall be asked. Groups, then people who decide, are offered; another name may be written. */
export function ReassignDialog({
  onClose,
  onSend,
}: {
  onClose: () => void;
  onSend: (to: string, reason: string) => void;
}) {
  const { say } = useWords();
  const { data } = useQuery({ queryKey: ['people'], queryFn: () => get<PeopleBody>('/v1/people') });
  const deciding = (data?.people ?? []).filter(({ roles, disabled }) => !disabled && may(roles, 'decide'));
  const groups = new Set(deciding.flatMap((person) => person.groups));
  return (
    <TextDialog
      title={say('reassign.title')}
      label={say('reassign.label')}
      send={say('act.reassign')}
      second={say('reassign.reason')}
      choices={[...[...groups].toSorted(), ...deciding.map(({ personId }) => personId).filter((id) => !groups.has(id))]}
      onClose={onClose}
      onSend={onSend}
    />
  );
}
