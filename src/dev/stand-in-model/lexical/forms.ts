import type { Field } from './labels.ts';
import { compile, spoken } from './readers.ts';

const IDENTIFIER = /(?:^| )(?:number|no|nr|id|code|ref|reference|key|nummer|kennung|kennzeichen)$/;

/** Groups of capitals and digits at the start of a text, ending in one with a digit: 'DE 123 456 789'. */
const CODE =
  /^(?:\p{Lu}{1,4}\s)?[\p{Lu}\d./-]*\d[\p{Lu}\d./-]*(?:\s(?:\p{Lu}{1,4}\s)?[\p{Lu}\d]*\d[\p{Lu}\d]*(?![\p{L}.\d]))*/u;
const LONG_CODE = 8;

/** The forms in which a text can be the value: as it stands, or the code it begins with where an identifier is asked for. */
export function formsOf(text: string, { key, shape, labels }: Field): { value: string; likeness: number }[] {
  const pattern = shape.schema.pattern === undefined ? undefined : compile(shape.schema.pattern);
  const fits = (value: string) =>
    value.length <= (shape.schema.maxLength ?? Infinity) && (pattern?.test(value) ?? true);
  const named = [key, ...labels.map(({ phrase }) => phrase)].some((name) => IDENTIFIER.test(spoken(name)));
  const code = CODE.exec(text)?.[0].trim();
  const isCode = code !== undefined && code.length >= LONG_CODE && (code.match(/\d/g)?.length ?? 0) * 2 > code.length;
  const token = text
    .split(/\s+/)
    .find((word) => /\d/.test(word))
    ?.replace(/[.,;:!?)]+$/, '');
  const identifier = isCode ? code : named ? (code ?? token) : undefined;
  const whole = { value: text, likeness: identifier === undefined ? 1 : 0.7 };
  const forms = identifier === undefined ? [whole] : [{ value: identifier, likeness: 1 }, whole];
  return forms.filter(({ value }, index) => fits(value) && forms.findIndex((form) => form.value === value) === index);
}
