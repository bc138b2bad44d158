import type { DeskTaskBody } from '../../client/api/schema-desk.ts';
import { type Field, fieldsOf } from './fields.ts';

/** Why a field needs a person's eye. */
export interface FieldState {
  field: Field;
  proposed: unknown;
  value: unknown;
  edited: boolean;
  /** 0..1; null: the model gave none; undefined: it is not measured for this field. */
  confidence: number | null | undefined;
  threshold: number;
  uncertain: boolean;
  /** Sentences about it: reasons and broken rules that name it. */
  notes: string[];
}

export type Edits = Readonly<Record<string, unknown>>;

/** The open question of a case, field by field, with what the person has changed. */
export function fieldStates(task: DeskTaskBody, edits: Edits): FieldState[] {
  const question = task.task;
  if (!question) return [];
  const threshold = task.plan?.threshold ?? 0;
  return fieldsOf(task.desk.schema).map((field) => {
    const { name } = field;
    const proposed = question.proposal?.[name] ?? null;
    const edited = name in edits && JSON.stringify(edits[name]) !== JSON.stringify(proposed);
    const confidence = task.desk.critical.includes(name)
      ? (question.confidence[name] ?? null)
      : question.confidence[name];
    const broken = question.rules.filter((rule) => !rule.holds && rule.field === name);
    const notes = [
      ...question.reasons
        .filter((reason) => reason.field === name && reason.code !== 'rule-broken')
        .map(({ message }) => message),
      ...broken.map(({ name: rule, message }) => `${rule}: ${message ?? ''}`),
    ];
    const low = confidence === null || (confidence !== undefined && confidence < threshold);
    const missing = question.proposal === null || (proposed === null && !field.nullable);
    const uncertain = !edited && (notes.length > 0 || low || missing);
    return { field, proposed, value: edited ? edits[name] : proposed, edited, confidence, threshold, uncertain, notes };
  });
}

/** What can be answered to the question as it stands on the screen. */
export interface Answerable {
  /** What A does; null: nothing. */
  approve: 'approve' | 'amend' | 'again' | null;
  /** The names of hard rules that stand against it. */
  hardRules: string[];
}

export const NOTHING: Answerable = { approve: null, hardRules: [] };

export function answerable(task: DeskTaskBody, states: readonly FieldState[]): Answerable {
  const question = task.task;
  if (!question) return NOTHING;
  const hardRules = question.rules
    .filter(({ severity, holds }) => severity === 'hard' && !holds)
    .map(({ name }) => name);
  if (question.kind !== 'proposal') return { approve: 'again', hardRules: [] };
  if (states.some(({ edited }) => edited)) return { approve: 'amend', hardRules };
  return { approve: question.proposal !== null && hardRules.length === 0 ? 'approve' : null, hardRules };
}

/** The output that an amendment carries. */
export function outputOf(task: DeskTaskBody, states: readonly FieldState[]): Record<string, unknown> {
  const changed = states.filter(({ edited }) => edited).map(({ field, value }) => [field.name, value] as const);
  const empty = states.map(({ field }) => [field.name, null] as const);
  return { ...(task.task?.proposal ?? Object.fromEntries(empty)), ...Object.fromEntries(changed) };
}
