import type { LiveFacts } from '../domain/countersignature.ts';
import type { Refusal } from '../domain/verdict.ts';
import type { Approvals } from '../domain/policy.ts';
import { failure } from '../failures.ts';
import { digestOf } from '../packs/digest.ts';
import type { Evidence } from '../packs/pack.ts';
import type { TaskOpening, TaskRecord } from './review-ports.ts';
import { aboutCase } from './about-case.ts';
import { assigned, openingOf } from './open-task.ts';
import type { Ports } from './ports.ts';

type Needs = Pick<Ports, 'reviews' | 'access' | 'cases' | 'modelCalls' | 'packs' | 'feeds' | 'clock'>;

/** What code of a pack throws that was not written for such values; a feed that does not answer throws something else. */
const FAULTS = [TypeError, RangeError, ReferenceError, SyntaxError];

/** Whether an amendment fits the pinned schema and rules, and what approving it writes. */
export async function amend(ports: Needs, task: TaskRecord, output: unknown) {
  try {
    return await judged(ports, task, output);
  } catch (error) {
    // Tried again it would end the same, and no other verdict on the case would be heard meanwhile.
    if (!(error instanceof Error) || !FAULTS.some((fault) => error instanceof fault)) throw error;
    return refused('amendment-invalid', `output: the pack cannot judge these values (${error.message})`);
  }
}

async function judged({ packs, cases, feeds }: Needs, task: TaskRecord, output: unknown) {
  const pack = packs.pinned(task.packHash);
  if (!pack) {
    return refused(
      'pack-version-gone',
      'The pack changed while this case waited; it is asked again under the current version.',
    );
  }
  const checked = pack.check(output);
  if (!checked.ok) return refused('amendment-invalid', `output: ${checked.problems.join('; ')}`);
  const { sources = [], enrichment } = (await cases.input(task.caseId)) ?? {};
  const evidence = (task.evidence ?? {}) as Record<string, Evidence | null>;
  const rules = await pack.judge(checked.value, { sources, feeds, enrichment, evidence });
  const broken = rules.filter(({ holds, severity }) => !holds && severity === 'hard');
  if (broken.length > 0)
    return refused('rule-broken', broken.map(({ name, message }) => `${name}: ${message ?? ''}`).join('; '));
  const facts = await pack.liveFacts(checked.value, feeds);
  const effects = pack.effects(checked.value, task.caseId);
  return { kind: 'amended', output: checked.value, rules, effects, facts } as const;
}

function refused(code: Refusal['code'], message: string) {
  return { kind: 'refused', refusal: { code, message } } as const;
}

/** Where more than one must approve, the others see what was amended: a new question, which counts from one again. */
export async function amendedQuestion(
  ports: Needs,
  task: TaskRecord,
  first: Approvals,
  { output, effects, facts, rules }: Pick<TaskOpening, 'output' | 'effects' | 'rules'> & { facts: LiveFacts },
): Promise<TaskOpening | undefined> {
  if (!task.levels && !task.approvals) return undefined;
  const record = await ports.cases.get(task.caseId);
  if (!record) throw failure('NotStarted', `${task.caseId}: no case to ask about`);
  const { kind, callId, packHash, taskNo, groups } = task;
  const changed = Object.keys(output ?? {}).filter((field) => !alike(output?.[field], task.output?.[field]));
  const kept = <T>(by_: Record<string, T>) =>
    Object.fromEntries(Object.entries(by_).filter(([field]) => !changed.includes(field)));
  const message = `Amended by a reviewer (${changed.join(', ') || 'nothing'}): all who approve must see what is written`;
  const reasons = [...task.reasons.filter(({ code }) => code !== 'amended'), { code: 'amended', message } as const];
  const evidence = kept((task.evidence ?? {}) as Record<string, unknown>);
  const content = { kind, callId, output, effects, facts, rules, reasons, evidence, confidence: kept(task.confidence) };
  const approvals = { ...first, needed: task.approvals?.needed ?? 1 };
  const before = { approvals, groups, amends: { taskNo, digest: task.digest } };
  const about = await aboutCase(ports, record, callId);
  const opening = openingOf(ports.packs, about, taskNo + 1, packHash, content, ports.clock(), before);
  return opening.approvals ? await assigned(ports, about, opening) : undefined;
}

function alike(a: unknown, b: unknown): boolean {
  return digestOf(a ?? null) === digestOf(b ?? null);
}
