import { sql, type Kysely, type Selectable } from 'kysely';
import { mayDo, PERSON_ID, ROLES, type Person, type Role } from '../../domain/access.ts';
import { failure } from '../../failures.ts';
import { textOrNull, type Store } from './record.ts';
import type { AccessKind } from './access-tables.ts';
import type { Tables } from './tables.ts';

/** A person as an operator states them. */
export interface PersonEntry {
  personId: string;
  name: string;
  email?: string | null;
  roles: readonly Role[];
  groups: readonly string[];
  /** Absent: all packs. */
  packs?: readonly string[];
  disabled?: boolean;
}

/** Away from one moment to another; `substitute`: who answers meanwhile. */
export interface Absence {
  personId: string;
  from: Date;
  until: Date;
  substitute: string | null;
}

export interface AccessEntry {
  at: Date;
  personId: string | null;
  kind: AccessKind;
  subject: string;
  detail: string;
}

/** People, and the log of what concerns access. Each change is logged in the statement that makes it. */
export interface People {
  /** As of now, disabled ones too. */
  person(personId: string): Promise<Person | undefined>;
  personByEmail(email: string): Promise<Person | undefined>;
  /** By id. */
  people(): Promise<Person[]>;
  /** Adds or replaces. Throws `InvalidInput` naming the field. */
  putPerson(entry: PersonEntry, by: string): Promise<void>;
  /** One absence per person, null ends it. Throws `InvalidInput`. */
  putAbsence(personId: string, absence: Omit<Absence, 'personId'> | null, by: string): Promise<void>;
  /** Absences that are not over. */
  absences(): Promise<Absence[]>;
  log(entry: Omit<AccessEntry, 'at'>): Promise<void>;
  /** Newest first. */
  accessEntries(limit: number): Promise<AccessEntry[]>;
}

export function peopleOf({ db, clock }: Store): People {
  const people = () =>
    db
      .selectFrom('people as p')
      .leftJoin('absences as a', (join) =>
        join.onRef('a.person_id', '=', 'p.person_id').on('a.from_at', '<=', clock()).on('a.until_at', '>', clock()),
      )
      .select(['p.person_id', 'p.name', 'p.email', 'p.roles', 'p.groups', 'p.packs', 'p.disabled_at'])
      .select(['a.until_at', 'a.substitute']);

  const byEmail = async (email: string) => {
    const row = await people()
      .where(sql<boolean>`lower(p.email) = lower(${email})`)
      .executeTakeFirst();
    return row && personOf(row);
  };

  return {
    async person(personId) {
      const row = await people().where('p.person_id', '=', personId).executeTakeFirst();
      return row && personOf(row);
    },

    personByEmail: byEmail,

    people: async () => (await people().orderBy('p.person_id').execute()).map(personOf),

    async putPerson(entry, by) {
      const { personId, name, email = null, roles, groups, packs, disabled = false } = entry;
      const fault = faultOf(entry);
      if (fault) throw failure('InvalidInput', fault);
      const other = email === null ? undefined : await byEmail(email);
      if (other && other.personId !== personId)
        throw failure('InvalidInput', `email: ${other.personId} has this address already`);
      const at = clock();
      const detail = `roles ${roles.join(', ') || 'none'}; groups ${groups.join(', ') || 'none'}; packs ${packs?.join(', ') ?? 'all'}${disabled ? '; disabled' : ''}`;
      await sql`
        with done as (
          insert into people (person_id, name, email, roles, groups, packs, disabled_at, changed_at)
          values (${personId}, ${textOrNull(name)}, ${textOrNull(email)}, ${[...roles]}::text[], ${[...groups]}::text[],
            ${packs ? [...packs] : null}::text[], ${disabled ? at : null}::timestamptz, ${at}::timestamptz)
          on conflict (person_id) do update set name = excluded.name, email = excluded.email, roles = excluded.roles,
            groups = excluded.groups, packs = excluded.packs, disabled_at = excluded.disabled_at,
            changed_at = excluded.changed_at
          returning 1
        ), out as (
          update sessions set ended_at = ${at} where person_id = ${personId} and ended_at is null and ${disabled}::boolean
        ), void as (
          update api_keys set revoked_at = ${at} where person_id = ${personId} and revoked_at is null and ${disabled}::boolean
        )
        ${logged(at, by, 'person-changed', personId, detail)} from done`.execute(db);
    },

    async putAbsence(personId, absence, by) {
      const at = clock();
      const person = await known(db, 'personId', personId);
      if (!absence) {
        await sql`
          with done as (delete from absences where person_id = ${personId} returning 1)
          ${logged(at, by, 'absence-changed', personId, 'ended')} from done`.execute(db);
        return;
      }
      const { from, until, substitute } = absence;
      if (!(from < until)) throw failure('InvalidInput', 'until: it must be after from');
      if (substitute === personId) throw failure('InvalidInput', 'substitute: name someone else');
      if (substitute !== null) {
        const other = await known(db, 'substitute', substitute);
        if (decides(person) && !decides(other))
          throw failure('InvalidInput', `substitute: ${substitute} may not decide; name a reviewer or a lead`);
      }
      const detail = `from ${from.toISOString()} until ${until.toISOString()}, substitute ${substitute ?? 'none'}`;
      await sql`
        with done as (
          insert into absences (person_id, from_at, until_at, substitute, changed_at)
          values (${personId}, ${from}::timestamptz, ${until}::timestamptz, ${substitute}, ${at}::timestamptz)
          on conflict (person_id) do update set from_at = excluded.from_at, until_at = excluded.until_at,
            substitute = excluded.substitute, changed_at = excluded.changed_at
          returning 1
        )
        ${logged(at, by, 'absence-changed', personId, detail)} from done`.execute(db);
    },

    async absences() {
      const query = db.selectFrom('absences').where('until_at', '>', clock());
      return await query
        .select(['person_id as personId', 'from_at as from', 'until_at as until', 'substitute'])
        .orderBy('person_id')
        .execute();
    },

    async log({ personId, kind, subject, detail }) {
      await logged(clock(), personId, kind, subject, detail).execute(db);
    },

    async accessEntries(limit) {
      const query = db
        .selectFrom('access_entries')
        .select(['at', 'person_id as personId', 'kind', 'subject', 'detail']);
      return await query.orderBy('id', 'desc').limit(limit).execute();
    },
  };
}

const LONGEST = 500;

/** An entry of the access log, to stand alone or before the `from` of what it tells. */
export function logged(at: Date, personId: string | null, kind: AccessKind, subject: string, detail: string) {
  return sql`
    insert into access_entries (at, person_id, kind, subject, detail)
    select ${at}::timestamptz, ${textOrNull(personId)}, ${kind}::text, ${textOrNull(subject.slice(0, LONGEST))}::text,
      ${textOrNull(detail.slice(0, LONGEST))}::text`;
}

type PersonRow = Omit<Selectable<Tables['people']>, 'changed_at'> & {
  /** Of an absence now. */
  until_at: Date | null;
  substitute: string | null;
};

function personOf(row: PersonRow): Person {
  const { name, email, roles, groups, packs, until_at: until, substitute } = row;
  return {
    ...{ personId: row.person_id, name, email, roles, groups, disabled: row.disabled_at !== null },
    ...(packs === null ? {} : { packs }),
    ...(until === null ? {} : { absence: { until: until.toISOString(), substitute } }),
  };
}

function faultOf({ personId, name, email, roles, groups }: PersonEntry): string | undefined {
  if (!PERSON_ID.test(personId))
    return `personId: '${personId}' must be lower case letters, digits and . _ @ + -, at most 100`;
  if (name.trim() === '') return 'name: give the name that people read';
  if (email !== null && email !== undefined && !/^\S+@\S+$/.test(email)) return `email: '${email}' is no address`;
  const odd = roles.find((role) => !ROLES.includes(role));
  if (odd !== undefined) return `roles: '${odd}' is none of ${ROLES.join(', ')}`;
  if (groups.some((group) => group.trim() === '')) return 'groups: a group needs a name';
  return undefined;
}

type Known = Pick<Selectable<Tables['people']>, 'roles'>;

async function known(db: Kysely<Tables>, field: string, personId: string): Promise<Known> {
  const found = await db.selectFrom('people').select('roles').where('person_id', '=', personId).executeTakeFirst();
  if (!found) throw failure('InvalidInput', `${field}: there is nobody of the id '${personId}'`);
  return found;
}

function decides({ roles }: Known): boolean {
  return roles.some((role) => mayDo(role, 'decide'));
}
