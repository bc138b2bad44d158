import type { LinkPolicy } from '../domain/link.ts';
import type { ReviewPlan } from '../domain/plan.ts';
import type { AmountPerUnit, Condition } from '../domain/policy.ts';
import { MOST_REJECT_REASONS, type RejectReason } from '../domain/reject-reasons.ts';
import type { ReviewTiming } from '../domain/timing.ts';
import { faultsOfCalendar, plainMs } from './calendar.ts';
import { spanOf } from './duration.ts';
import type { ReviewPolicy } from './pack.ts';

/** The review policy as the plan pins it. Parts that a pack does not use are left out: the plan stays small. */
export function reviewPlanOf(policy: ReviewPolicy): ReviewPlan {
  const { groups, deadlineDefault, fourEyes, remindAfter, escalateAfter, deadline } = policy;
  const { undo, levels, information, links } = policy;
  const handTo = typeof deadlineDefault === 'object' ? deadlineDefault.handTo : undefined;
  const timing = timingOf(policy);
  return {
    groups,
    deadlineDefault: typeof deadlineDefault === 'object' ? 'hand-to' : deadlineDefault,
    ...(handTo === undefined ? {} : { handTo }),
    fourEyes,
    ...(policy.unattested ? { unattested: policy.unattested } : {}),
    ...(policy.passkey === 'required' ? { passkey: policy.passkey } : {}),
    remindAfterMs: plainMs(spanOf(remindAfter)),
    escalateAfterMs: plainMs(spanOf(escalateAfter)),
    deadlineMs: plainMs(spanOf(deadline)),
    ...(undo ? { undo: undo.map((rule) => ({ when: rule.when, forMs: plainMs(spanOf(rule.for)) })) } : {}),
    ...(levels ? { levels } : {}),
    ...(timing ? { timing } : {}),
    ...(information
      ? {
          information: {
            within: spanOf(information.within ?? '3 days'),
            proposeAgain: information.proposeAgain ?? false,
          },
        }
      : {}),
    ...(links && links !== 'never' ? { links } : {}),
  };
}

function timingOf(policy: ReviewPolicy): ReviewTiming | undefined {
  const { answerWithin = {}, reminders } = policy;
  const remindAfter = spanOf(policy.remindAfter);
  const escalateAfter = spanOf(policy.escalateAfter);
  const deadline = spanOf(policy.deadline);
  const plain = [remindAfter, escalateAfter, deadline].every((span) => 'ms' in span);
  if (plain && !policy.answerWithin && !reminders) return undefined;
  const every = reminders ? spanOf(reminders.every) : remindAfter;
  const within = Object.entries(answerWithin).map(([group, duration]) => [group, spanOf(duration)]);
  return {
    ...{ remindAfter, escalateAfter, deadline },
    reminders: { most: reminders?.most ?? 1, every },
    answerWithin: Object.fromEntries(within) as ReviewTiming['answerWithin'],
  };
}

const LINK_POLICIES: readonly LinkPolicy[] = ['never', 'low-risk', 'always'];

/** What is wrong with a review policy, each naming the field. */
export function faultsOfPolicy(policy: ReviewPolicy, outputFields: readonly string[]): string[] {
  const { remindAfter, escalateAfter, deadline, deadlineDefault, answerWithin = {}, reminders } = policy;
  const { calendar, calendars = {}, undo = [], levels = [], information, links = 'never' } = policy;
  const faults: string[] = [];
  const durations = {
    remindAfter,
    escalateAfter,
    deadline,
    ...(reminders ? { 'reminders.every': reminders.every } : {}),
    ...(information?.within === undefined ? {} : { 'information.within': information.within }),
  };
  const within = Object.entries(answerWithin).map(([group, duration]) => [`answerWithin.${group}`, duration] as const);
  for (const [field, duration] of [...Object.entries(durations), ...within]) {
    if (!isSpan(duration)) faults.push(`review.${field}: '${duration}' is no duration such as '4 hours'`);
    else if (!('ms' in spanOf(duration)) && !calendar) faults.push(`review.${field}: '${duration}' needs a calendar`);
  }
  if (reminders && !(Number.isInteger(reminders.most) && reminders.most >= 1 && reminders.most <= 20))
    faults.push(`review.reminders.most: ${reminders.most} must be a whole number from 1 to 20`);
  if (policy.unattested !== undefined && !['never', 'low-risk', 'always'].includes(policy.unattested))
    faults.push(`review.unattested: '${policy.unattested}' is none of never, low-risk, always`);
  if (policy.passkey !== undefined && !['when-registered', 'required'].includes(policy.passkey))
    faults.push(`review.passkey: '${policy.passkey}' is none of when-registered, required`);
  if (typeof deadlineDefault === 'object' && deadlineDefault.handTo.trim() === '')
    faults.push('review.deadlineDefault.handTo: name a group or a person');
  if (calendar) faults.push(...faultsOfCalendar('review.calendar', calendar));
  for (const [group, one] of Object.entries(calendars))
    faults.push(...faultsOfCalendar(`review.calendars.${group}`, one));
  if (!LINK_POLICIES.includes(links)) faults.push(`review.links: '${links}' is none of ${LINK_POLICIES.join(', ')}`);
  if (links !== 'never' && policy.passkey === 'required')
    faults.push(`review.links: by a link nobody signs with a passkey, which review.passkey: 'required' asks for`);
  for (const { when, for: window } of undo) {
    if (!isSpan(window) || !('ms' in spanOf(window)))
      faults.push(`review.undo.for: '${window}' is no duration such as '10 minutes'`);
    faults.push(...faultsOfCondition('review.undo.when', when, outputFields));
  }
  for (const { when, approvals, groups } of levels) {
    if (!Number.isInteger(approvals) || approvals < 1 || approvals > 9)
      faults.push(`review.levels.approvals: ${approvals} must be a whole number from 1 to 9`);
    if (groups?.some((group) => group.trim() === '')) faults.push('review.levels.groups: a group needs a name');
    faults.push(...faultsOfCondition('review.levels.when', when, outputFields));
  }
  const { stake, alikeBy } = policy;
  for (const [at, field] of [['stake.field', stake?.field] as const, ['alikeBy', alikeBy] as const]) {
    if (field !== undefined && !outputFields.includes(field))
      faults.push(`review.${at}: '${field}' is no field of the output`);
  }
  if (policy.rejectReasons) faults.push(...faultsOfReasons(policy.rejectReasons));
  if (stake && !(stake.otherwise >= 0)) faults.push(`review.stake.otherwise: ${stake.otherwise} must not be below 0`);
  return faults;
}

function faultsOfReasons(reasons: readonly RejectReason[]): string[] {
  const faults: string[] = [];
  if (reasons.length === 0 || reasons.length > MOST_REJECT_REASONS)
    faults.push(`review.rejectReasons: give 1 to ${MOST_REJECT_REASONS}, or leave it out`);
  for (const { code, words } of reasons) {
    if (!/^[a-z][a-z0-9-]{0,99}$/.test(code))
      faults.push(`review.rejectReasons: '${code}' must be kebab-case, at most 100 characters`);
    if (words.trim() === '' || words.length > 200)
      faults.push(`review.rejectReasons: '${code}' needs words, at most 200 characters`);
  }
  if (new Set(reasons.map(({ code }) => code)).size < reasons.length)
    faults.push('review.rejectReasons: each needs a code of its own');
  return faults;
}

function faultsOfCondition(at: string, when: Condition, outputFields: readonly string[]): string[] {
  const { field, atLeast, confidenceBelow } = when;
  const faults: string[] = [];
  if (field !== undefined && !outputFields.includes(field))
    faults.push(`${at}.field: '${field}' is no field of the output`);
  if (typeof atLeast === 'object') faults.push(...faultsOfUnits(`${at}.atLeast`, atLeast, outputFields));
  if ((field === undefined) !== (atLeast === undefined)) faults.push(`${at}: field and atLeast go together`);
  if (confidenceBelow !== undefined && !(confidenceBelow > 0 && confidenceBelow <= 1))
    faults.push(`${at}.confidenceBelow: ${confidenceBelow} must be above 0, at most 1`);
  return faults;
}

function faultsOfUnits(at: string, { unit, per }: AmountPerUnit, outputFields: readonly string[]): string[] {
  const faults = outputFields.includes(unit) ? [] : [`${at}.unit: '${unit}' is no field of the output`];
  if (Object.keys(per).length === 0) faults.push(`${at}.per: name at least one unit`);
  for (const [name, amount] of Object.entries(per))
    if (!Number.isFinite(amount)) faults.push(`${at}.per.${name}: ${amount} is no amount`);
  return faults;
}

function isSpan(text: string): boolean {
  try {
    return plainMs(spanOf(text)) > 0;
  } catch {
    return false;
  }
}
