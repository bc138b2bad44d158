import type { ReactNode } from 'react';
import { useWords } from '../i18n/use-words.ts';

/** A page with a heading; says when what it shows could not be read. */
export function Page({
  title,
  error,
  children,
}: {
  title: string;
  error?: Error | null | undefined;
  children: ReactNode;
}) {
  const { say } = useWords();
  return (
    <div className="page">
      <h1>{title}</h1>
      {error && (
        <p role="alert" className="bad">
          {say('app.failed', { message: error.message })}
        </p>
      )}
      {children}
    </div>
  );
}
