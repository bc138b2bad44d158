import { Kysely, PostgresDialect } from 'kysely';
import type { Ports } from '../../activities/ports.ts';
import { type Audit, auditOf } from './audit.ts';
import { casesOf } from './cases.ts';
import { type Desk, deskOf } from './desk/desk.ts';
import { type Credentials, credentialsOf } from './credentials.ts';
import { documentsOf } from './documents.ts';
import { effectsOf } from './effects.ts';
import { guarded } from './faults.ts';
import { countersignaturesOf } from './countersignatures.ts';
import { feedAlarmsOf } from './feed-alarms.ts';
import { type FeedLoader, feedLoaderOf, feedsOf } from './feeds.ts';
import { informationOf } from './information.ts';
import { type AskingLimits, DEFAULT_LIMITS, modelCallsOf } from './model-calls.ts';
import { linkRowsOf, type LinkRows } from './links.ts';
import { type NoticeMessages, noticesOf } from './notice-messages.ts';
import type { Outbox } from './outbox.ts';
import { type PasskeyRows, passkeysOf } from './passkeys.ts';
import { type People, peopleOf } from './people.ts';
import { openPool } from './pool.ts';
import { type Reads, readsOf } from './reads.ts';
import type { Store } from './record.ts';
import { replansOf } from './replans.ts';
import { reviewsOf } from './reviews.ts';
import type { Tables } from './tables.ts';

/** What the activities need of the ledger. */
type LedgerPorts = Pick<
  Ports,
  | ('documents' | 'cases' | 'modelCalls' | 'reviews' | 'replans' | 'information')
  | ('effects' | 'feeds' | 'feedAlarms' | 'countersignatures')
>;

/** The ledger in PostgreSQL: what was received and decided, with an audit chain per case. */
export interface Ledger extends LedgerPorts {
  feedLoader: FeedLoader;
  outbox: Outbox & NoticeMessages;
  links: LinkRows;
  people: People;
  credentials: Credentials;
  passkeys: PasskeyRows;
  reads: Reads;
  desk: Desk;
  audit: Audit;
  /** For tests and one-off questions; the application uses the ports above. */
  db: Kysely<Tables>;
  close(): Promise<void>;
}

export interface LedgerOptions {
  /** `postgres://user:password@host:port/database`, migrated (see `migrate`). */
  url: string;
  /** Default 10 connections. */
  poolSize?: number;
  /** Default: the system's clock. All recorded times come from it. */
  clock?: () => Date;
  /** Default false: work as the role `countersign_app`, which cannot change the audit trail. */
  asOwner?: boolean;
  /** Default: no rates, a breaker that needs ten calls. */
  limits?: Partial<AskingLimits>;
}

/** Opens the ledger; connects on first use. Every method throws `LedgerUnavailable` while PostgreSQL does not answer. */
export function openLedger(options: LedgerOptions): Ledger {
  const { url, poolSize = 10, clock = () => new Date(), asOwner = false, limits } = options;
  const pool = openPool(url, { max: poolSize, asOwner });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const store: Store = { db, clock };
  return {
    documents: guarded(documentsOf(store)),
    cases: guarded(casesOf(store)),
    modelCalls: guarded(modelCallsOf(store, { ...DEFAULT_LIMITS, ...limits })),
    reviews: guarded(reviewsOf(store)),
    replans: guarded(replansOf(store)),
    information: guarded(informationOf(store)),
    effects: guarded(effectsOf(store)),
    feeds: guarded(feedsOf(store)),
    feedAlarms: guarded(feedAlarmsOf(store)),
    feedLoader: guarded(feedLoaderOf(store)),
    outbox: guarded(noticesOf(store)),
    links: guarded(linkRowsOf(store)),
    people: guarded(peopleOf(store)),
    credentials: guarded(credentialsOf(store)),
    passkeys: guarded(passkeysOf(store)),
    reads: guarded(readsOf(store)),
    desk: guarded(deskOf(store)),
    audit: auditOf(store),
    countersignatures: guarded(countersignaturesOf(store)),
    db,
    close: () => db.destroy(),
  };
}
