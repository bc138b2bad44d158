import { z } from 'zod';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';

type Transform = typeof jsonSchemaTransform;
interface ByContentType {
  content: Record<string, { schema: z.ZodType }>;
}

/** What the OpenAPI document says about the API itself. */
export const openapi = {
  openapi: '3.1.0',
  info: {
    title: 'Countersign',
    version: '1',
    description: 'Submit cases, follow them, answer review tasks. Who may do what: docs/access.md.',
  },
  components: {
    securitySchemes: {
      key: { type: 'http' as const, scheme: 'bearer', description: 'An API key, cs_...' },
      session: {
        type: 'apiKey' as const,
        in: 'cookie' as const,
        name: 'countersign',
        description:
          'Of a browser that logged in; what changes something needs the header x-csrf-token of GET /v1/me too.',
      },
    },
  },
  security: [{ key: [] }, { session: [] }],
};

/** What the library's transform does not know is translated here: bodies per content type, and the wildcard. */
export const transform: Transform = (document) => {
  const { schema, url } = document;
  if (schema && url.endsWith('/*')) {
    const params = z.object({ caseId: z.string().describe('case/<packId>/<caseKey>') });
    return jsonSchemaTransform({ ...document, schema: { ...schema, params }, url: url.replace(/\*$/, ':caseId') });
  }
  if (!schema || !isByContentType(schema.body)) return jsonSchemaTransform(document);
  const { body, ...rest } = schema;
  const done = jsonSchemaTransform({ ...document, schema: rest });
  const content = Object.entries(body.content).map(([type, one]) => {
    const { $schema: _, ...json } = z.toJSONSchema(one.schema, { io: 'input', target: 'draft-2020-12' });
    return [type, { schema: json }] as const;
  });
  return { ...done, schema: { ...done.schema, body: { content: Object.fromEntries(content) } } };
};

function isByContentType(body: unknown): body is ByContentType {
  return typeof body === 'object' && body !== null && !(body instanceof z.ZodType) && 'content' in body;
}
