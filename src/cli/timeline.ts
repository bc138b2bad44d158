import type { CaseFileBody } from '../client/api/schema-case.ts';
import { costText } from './money.ts';
import { counted, oneLine } from './text.ts';
import { lengthText } from './times.ts';

/** One step of a case, from receipt to write. */
export interface Step {
  at: string;
  text: string;
  tone: 'plain' | 'good' | 'bad' | 'person';
}

type Event = CaseFileBody['events'][number];
type Told = [text: string, tone?: Step['tone']];

/** The audit trail of a case as sentences, oldest first. An entry of a kind that is not known yet is shown by its name. */
export function timelineOf(file: CaseFileBody): Step[] {
  return file.events.map((event) => {
    const [text, tone = 'plain'] = tell(event, file);
    return { at: event.at, text: oneLine(text), tone };
  });
}

function tell({ kind, data }: Event, file: CaseFileBody): Told {
  const text = (name: string) => textIn(data[name]);
  const because = text('reason') === '' ? '' : `: ${text('reason')}`;
  switch (kind) {
    case 'received':
      return [`received through ${text('channel')}, ${counted(file.documents.length, 'document')}`];
    case 'ingested':
      return [`read and checked, ${countOf(data['findings'], 'finding')}; pack version ${text('packVersion')} pinned`];
    case 'moved':
      return [`moved to pack version ${text('packVersion')}: ${text('why')}`, 'bad'];
    case 'model-answered':
    case 'model-failed':
      return tellCall(kind, data, file);
    case 'task-opened':
      return [`${text('group')} asked to decide, ${countOf(data['reasons'], 'reason')}`, 'person'];
    case 'escalated':
      return text('by') === ''
        ? [`nobody answered: escalated to ${text('to')}`, 'bad']
        : [`${text('to')} is asked now, in place of ${text('from')}`, 'person'];
    case 'reassigned':
      return [`${text('to')} is asked now, in place of ${text('from')}`, 'person'];
    case 'replanned':
      return text('to') === ''
        ? ['working times changed: reminder, escalation and deadline were set anew']
        : [`${text('to')} is asked now, in place of ${text('from')}: ${text('because')}`, 'person'];
    case 'assigned':
      return [text('assignee') === '' ? 'nobody of the group has it now' : `assigned to ${text('assignee')}`, 'person'];
    case 'information-asked':
      return [`${text('of')} is asked: ${text('question')}`, 'person'];
    case 'information-given':
      return [`${text('by')} answered, ${countOf(data['documents'], 'document')}`, 'person'];
    case 'information-missing':
      return ['nobody answered the question in time', 'bad'];
    case 'information-refused':
      return [`answer refused: ${messageIn(data['refusal'])}`, 'bad'];
    case 'deadline':
      return [`the deadline passed: ${text('kind')}`, 'bad'];
    case 'verdict-accepted':
      return [`${text('by')}: ${text('verdict')}${countIn(data['approvals'])}${because}`, 'person'];
    case 'verdict-refused':
      return [`verdict refused${text('by') === '' ? '' : ` (${text('by')})`}: ${messageIn(data['refusal'])}`, 'bad'];
    case 'decision':
      return tellDecision(data, because);
    case 'decision-withdrawn':
      return [`${text('by')} took the approval back${because}; nothing was written`, 'person'];
    case 'undo-window-over':
      return ['the undo window is over: it is being written'];
    case 'link-sent':
      return [`${text('person')} got a link to decide`];
    case 'link-opened':
    case 'link-used':
      return [`the link of ${text('person')} was ${kind.slice('link-'.length)}`];
    case 'link-refused':
      return [`the link of ${text('person')} was refused: ${text('code')}`, 'bad'];
    case 'link-revoked':
      return [`${text('by')} took the link of ${text('person')} back${because}`, 'person'];
    case 'closed':
      return [`closed: ${text('outcome')}${because}`, text('outcome') === 'written' ? 'good' : 'plain'];
    default:
      return tellEffect(kind, data, file, because);
  }
}

function tellCall(kind: string, data: Event['data'], { modelCalls }: CaseFileBody): Told {
  const call = modelCalls.find(({ callId }) => callId === data['callId']);
  const model = call?.model ?? 'the model';
  if (kind === 'model-failed') return [`${model} failed: ${String(data['failureType'])}`, 'bad'];
  const cost = call?.costMicros === null || call === undefined ? '' : `, cost ${costText(call.costMicros)}`;
  const took = call === undefined ? '' : ` in ${lengthText(call.latencyMs)}`;
  const ok = data['outcome'] === 'ok';
  return [`${model} answered${ok ? '' : ` (${String(data['outcome'])})`}${took}${cost}`, ok ? 'plain' : 'bad'];
}

function tellDecision({ kind, by }: Event['data'], because: string): Told {
  const { kind: who, rule, name } = (by ?? {}) as { kind?: string; rule?: string; name?: string };
  const decided = kind === 'reject' ? 'rejected' : 'accepted';
  return who === 'policy'
    ? [`${decided} by policy (${rule ?? ''})${because}`]
    : [`${decided} by ${name ?? 'a reviewer'}${because}`, 'person'];
}

const EFFECTS: Record<string, [text: string, tone: Step['tone']]> = {
  'effect-pending': ['writing', 'plain'],
  'effect-applied': ['written', 'good'],
  'effect-refused': ['refused by the business system', 'bad'],
  'effect-unknown': ['sent, outcome unknown', 'bad'],
  'effect-abandoned': ['given up', 'bad'],
  'effect-retry': ['to be tried again', 'person'],
  compensated: ['undone', 'plain'],
};

function tellEffect(kind: string, data: Event['data'], file: CaseFileBody, because: string): Told {
  const told = EFFECTS[kind];
  if (!told) return [kind];
  const title = file.effects.find(({ key }) => key === data['key'])?.title ?? textIn(data['title'] ?? data['key']);
  const reference = typeof data['reference'] === 'string' ? ` as ${data['reference']}` : '';
  const by = typeof data['by'] === 'string' ? ` by ${data['by']}` : '';
  return [`${title}: ${told[0]}${reference}${by}${because}`, told[1]];
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function countOf(list: unknown, noun: string): string {
  return counted(Array.isArray(list) ? list.length : 0, noun);
}

function countIn(approvals: unknown): string {
  const { given, needed } = (approvals ?? {}) as { given?: number; needed?: number };
  return given === undefined ? '' : ` (${given} of ${needed})`;
}

function messageIn(refusal: unknown): string {
  return typeof refusal === 'object' && refusal !== null && 'message' in refusal ? String(refusal.message) : '';
}
