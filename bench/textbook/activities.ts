import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { OpenAI } from 'openai';
import type { Pool } from 'pg';
import type { FeedItem, Feeds, SourceDocument } from '../../src/packs/pack.ts';
import { ticketTriage } from '../../src/packs/ticket-triage/pack.ts';
import type { TextbookActivities } from './types.ts';

export interface TextbookParts {
  pool: Pool;
  openai: OpenAI;
  model: string;
  /** Base address of the help desk. */
  helpDesk: string;
}

/**
 * The five steps, each with one plain database write. The prompt is the pack's own, built from the same feed, so that
 * the model has the same to read and to answer.
 */
export function textbookActivities({ pool, openai, model, helpDesk }: TextbookParts): TextbookActivities {
  const feeds = feedsOf(pool);
  const { instructions, answerSchema, maxOutputTokens } = ticketTriage.manifest;
  return {
    async storeDocument({ caseId, text }) {
      await pool.query('insert into textbook.documents (case_id, text) values ($1, $2) on conflict do nothing', [
        caseId,
        text,
      ]);
      return caseId;
    },

    async callModel({ caseId, text }) {
      const { present } = await ticketTriage.prepare(sourcesOf(text), feeds);
      const response = await openai.responses.create({
        model,
        instructions,
        input: present,
        text: { format: { type: 'json_schema', name: 'ticket', schema: answerSchema, strict: true } },
        max_output_tokens: maxOutputTokens,
        store: false,
        include: ['message.output_text.logprobs'],
        top_logprobs: 3,
      });
      const callId = randomUUID();
      await pool.query(
        'insert into textbook.model_calls (call_id, case_id, answer, input_tokens, output_tokens) values ($1, $2, $3, $4, $5)',
        [callId, caseId, response.output_text, response.usage?.input_tokens, response.usage?.output_tokens],
      );
      return { callId, text: response.output_text };
    },

    async storeProposal({ caseId, answer, askPerson }) {
      const read = ticketTriage.read(JSON.parse(answer.text), []);
      if (!read.ok) throw ApplicationFailure.nonRetryable(read.problems.join('; '), 'InvalidAnswer');
      const { output } = read.value;
      await pool.query(
        'insert into textbook.proposals (case_id, call_id, output, needs_person) values ($1, $2, $3, $4) on conflict do nothing',
        [caseId, answer.callId, JSON.stringify(output), askPerson],
      );
      return { output, needsPerson: askPerson };
    },

    async storeDecision({ caseId, proposal, verdict }) {
      await pool.query(
        'insert into textbook.decisions (case_id, approved, by_name, output) values ($1, $2, $3, $4) on conflict do nothing',
        [caseId, verdict.approved, verdict.by, JSON.stringify(proposal.output)],
      );
    },

    async writeDownstream({ caseId, proposal }) {
      const [effect] = ticketTriage.effects(proposal.output, caseId);
      const response = await fetch(`${helpDesk}/${effect?.collection}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': caseId },
        body: JSON.stringify({ ...effect?.request, reference: caseId }),
      });
      if (!response.ok) throw new Error(`the help desk answered ${response.status}`);
      const { id } = (await response.json()) as { id: string };
      await pool.query('insert into textbook.effects (case_id, reference) values ($1, $2) on conflict do nothing', [
        caseId,
        id,
      ]);
      return id;
    },
  };
}

function sourcesOf(text: string): SourceDocument[] {
  return [{ name: 'message.txt', text }];
}

/** The same similarity search that the ledger does, over plain pg. */
function feedsOf(pool: Pool): Feeds {
  return {
    async lookUp(feed, key) {
      const { rows } = await pool.query<FeedItem>(
        'select key, text, data from feed_items where feed = $1 and key = $2',
        [feed, key],
      );
      return rows[0];
    },
    async similar(feed, text, limit) {
      const { rows } = await pool.query<FeedItem & { similarity: number }>(
        `select key, text, data, similarity(text, $2)::float8 as similarity from feed_items
         where feed = $1 order by text <-> $2, key limit $3`,
        [feed, text, limit],
      );
      return rows;
    },
  };
}
