import { Alert, Button, Group, Table, TextInput } from '@mantine/core';
import canonicalize from 'canonicalize';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { AuditLineBody } from '../../client/api/schema-system.ts';
import { getLines, query } from '../api.ts';
import { moment, words } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import { Page } from './page.tsx';
import { linesOf } from './told.ts';

type Entry = Extract<AuditLineBody, { type: 'entry' }>;

/** The audit trail of a case, its chain computed again in this browser. */
export function AuditPage() {
  const { say, sayOr, language } = useWords();
  const [params, setParams] = useSearchParams();
  const linked = params.get('case');
  const [text, setText] = useState(linked ?? '');
  const [entries, setEntries] = useState<readonly Entry[]>();
  const [broken, setBroken] = useState<number>();
  const [error, setError] = useState<Error>();
  const read = async () => {
    // As the command line takes it, and as people write it.
    const caseId = text.trim().replace(/^(?!case\/)/, 'case/');
    try {
      const lines: AuditLineBody[] = [];
      await getLines<AuditLineBody>(`/v1/audit/entries${query({ caseId })}`, (line) => lines.push(line));
      setBroken(await firstBroken(lines));
      setEntries(lines.filter((line) => line.type === 'entry'));
      setError(undefined);
      setParams({ case: caseId }, { replace: true });
    } catch (failed) {
      setError(failed as Error);
    }
  };
  useEffect(() => {
    if (linked) void read();
    // Once, for who comes by a link.
  }, []);
  return (
    <Page title={say('app.audit')} error={error}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== '') void read();
        }}
      >
        <Group align="end" mb="md">
          <TextInput
            label={say('audit.case')}
            placeholder="invoice-intake/INV-1"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            w={420}
            maw="100%"
          />
          <Button type="submit">{say('audit.read')}</Button>
        </Group>
      </form>
      {!entries && <p>{say('audit.all')}</p>}
      {entries && entries.length > 0 && (
        <Alert variant="default" role="status" mb="md">
          {broken === undefined
            ? `✓ ${say('audit.intact', { count: entries.length })}`
            : `✗ ${say('audit.broken', { seq: broken })}`}
        </Alert>
      )}
      {entries?.length === 0 && <p>{say('case.none')}</p>}
      {entries && (
        <div className="scroll-x" tabIndex={0} role="region" aria-label={say('app.audit')}>
          <Table>
            <Table.Tbody>
              {entries.map(({ seq, at, kind, data, hash }) => (
                <Table.Tr key={seq}>
                  <Table.Td>{seq}</Table.Td>
                  <Table.Td className="nowrap">{moment(at, language)}</Table.Td>
                  <Table.Td>{sayOr(`event.${kind}`, words(kind))}</Table.Td>
                  <Table.Td>
                    {linesOf({ data }, sayOr).map((line) => (
                      <div key={line}>{line}</div>
                    ))}
                    <details>
                      <summary>{say('audit.data')}</summary>
                      <code className="data">{JSON.stringify(data)}</code>
                    </details>
                  </Table.Td>
                  <Table.Td>
                    <code title={hash}>{hash.slice(0, 12)}</code>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Page>
  );
}

/** The number of the first entry whose content, link or end does not fit; undefined: all is well. */
async function firstBroken(lines: readonly AuditLineBody[]): Promise<number | undefined> {
  let hash = '0'.repeat(64);
  let seq = 0;
  for (const line of lines) {
    if (line.type === 'head') return line.seq === seq && line.hash === hash ? undefined : seq + 1;
    const { caseId, at, kind, data, prevHash } = line;
    const whole = canonicalize({ caseId, seq: line.seq, at, kind, data, prevHash }) ?? '';
    if (line.seq !== seq + 1 || prevHash !== hash || (await sha256(whole)) !== line.hash) return line.seq;
    ({ seq, hash } = line);
  }
  return undefined;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
