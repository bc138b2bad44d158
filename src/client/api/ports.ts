import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Signer } from '../../activities/ports.ts';
import type { Cases, Documents } from '../../activities/case-ports.ts';
import type { Reviews } from '../../activities/review-ports.ts';
import type { Audit } from '../../adapters/ledger/audit.ts';
import type { Desk } from '../../adapters/ledger/desk/desk.ts';
import type { FeedLoader } from '../../adapters/ledger/feeds.ts';
import type { InformationReads } from '../../adapters/ledger/information-reads.ts';
import type { LinkRows } from '../../adapters/ledger/links.ts';
import type { NoticeMessages } from '../../adapters/ledger/notice-messages.ts';
import type { NoticeReads } from '../../adapters/ledger/notice-reads.ts';
import type { Reads } from '../../adapters/ledger/reads.ts';
import type { LinkTokens } from '../../adapters/links/link-tokens.ts';
import type { Attestation } from '../../domain/attestation.ts';
import type { CaseClient } from '../case-client.ts';
import type { PackInfo } from '../submission.ts';
import type { SubmitterClient } from '../submitter-client.ts';
import type { LinkBase } from '../case-path.ts';
import type { AccessPorts } from './access.ts';
import type { Waiting } from './wait.ts';

/** What the HTTP API is made of. */
export interface ApiPorts {
  client: CaseClient;
  submitters: SubmitterClient;
  reviews: Pick<Reviews, 'viewed' | 'openTask' | 'latestDecision' | 'task'>;
  outbox: Pick<NoticeMessages, 'retry'>;
  linkRows: LinkRows;
  /** Absent: there are no decision links, and none of their pages. */
  linkTokens?: LinkTokens;
  reads: Pick<
    Reads,
    | 'listCases'
    | 'caseFile'
    | 'casesOfDocument'
    | 'counts'
    | 'feeds'
    | 'models'
    | 'budgets'
    | 'reasons'
    | keyof InformationReads
    | keyof NoticeReads
  >;
  feedLoader: FeedLoader;
  audit: Pick<Audit, 'exportEntries'>;
  documents: Pick<Documents, 'get'>;
  signer: Pick<Signer, 'keyId' | 'publicKeys' | 'sign'>;
  packs: readonly PackInfo[];
  desk: Desk;
  /** The pack versions that cases are pinned to. */
  manifests: Pick<Cases, 'manifest'>;
  /** Folder of the built web app; absent: there is none. */
  web?: string;
  access: AccessPorts;
  /** Signs who gives a verdict. */
  attest: (caseId: string, verdict: unknown, by: Pick<Attestation, 'personId' | 'via'>) => Attestation;
  links: LinkBase;
  log: FastifyBaseLogger;
}

export interface RoutePorts extends ApiPorts {
  waiting: Waiting;
  /** Before each message to a case. Throws a problem when who asks has sent too many to it. */
  spare: (request: Pick<FastifyRequest, 'identity'>, caseId: string) => void;
}

export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
