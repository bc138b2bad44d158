import type { DeskTaskBody, QueueItemBody } from '../../client/api/schema-desk.ts';
import { useWords } from '../i18n/use-words.ts';
import { RejectDialog, SnoozeDialog, TextDialog } from './dialogs.tsx';
import { type Command, Palette } from '../keys/palette.tsx';
import { AlikeDialog, type AlikeGroup, BulkDialog } from './bulk.tsx';
import { ReassignDialog } from './reassign.tsx';
import type { Said } from './sending.ts';

/** What the desk asks its reviewer about, in a dialog. */
export type Asking =
  | { kind: 'reject'; reasons: DeskTaskBody['desk']['rejectReasons'] }
  | { kind: 'inform' | 'reassign' | 'confirm' | 'palette' | 'alike' }
  | { kind: 'snooze'; dueAt: string }
  | { kind: 'takeOver'; by: string }
  | { kind: 'bulk'; tasks: readonly QueueItemBody[]; like?: undefined }
  | { kind: 'bulk'; like: AlikeGroup; tasks?: undefined };

/** The dialog that is open, if one is. */
export function Ask({
  asking,
  commands,
  onAsk,
  onClose,
  onBulkEnd,
  onAnswer,
  onSnooze,
  onTakeOver,
}: {
  asking: Asking | undefined;
  commands: readonly Command[];
  onAsk: (asking: Asking) => void;
  onClose: () => void;
  onBulkEnd: () => void;
  onAnswer: (said: Said) => void;
  onSnooze: (until: Date) => void;
  onTakeOver: (reason: string) => void;
}) {
  const { say } = useWords();
  switch (asking?.kind) {
    case 'reject':
      return (
        <RejectDialog
          reasons={asking.reasons}
          onClose={onClose}
          onReject={(reason, reasonCode) =>
            onAnswer({ verdict: 'reject', reason, ...(reasonCode === undefined ? {} : { reasonCode }) })
          }
        />
      );
    case 'snooze':
      return <SnoozeDialog onClose={onClose} dueAt={asking.dueAt} onSnooze={onSnooze} />;
    case 'inform':
      return (
        <TextDialog
          {...{ title: say('inform.title'), label: say('inform.label'), send: say('act.inform'), onClose }}
          onSend={(question) => onAnswer({ verdict: 'request-information', question })}
        />
      );
    case 'reassign':
      return (
        <ReassignDialog
          onClose={onClose}
          onSend={(to, reason) => onAnswer({ verdict: 'reassign', to, ...(reason === '' ? {} : { reason }) })}
        />
      );
    case 'confirm':
      return (
        <TextDialog
          {...{ title: say('confirm.title'), label: say('reassign.reason'), send: say('act.confirm'), onClose }}
          onSend={(reason) => onAnswer({ verdict: 'confirm', reason })}
        />
      );
    case 'takeOver':
      return (
        <TextDialog
          {...{
            title: say('takeOver.title', { by: asking.by }),
            label: say('reassign.reason'),
            send: say('act.takeOver'),
            onClose,
          }}
          onSend={onTakeOver}
        />
      );
    case 'palette':
      return <Palette onClose={onClose} commands={commands} />;
    case 'alike':
      return <AlikeDialog onClose={onClose} onChoose={(like) => onAsk({ kind: 'bulk', like })} />;
    case 'bulk':
      return <BulkDialog choice={asking} onClose={onBulkEnd} />;
    default:
      return null;
  }
}
