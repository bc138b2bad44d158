import type { Ports } from '../activities/ports.ts';
import { faultOfCaseKey, type CaseOutcome } from '../domain/case.ts';
import type { FeedLimit } from '../domain/freshness.ts';
import { failure } from '../failures.ts';

/** What the client must know of a pack: who owns it and what it takes. */
export interface PackInfo {
  id: string;
  title: string;
  owner: string;
  accepts: { mediaTypes: readonly string[]; maxBytes: number };
  /** The feeds it reads, and how old each may be. Default: none. */
  feeds?: readonly FeedLimit[];
}

/** One case to submit. `caseKey` is the business system's own key: the same key and content is the same case. */
export interface Submission {
  packId: string;
  caseKey: string;
  /** Default 1. */
  revision?: number;
  documents: { name: string; mediaType?: string; bytes: Uint8Array }[];
  submittedBy?: string;
  /** Somebody waits for the answer now; default false. Not part of what the case is, so a repeat may differ. */
  interactive?: boolean;
  /** Where it came from, for the audit: 'api', 'cli', ... */
  channel: string;
}

/** The receipt: from here on the case is not lost. `created` is false for a repeat. */
export interface Receipt {
  caseId: string;
  created: boolean;
  /** False when Temporal did not answer: the sweep starts the accepted case. */
  started: boolean;
  outcome: CaseOutcome | null;
}

/**
 * Whether the pack takes it, which is returned; what the documents are is found by reading them, and set in the submission.
 * Throws `InvalidInput` or `UnknownPack`, each naming the field.
 */
export async function checkSubmission(
  { packs, reader }: Pick<Ports, 'reader'> & { packs: readonly PackInfo[] },
  submission: Submission,
): Promise<PackInfo> {
  const fault = faultOfCaseKey(submission.caseKey);
  if (fault) throw failure('InvalidInput', fault);
  const pack = packs.find(({ id }) => id === submission.packId);
  if (!pack)
    throw failure('UnknownPack', `packId: '${submission.packId}' is none of ${packs.map(({ id }) => id).join(', ')}`);
  if (submission.documents.length === 0) throw failure('InvalidInput', 'documents: give at least one');
  for (const document of submission.documents) {
    const { name, bytes } = document;
    if (bytes.length > pack.accepts.maxBytes) {
      throw failure(
        'InvalidInput',
        `${name}: ${bytes.length} bytes; ${pack.id} takes at most ${pack.accepts.maxBytes} bytes per document`,
      );
    }
    const { mediaType } = await reader.read({ name, bytes, mediaType: document.mediaType ?? '' });
    if (!pack.accepts.mediaTypes.includes(mediaType)) {
      throw failure(
        'InvalidInput',
        `${name}: ${mediaType} is not taken by ${pack.id}; send one of ${pack.accepts.mediaTypes.join(', ')}`,
      );
    }
    document.mediaType = mediaType;
  }
  return pack;
}
