import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { complete } from '../../../../src/dev/stand-in-model/model.ts';
import type { JsonSchema } from '../../../../src/dev/stand-in-model/lexical/schema.ts';

const words = fc.constantFrom('date', 'total', 'owner name', 'ref no', 'note', 'rate', 'kind');
const leaf = fc.oneof<fc.MaybeWeightedArbitrary<JsonSchema>[]>(
  fc.constant({ type: 'boolean' }),
  fc.constant({ const: 'fixed' }),
  fc.constantFrom('string', 'number', 'integer').map((type) => ({ type })),
  fc.record({
    type: fc.constant('integer'),
    minimum: fc.integer({ min: 1, max: 50 }),
    maximum: fc.integer({ min: 50, max: 90 }),
  }),
  fc.record({
    type: fc.constant('string'),
    minLength: fc.integer({ min: 0, max: 5 }),
    maxLength: fc.integer({ min: 5, max: 9 }),
  }),
  fc.constantFrom('^\\d+\\.\\d{2}$', '^[A-Z]{3}$', '^[A-Z]{2}\\d{6}$').map((pattern) => ({ type: 'string', pattern })),
  fc.constantFrom('date', 'email').map((format) => ({ type: 'string', format })),
  fc.constant({ type: 'string', enum: ['red', 'green', 'none'] }),
);
const described = fc.tuple(leaf, words, fc.boolean()).map(([schema, label, nullable]): JsonSchema => {
  const full = { ...schema, description: `Labels: '${label}'` };
  return nullable ? { anyOf: [full, { type: 'null' }] } : full;
});
const { tree } = fc.letrec<{ tree: JsonSchema; object: JsonSchema; any: JsonSchema }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    described,
    tie('object'),
    fc.record({ type: fc.constant('array'), items: tie('any'), minItems: fc.nat(2) }),
  ),
  object: fc
    .dictionary(fc.constantFrom('value', 'quote', 'when', 'total', 'ownerName', 'rows', 'confidence'), tie('any'), {
      maxKeys: 4,
    })
    .map((properties) => {
      // Where a quote stands beside a value it is text.
      const own = 'quote' in properties ? { ...properties, quote: { type: 'string' } } : properties;
      return { type: 'object', properties: own, required: Object.keys(own), additionalProperties: false };
    }),
  tree: tie('object'),
}));
const document = fc
  .array(
    fc.tuple(
      words,
      fc.constantFrom(':', ' ', '\n'),
      fc.constantFrom('12.50', '2020-01-02', 'AB 123 456', 'EUR', '7 %', 'a "b"\tc', 'ümlaut 🌱', 'red'),
    ),
  )
  .map((lines) => lines.map((parts) => parts.join('')).join('\n'));

test('whatever the schema and the document, the answer fits the schema, in its order, and the tokens add up', () => {
  fc.assert(
    fc.property(tree, document, (schema, text) => {
      const request = {
        endpoint: '/v1/responses' as const,
        model: 'm',
        messages: [{ role: 'user', text }],
        schema,
        schemaName: 'any',
        jsonObject: false,
        maxOutputTokens: Infinity,
        logprobs: true,
        topLogprobs: 3,
        metadata: {},
      };
      const { tokens, outcome } = complete(request, {}, 'key');
      expect(outcome).toBe('ok');
      const json = JSON.parse(tokens.map(({ token }) => token).join('')) as Record<string, unknown>;
      expect(Object.keys(json)).toEqual(Object.keys(schema.properties ?? {}));
      const checked = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(json);
      expect(checked.error?.issues ?? []).toEqual([]);
      expect(tokens.every(({ logprob }) => Number.isFinite(logprob) && logprob <= 0)).toBe(true);
    }),
    { numRuns: 150 },
  );
});
