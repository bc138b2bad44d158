import 'react-pdf/dist/Page/TextLayer.css';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Document, Page, pdfjs } from 'react-pdf';
import { documentQuery } from '../desk/queries.ts';
import { useWords } from '../i18n/use-words.ts';
import { piecesOf, spansInItems } from './spans.ts';

pdfjs.GlobalWorkerOptions.workerSrc = new URL('pdfjs-dist/build/pdf.worker.min.mjs', import.meta.url).toString();

/** No script from a document, and nothing compiled: the page's policy forbids it. */
const OPTIONS = { isEvalSupported: false, useWasm: false };

interface Quoted {
  field: string;
  quote: string;
}

/** A PDF page by page with a text layer, in which the evidence is marked. */
export function PdfView({
  hash,
  evidence,
  active,
}: {
  hash: string;
  evidence: readonly Quoted[];
  active: string | undefined;
}) {
  const { say } = useWords();
  const { data } = useQuery(documentQuery(hash));
  const box = useRef<HTMLDivElement>(null);
  const [pages, setPages] = useState(0);
  const [width, setWidth] = useState(0);
  // pdf.js hands the bytes over to its worker, so it gets its own.
  const file = useMemo(() => data && { data: new Uint8Array(data.slice(0)) }, [data]);
  useEffect(() => {
    if (!box.current) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return (
    <div ref={box} className="pdf">
      {file && width > 0 && (
        <Document
          file={file}
          options={OPTIONS}
          loading={say('app.loading')}
          error={say('source.failed')}
          onLoadSuccess={({ numPages }) => setPages(numPages)}
        >
          {Array.from({ length: pages }, (_, at) => (
            <PdfPage
              key={at}
              no={at + 1}
              pages={pages}
              width={Math.min(width, 1100)}
              evidence={evidence}
              active={active}
            />
          ))}
        </Document>
      )}
    </div>
  );
}

function PdfPage(props: {
  no: number;
  pages: number;
  width: number;
  evidence: readonly Quoted[];
  active: string | undefined;
}) {
  const { no, pages, width, evidence, active } = props;
  const { say } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [items, setItems] = useState<readonly string[]>([]);
  const spans = useMemo(() => spansInItems(items, evidence), [items, evidence]);
  const mark = () => {
    for (const one of box.current?.querySelectorAll<HTMLElement>('mark') ?? [])
      one.toggleAttribute('data-active', one.dataset['field'] === active);
    const here = active === undefined ? null : box.current?.querySelector(`mark[data-field="${CSS.escape(active)}"]`);
    here?.scrollIntoView({ block: 'nearest' });
  };
  useEffect(mark, [active]);
  return (
    <div ref={box} role="group" aria-label={say('source.page', { page: no, pages })} className="pdf-page">
      <Page
        pageNumber={no}
        width={width}
        renderAnnotationLayer={false}
        onGetTextSuccess={({ items: found }) => setItems(found.map((item) => ('str' in item ? item.str : '')))}
        customTextRenderer={({ str, itemIndex }) =>
          piecesOf(str, spans.get(itemIndex) ?? [])
            .map(({ text, field }) =>
              field === undefined ? escaped(text) : `<mark data-field="${escaped(field)}">${escaped(text)}</mark>`,
            )
            .join('')
        }
        onRenderTextLayerSuccess={mark}
      />
    </div>
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
