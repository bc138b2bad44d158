import { candidatesFor } from './fields.ts';
import type { Field } from './labels.ts';
import type { Choice } from './margin.ts';
import { clamp, weighEvidence } from './margin.ts';
import type { Example } from './prompt.ts';
import { answerAt } from './prompt.ts';
import { escape, spoken } from './readers.ts';
import type { Reading } from './reading.ts';
import type { Json, Scalar } from './schema.ts';
import { Comparer } from './similarity.ts';

const NEIGHBOURS = 20;
/**
 * Evidence at which the examples and 'none of these' weigh the same, and how soft that border is. The evidence is the
 * similarity of the nearest example plus a part of the winner's share, since neighbours far away also disagree.
 */
const BORDER = 0.37;
const SOFTNESS = 0.05;
const AGREEMENT = 0.2;
/** Sharpens the vote, so that its shares are about as often right as they say. Measured on the same data. */
const SHARPNESS = 1.5;
const SMOOTHING = 0.01;
const NONE_LIKE =
  /^(?:none(?: of (?:these|the above))?|other|others|else|unknown|unclear|undetermined|unsupported|misc(?:ellaneous)?|no match|not applicable|n a|out of scope|oos|something else|sonstige[rs]?|unbekannt|andere[rs]?)$/;

type Answered = Example & { similarity: number; answer: Scalar };

/** Choices for an enum: by the examples that answer it, else by what the text says about its members. */
export function chooseMember(field: Field, reading: Reading): Choice[] {
  const values = field.shape.members.map(({ value }) => value);
  const printed = candidatesFor(field, reading);
  // Codes such as EUR stand in the text itself; what other documents said does not matter then.
  const isCode = values.every((value) => /^\p{Lu}{2,4}$/u.test(String(value)));
  if (values.length === 1) return [{ value: values[0] ?? null, p: clamp(1) }];
  if (isCode && printed.length > 0) return weighEvidence(printed, field.shape.nullable);
  const answered = answeredBy(reading, field.path, (answer) => values.includes(answer as Scalar) || answer === null);
  if (answered.length > 0) return vote(answered, field);
  if (printed.length > 0) return weighEvidence(printed, field.shape.nullable);
  return byWords(field, reading);
}

/** Choices for a yes or no: by examples, else by a yes or no beside the label, else by whether it is mentioned. */
export function chooseBoolean(field: Field, reading: Reading): Choice[] {
  const answered = answeredBy(reading, field.path, (answer) => typeof answer === 'boolean');
  const members = [true, false].map((value) => ({ value, description: '' }));
  if (answered.length > 0) return vote(answered, { ...field, shape: { ...field.shape, members } });
  const hits = reading.labels.of(field.path);
  const stated = hits.flatMap((hit) => {
    const rest = (reading.document.lines[hit.line] ?? '').slice(hit.end, hit.end + 20);
    const word = /^\W*(yes|true|ja|wahr|x\b|no\b|false|nein|falsch)/iu.exec(rest)?.[1]?.toLowerCase();
    if (word === undefined) return [];
    return [{ value: /^(?:yes|true|ja|wahr|x)$/.test(word), score: hit.weight, place: hit }];
  });
  if (stated.length > 0) return weighEvidence(stated, false);
  if (hits[0])
    return weighEvidence(
      [
        { value: true, score: 0.5, place: hits[0] },
        { value: false, score: 0.3 },
      ],
      false,
    );
  return weighEvidence(
    [
      { value: false, score: 0.55 },
      { value: true, score: 0.2 },
    ],
    field.shape.nullable,
  );
}

/** Examples, nearest first, whose answer at a path is of use. */
export function answeredBy(reading: Reading, path: string, useful: (answer: Json) => boolean): Answered[] {
  return reading.examples.flatMap((example) => {
    const answer = answerAt(example.output, path);
    return answer !== undefined && useful(answer) ? [{ ...example, answer: answer as Scalar }] : [];
  });
}

/**
 * The vote of the nearest examples, weighted by squared similarity. A member that reads like 'none of these' gets the
 * share that the distance to the nearest example leaves, so near the border the vote is split and confidence low.
 */
function vote(answered: Answered[], field: Field): Choice[] {
  const values = field.shape.members.map(({ value }) => value);
  const options = field.shape.nullable && !values.includes(null) ? [...values, null] : values;
  const votes = new Map<Scalar, number>(options.map((value) => [value, 0]));
  for (const { answer, similarity } of answered.slice(0, NEIGHBOURS)) {
    votes.set(answer, (votes.get(answer) ?? 0) + similarity ** 2);
  }
  const weights = new Map([...votes].map(([value, weight]) => [value, weight ** SHARPNESS]));
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0) || 1;
  const none = options.find((value) => isNoneLike(value) || value === null);
  const agreement = Math.max(...votes.values()) / ([...votes.values()].reduce((sum, weight) => sum + weight, 0) || 1);
  const far = none === undefined ? 0 : farness((answered[0]?.similarity ?? 0) + AGREEMENT * agreement);
  return options
    .map((value) => {
      const share = ((weights.get(value) ?? 0) / total + SMOOTHING / options.length) / (1 + SMOOTHING);
      return { value, p: clamp(share * (1 - far) + (value === none ? far : 0)) };
    })
    .toSorted((a, b) => b.p - a.p);
}

const isNoneLike = (value: Scalar) => typeof value === 'string' && NONE_LIKE.test(spoken(value));

const farness = (evidence: number) => 1 / (1 + Math.exp((evidence - BORDER) / SOFTNESS));

/** Without examples: how near the text comes to each member's name and what the descriptions say about it. */
function byWords(field: Field, reading: Reading): Choice[] {
  const { members, description, nullable } = field.shape;
  const texts = members.map(
    (member) => `${spoken(String(member.value))} ${member.description} ${said(description, member.value)}`,
  );
  const scores = new Comparer(texts).compare(reading.document.text);
  const best = Math.max(...scores);
  return weighEvidence(
    members.map(({ value }, index) => {
      const score = isNoneLike(value) ? 0.3 - best / 2 : 0.3 + (scores[index] ?? 0);
      return { value, score };
    }),
    nullable && best < 0.05,
  );
}

/** The part of a description that explains a member: 'high: somebody is hurt; low: a question'. */
function said(description: string, value: Scalar): string {
  const name = escape(String(value));
  const form = new RegExp(
    `(?<![\\p{L}\\p{N}_])['"\`]?${name}['"\`]?\\s*(?::|=|–|-|\\(|means|when|if)\\s*([^;\\n.)]+)`,
    'iu',
  );
  return form.exec(description)?.[1] ?? '';
}
