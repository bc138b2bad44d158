import { SegmentedControl } from '@mantine/core';
import { Component, Suspense, lazy, useEffect, useRef, type ReactNode } from 'react';
import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import { words } from '../format.ts';
import { type Say, useWords } from '../i18n/use-words.ts';
import { type Look, looksOf } from './looks.ts';
import { piecesOf } from './spans.ts';

const loadPdfView = async () => ({ default: (await import('./pdf-view.tsx')).PdfView });
const PdfView = lazy(loadPdfView);

/** Fetches what shows PDFs before the first one comes. */
function preloadPdfView(): void {
  loadPdfView().catch(() => undefined);
}

/** Named by what it is; by its name where several are the same. */
function labelOf({ kind, name }: Look, looks: readonly Look[], say: Say): string {
  const alike = looks.filter((one) => one.kind === kind).length;
  if (alike === 1) return say(`source.${kind}`);
  return alike === looks.length ? name : `${say(`source.${kind}`)} ${name}`;
}

/** The source beside the fields: its evidence is marked, and leads to the field it is for, as the field leads to it. */
export function SourcePane({
  task,
  active,
  look,
  onLook,
  onActive,
}: {
  task: DeskTaskBody;
  active: string | undefined;
  look: Look | undefined;
  onLook: (key: string) => void;
  onActive: (field: string) => void;
}) {
  const { say } = useWords();
  const box = useRef<HTMLDivElement>(null);
  useEffect(preloadPdfView, []);
  const looks = looksOf(task);
  const evidence = Object.entries(task.task?.evidence ?? {}).flatMap(([field, span]) =>
    span ? [{ field, ...span }] : [],
  );
  const here = evidence.filter(({ document }) => document === look?.source);
  useEffect(() => {
    if (active === undefined) return;
    box.current?.querySelector(`mark[data-field="${CSS.escape(active)}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [active, look?.key]);
  if (!look) return <p className="pad">{say('source.none')}</p>;
  const text = task.sources?.[look.source]?.text ?? '';
  const asText = (
    <pre className="source-text">
      {piecesOf(text, here).map((piece, at) =>
        piece.field === undefined ? (
          <span key={at}>{piece.text}</span>
        ) : (
          <mark
            key={at}
            data-field={piece.field}
            data-active={piece.field === active || undefined}
            title={say('source.evidence', { field: words(piece.field) })}
          >
            {piece.text}
          </mark>
        ),
      )}
    </pre>
  );
  return (
    <div
      className="source"
      ref={box}
      data-look={look.kind}
      onClick={({ target }) => {
        const field =
          target instanceof Element ? target.closest<HTMLElement>('mark[data-field]')?.dataset['field'] : undefined;
        if (field !== undefined) onActive(field);
      }}
    >
      {looks.length > 1 && (
        <SegmentedControl
          size="xs"
          aria-label={say('source.title')}
          value={look.key}
          onChange={onLook}
          data={looks.map((one) => ({ value: one.key, label: labelOf(one, looks, say) }))}
        />
      )}
      {look.kind === 'pdf' && look.hash !== undefined ? (
        <Fallback
          key={look.hash}
          other={
            <>
              <p className="bad">{say('source.failed')}</p>
              {asText}
            </>
          }
        >
          <Suspense fallback={<p>{say('app.loading')}</p>}>
            <PdfView hash={look.hash} evidence={here} active={active} />
          </Suspense>
        </Fallback>
      ) : (
        asText
      )}
    </div>
  );
}

/** A document that a browser cannot show must not take the page with it. */
class Fallback extends Component<{ children: ReactNode; other: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.other : this.props.children;
  }
}
