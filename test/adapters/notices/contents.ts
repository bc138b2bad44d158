import type { NoticeItem } from '../../../src/adapters/ledger/notice-messages.ts';
import { contentOf, lineOf, type AnswerLink, type NoticeContent } from '../../../src/adapters/notices/content.ts';

const DUE = new Date('2026-03-04T15:00:00.000Z');

export function item(caseId = 'case/invoices/INV-1', kind: NoticeItem['kind'] = 'task-opened'): NoticeItem {
  const payload = { caseId, taskNo: 1, group: 'clerks', reasons: ['low-confidence', 'rule-broken'] };
  return { kind, payload, dueAt: DUE };
}

export const LINK: AnswerLink = { purpose: 'decide', url: 'https://cs.example/d/abc123', expiresAt: DUE };

/** What a message about these says. */
export function content(items: NoticeItem[] = [item()], link?: AnswerLink): NoticeContent {
  return contentOf(items.map((one) => lineOf(one, 'https://cs.example/cases/{caseId}?a=1&b=2', link)));
}
