import { Button, Modal, Progress, Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useState } from 'react';
import type { AlikeGroupsBody, BulkBody, BulkLine, QueueItemBody } from '../../client/api/schema-desk.ts';
import { get, send, sendForLines } from '../api.ts';
import { money, words } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import { signBulk } from '../passkeys.ts';
import { currentName, hasPasskey } from '../session.ts';
import { RejectDialog } from './dialogs.tsx';
import { Member } from './member.tsx';
import { Members } from './members.tsx';
import { useAlike, useTask } from './queries.ts';

export type AlikeGroup = AlikeGroupsBody['groups'][number];

/** Groups of questions that look alike. */
export function AlikeDialog({ onClose, onChoose }: { onClose: () => void; onChoose: (group: AlikeGroup) => void }) {
  const { say, sayOr, language } = useWords();
  const { data } = useAlike(true);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={say('bulk.alike')}
      closeButtonProps={{ 'aria-label': say('app.close') }}
    >
      <p>{say('bulk.single')}</p>
      {data?.groups.length === 0 && <p>{say('bulk.none')}</p>}
      <Stack gap="xs">
        {data?.groups.map((group, at) => (
          <Button
            key={JSON.stringify(group)}
            // The groups may come after the dialog, or be there before it.
            autoFocus={at === 0}
            data-autofocus={at === 0 || undefined}
            variant="default"
            justify="space-between"
            h="auto"
            py={6}
            rightSection={<b>{group.count}</b>}
            onClick={() => onChoose(group)}
          >
            <span className="alike">
              {group.alike ?? words(group.packId)} · {money(group.stake, undefined, language)}
              <span className="queue-why">
                {group.codes.map((code) => sayOr(`reason.${code}`, words(code))).join(', ')}
              </span>
            </span>
          </Button>
        ))}
      </Stack>
    </Modal>
  );
}

/** Of a rejection. */
interface Because {
  reason?: string;
  reasonCode?: string;
}

/** A selection: those drawn at random are opened one by one, then all are decided, one verdict each. */
export function BulkDialog({
  choice,
  onClose,
}: {
  choice: { tasks?: readonly QueueItemBody[] | undefined; like?: AlikeGroup | undefined };
  onClose: () => void;
}) {
  const { say } = useWords();
  const client = useQueryClient();
  const [bulkId, setBulkId] = useState<string>();
  const [failed, setFailed] = useState<string>();
  const [opened, setOpened] = useState<string>();
  const [lines, setLines] = useState<readonly BulkLine[]>();
  const [busy, setBusy] = useState(false);
  const [rejecting, setRejecting] = useState(false);
  const [said, setSaid] = useState<'approve' | 'reject'>();
  const { data: bulk, refetch } = useQuery({
    queryKey: ['bulk', bulkId],
    queryFn: () => get<BulkBody>(`/v1/desk/bulks/${bulkId}`),
    enabled: bulkId !== undefined,
  });

  useEffect(() => {
    const { tasks, like } = choice;
    const chosen = tasks
      ? { tasks: tasks.map(({ caseId, taskNo, seen }) => ({ caseId, taskNo, seen })) }
      : like && { like: { packId: like.packId, codes: like.codes, alike: like.alike, group: like.group } };
    send<BulkBody>('POST', '/v1/desk/bulks', { by: currentName(), ...chosen }).then(
      (made) => {
        client.setQueryData(['bulk', made.bulkId], made);
        setBulkId(made.bulkId);
      },
      (error: unknown) => setFailed((error as Error).message),
    );
    // Once per dialog: what was chosen does not change while it is open.
  }, []);

  const left = bulk?.members.filter(({ mustOpen, openedAt }) => mustOpen && openedAt === null) ?? [];
  const look = async (member: BulkBody['members'][number] | undefined) => {
    if (!member) return;
    setOpened(member.caseId);
    await send('POST', '/v1/desk/looks', { caseId: member.caseId, taskNo: member.taskNo, by: currentName() });
    await refetch();
  };
  const run = async (path: string, verdict: 'approve' | 'reject' | 'withdraw', because: Because = {}) => {
    if (bulkId === undefined) return;
    setBusy(true);
    setFailed(undefined);
    try {
      const passkey = hasPasskey() ? await signBulk(bulkId, { verdict, ...because }) : undefined;
      const body = {
        by: currentName(),
        ...(verdict === 'withdraw' ? {} : { verdict, ...because }),
        ...(passkey ? { passkey } : {}),
      };
      setLines([]);
      await sendForLines<BulkLine>(`/v1/desk/bulks/${bulkId}/${path}`, body, (line) =>
        setLines((all = []) => [...all, line]),
      );
    } catch (error) {
      setFailed((error as Error).message);
    }
    setBusy(false);
    await client.invalidateQueries({ queryKey: ['queue'] });
  };
  const ready = bulk !== undefined && left.length === 0 && !busy && lines === undefined;
  const decide = (verdict: 'approve' | 'reject', because: Because = {}) => {
    setSaid(verdict);
    void run('verdicts', verdict, because);
  };
  const approve = () => decide('approve');
  // They are alike, so of one version of a pack or nearly so: what the first one offers.
  const { data: first } = useTask(bulk?.members[0]?.caseId);
  const reasons = first?.desk.rejectReasons ?? [];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.repeat || event.target instanceof HTMLButtonElement) return;
    if (event.key === 'Enter') void look(left[0]);
    else if (event.key.toLowerCase() === 'a' && ready) approve();
    else if (event.key.toLowerCase() === 'r' && ready) setRejecting(true);
    else return;
    event.preventDefault();
  };
  const count = bulk?.members.length ?? 0;
  const accepted = lines?.filter((line) => line.accepted).length ?? 0;
  // In the place of the selection, so that neither hears the keys of the other.
  if (rejecting)
    return (
      <RejectDialog
        title={say('bulk.rejectTitle', { count })}
        reasons={reasons}
        onClose={() => setRejecting(false)}
        onReject={(reason, reasonCode) => {
          setRejecting(false);
          decide('reject', { reason, ...(reasonCode === undefined ? {} : { reasonCode }) });
        }}
      />
    );
  return (
    <Modal
      opened
      onClose={onClose}
      size="90%"
      title={say('bulk.title', { count })}
      onKeyDown={onKeyDown}
      closeButtonProps={{ 'aria-label': say('app.close') }}
    >
      <div tabIndex={-1} data-autofocus>
        {failed !== undefined && (
          <p className="bad" role="alert">
            {failed}
          </p>
        )}
        {bulk && (
          <>
            <p>{say('bulk.why')}</p>
            <div className="bulk">
              <Members bulk={bulk} opened={opened} lines={lines} onOpen={(member) => void look(member)} />
              {opened !== undefined && <Member caseId={opened} />}
            </div>
            <div className="bulk-end" role="status">
              {lines === undefined && left.length > 0 && <b>{say('bulk.left', { count: left.length })} (Enter)</b>}
              {lines !== undefined && (
                <>
                  <Progress
                    value={(100 * lines.length) / Math.max(count, 1)}
                    aria-label={say('bulk.progress', { done: lines.length, count })}
                    w={160}
                  />
                  {busy
                    ? say('bulk.progress', { done: lines.length, count })
                    : say('bulk.done', { accepted, refused: lines.length - accepted })}
                </>
              )}
              <Button color="teal.9" disabled={!ready} onClick={approve}>
                {say('bulk.approve', { count })} (A)
              </Button>
              <Button color="red.9" disabled={!ready} onClick={() => setRejecting(true)}>
                {say('bulk.reject', { count })} (R)
              </Button>
              {said === 'approve' && lines !== undefined && !busy && (
                <Button variant="default" onClick={() => void run('withdrawals', 'withdraw')}>
                  {say('bulk.undo')}
                </Button>
              )}
            </div>
          </>
        )}
      </div>
    </Modal>
  );
}
