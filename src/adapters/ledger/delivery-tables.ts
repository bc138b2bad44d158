import type { ColumnType, Generated } from 'kysely';
import type { LinkAnswer, LinkPurpose } from '../../domain/link.ts';

/** How notices reach people, and the links in them. */
export interface DeliveryTables {
  /** A notice on its way to one recipient; `message_id`: the message that carries it, once there is one. */
  notice_deliveries: {
    notice_id: number;
    channel: string;
    address: string;
    person: string | null;
    due_at: Date;
    message_id: string | null;
  };
  notice_messages: {
    id: string;
    channel: string;
    address: string;
    person: string | null;
    created_at: Date;
    not_before: Date;
    attempts: Generated<number>;
    last_error: string | null;
    sent_at: Date | null;
    failed_at: Date | null;
    cancelled_at: Date | null;
  };
  decision_links: {
    id: string;
    token_hash: string;
    purpose: LinkPurpose;
    case_id: string;
    task_no: number;
    seen: string;
    /** Of `inform`: what is asked. */
    request_id: string | null;
    person: string;
    issued_at: Date;
    expires_at: Date;
    opened_at: Date | null;
    /** From here on it answers nothing else. */
    used_at: Date | null;
    answer: ColumnType<LinkAnswer | null, string, string>;
    /** When the case had taken or refused the answer; until then the same one may be sent again. */
    settled_at: Date | null;
    revoked_at: Date | null;
    revoked_by: string | null;
  };
  /** Tokens that name no link, by UTC day. */
  link_guesses: { day: Date; guesses: number };
}
