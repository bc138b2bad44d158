/** The part of JSON Schema that providers accept for structured output, and what the stand-in makes of it. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: unknown;
  items?: JsonSchema;
  enum?: Json[];
  const?: Json;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  definitions?: Record<string, JsonSchema>;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
}

export type Scalar = string | number | boolean | null;
export type Json = Scalar | Json[] | { [key: string]: Json };

type Kind = 'object' | 'array' | 'enum' | 'boolean' | 'number' | 'integer' | 'string' | 'null';

/** One place of a schema with references resolved and 'or null' taken off. */
export interface Shape {
  kind: Kind;
  nullable: boolean;
  description: string;
  schema: JsonSchema;
  /** For `enum` (and `const`): the members, with their own description where the schema gives one. */
  members: { value: Scalar; description: string }[];
}

const MAX_HOPS = 20;

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let current = schema;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    if (current.$ref !== undefined) {
      const { $ref, ...own } = current;
      current = { ...lookUp($ref, root), ...own };
    } else if (current.allOf?.length === 1) {
      const { allOf, ...own } = current;
      current = { ...allOf[0], ...own };
    } else return current;
  }
  return {};
}

function lookUp(ref: string, root: JsonSchema): JsonSchema {
  let at: unknown = root;
  for (const step of ref.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    at = (at as Record<string, unknown> | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return at ?? {};
}

const isScalar = (value: unknown): value is Scalar => value === null || typeof value !== 'object';

/** Reads one place of a schema. Of an `anyOf` with several non-null branches the first is taken, unless all are constants. */
export function shapeOf(given: JsonSchema, root: JsonSchema): Shape {
  const schema = resolve(given, root);
  const branches = (schema.anyOf ?? schema.oneOf ?? []).map((branch) => resolve(branch, root));
  if (branches.length > 0) return shapeOfUnion(schema, branches, root);

  const description = schema.description ?? '';
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  const listed = schema.const === undefined ? schema.enum : [schema.const];
  const nullable = types.includes('null') || (listed?.includes(null) ?? false);
  if (listed !== undefined) {
    const members = listed.filter((value) => isScalar(value)).filter((value) => value !== null);
    const kind = members.length === 0 ? 'null' : 'enum';
    return { kind, nullable, description, schema, members: members.map((value) => ({ value, description: '' })) };
  }
  const type = types.find((name) => name !== 'null') ?? (types.length > 0 ? 'null' : inferType(schema));
  return { kind: type as Kind, nullable, description, schema, members: [] };
}

function shapeOfUnion(schema: JsonSchema, branches: JsonSchema[], root: JsonSchema): Shape {
  const { anyOf: _any, oneOf: _one, ...own } = schema;
  const isNull = (branch: JsonSchema) => branch.type === 'null' || branch.const === null;
  const solid = branches.filter((branch) => !isNull(branch));
  const nullable = solid.length < branches.length;
  if (solid.length > 0 && solid.every((branch) => branch.const !== undefined && isScalar(branch.const))) {
    const members = solid.map((b) => ({ value: b.const as Scalar, description: b.description ?? b.title ?? '' }));
    return { kind: 'enum', nullable, description: own.description ?? '', schema: own, members };
  }
  const first = shapeOf({ ...solid[0], ...(own.description ? { description: own.description } : {}) }, root);
  return solid.length === 0 ? { ...first, kind: 'null', nullable } : { ...first, nullable: nullable || first.nullable };
}

function inferType(schema: JsonSchema): string {
  if (schema.properties) return 'object';
  return schema.items ? 'array' : 'string';
}

/**
 * What a provider finds wrong with a schema sent as `strict: true`, or undefined. The rules are OpenAI's: the root is
 * an object, every object closes with `additionalProperties: false` and requires all of its properties.
 */
export function strictProblem(schema: JsonSchema, context: string[] = []): string | undefined {
  const where = `In context=(${context.map((step) => `'${step}'`).join(', ')})`;
  if (context.length === 0 && schema.type !== 'object') return `schema must be a JSON Schema of 'type: "object"'.`;
  if (context.length > MAX_HOPS) return undefined;
  if (schema.properties) {
    if (schema.additionalProperties !== false) return `${where}, 'additionalProperties' is required to be false.`;
    const missing = Object.keys(schema.properties).find((key) => !schema.required?.includes(key));
    if (missing !== undefined)
      return `${where}, 'required' must include every key in properties. Missing '${missing}'.`;
  }
  const children: [string[], JsonSchema][] = [
    ...named('properties', schema.properties),
    ...named('$defs', schema.$defs),
    ...named('definitions', schema.definitions),
    ...named('anyOf', schema.anyOf),
    ...(schema.items ? ([[['items'], schema.items]] as [string[], JsonSchema][]) : []),
  ];
  for (const [steps, child] of children) {
    const problem = strictProblem(child, [...context, ...steps]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function named(word: string, group: Record<string, JsonSchema> | JsonSchema[] | undefined): [string[], JsonSchema][] {
  return Object.entries(group ?? {}).map(([key, child]) => [[word, key], child]);
}
