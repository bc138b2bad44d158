import { useWords } from '../i18n/use-words.ts';
import { type useSending, undoable } from './sending.ts';
import { takeBack } from './undo.ts';

/** Takes one's last approval back, and says what became of it; the next try is about the one before. */
export function useLastUndo(
  { sent, forget, settle }: ReturnType<typeof useSending>,
  tell: (note: string) => void,
  open: (caseId: string) => void,
): () => Promise<void> {
  const { say } = useWords();
  return async () => {
    const last =
      undoable(sent) ??
      sent.find(
        ({ state, verdict, final }) => state === 'done' && !final && (verdict === 'approve' || verdict === 'amend'),
      );
    if (!last) return tell(say('undo.none'));
    const taken = await takeBack(last).catch((failed: unknown) => tell((failed as Error).message));
    if (taken === undefined) return;
    (taken ? forget : settle)(last.id);
    tell(say(taken ? 'undo.done' : 'undo.no', { key: last.caseKey }));
    if (taken) open(last.caseId);
  };
}
