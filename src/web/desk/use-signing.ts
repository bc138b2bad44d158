import { useEffect, useRef, useState } from 'react';
import { useWords } from '../i18n/use-words.ts';
import type { usePosition } from './use-position.ts';

/** Keeps a question on the screen until its answer is signed with a passkey, and says why it is not. */
export function useSigning(position: ReturnType<typeof usePosition>, tell: (note: string) => void) {
  const { say } = useWords();
  const [signing, setSigning] = useState(false);
  const latest = useRef(position);
  useEffect(() => {
    latest.current = position;
  });
  const sign = async (caseId: string, signed: Promise<void>) => {
    setSigning(true);
    tell(say('passkeys.sign'));
    try {
      await signed;
      tell('');
      if (latest.current.current === caseId) latest.current.leave();
    } catch (failed) {
      tell(say('passkeys.notSigned', { message: (failed as Error).message }));
    }
    setSigning(false);
  };
  return { signing, sign };
}
