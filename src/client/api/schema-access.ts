import { z } from 'zod';
import { ROLES } from '../../domain/access.ts';

const roles = z.array(z.enum(ROLES));
const groups = z.array(z.string());
const packs = z.array(z.string()).optional().describe('Absent: all.');

const selfSchema = z.object({ personId: z.string(), name: z.string(), roles, groups, packs });

export const meSchema = z.object({
  person: selfSchema.nullable().describe('Null: a program on this machine, in development.'),
  passkey: z.boolean().optional().describe('In a browser: whether you have a passkey, and sign verdicts with it.'),
  standsInFor: z
    .array(z.object({ personId: z.string(), name: z.string(), until: z.iso.datetime() }))
    .optional()
    .describe('Who is away, and in whose place you answer meanwhile.'),
  csrf: z.string().optional().describe('For a browser: send it as x-csrf-token with what changes something.'),
});
export type MeBody = z.output<typeof meSchema>;

export const loginSchema = z.object({
  demo: z.array(selfSchema).optional().describe('Development on one machine: log in as any of these.'),
  oidc: z.boolean(),
});
export type LoginBody = z.output<typeof loginSchema>;

export const personEntrySchema = z.strictObject({
  name: z.string().min(1).max(200),
  email: z.string().max(200).nullable().optional().describe('By it people are found who log in with OpenID Connect.'),
  roles,
  groups: z.array(z.string().min(1).max(100)).default([]),
  packs,
  disabled: z.boolean().optional(),
});
export type PersonEntryBody = z.input<typeof personEntrySchema>;

export const peopleSchema = z.object({
  people: z.array(
    z.object({
      ...{ personId: z.string(), name: z.string(), email: z.string().nullable(), roles, groups, packs },
      disabled: z.boolean(),
      absence: z
        .object({ until: z.iso.datetime(), substitute: z.string().nullable() })
        .optional()
        .describe('Away now.'),
    }),
  ),
});
export type PeopleBody = z.output<typeof peopleSchema>;

export const absenceSchema = z
  .strictObject({ from: z.iso.datetime(), until: z.iso.datetime(), substitute: z.string().nullable() })
  .nullable()
  .describe('Null ends it.');
export type AbsenceBody = z.input<typeof absenceSchema>;

export const keyEntrySchema = z.strictObject({
  label: z.string().min(1).max(200),
  expiresAt: z.iso.datetime().nullable().default(null),
});
export const keyMadeSchema = z.object({ keyId: z.string(), secret: z.string() });
export type KeyMadeBody = z.output<typeof keyMadeSchema>;

export const keysSchema = z.object({
  keys: z.array(
    z.object({
      ...{ keyId: z.string(), personId: z.string(), label: z.string(), createdAt: z.iso.datetime() },
      ...{ expiresAt: z.iso.datetime().nullable(), revokedAt: z.iso.datetime().nullable() },
    }),
  ),
});
export type KeysBody = z.output<typeof keysSchema>;

export const accessEntriesSchema = z.object({
  entries: z.array(
    z.object({
      ...{ at: z.iso.datetime(), personId: z.string().nullable(), kind: z.string() },
      ...{ subject: z.string(), detail: z.string() },
    }),
  ),
});
