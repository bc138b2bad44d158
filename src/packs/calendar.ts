import Holidays from 'date-holidays';
import { Temporal } from 'temporal-polyfill';
import type { Span } from '../domain/timing.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** When people work. */
export interface Calendar {
  /** IANA name: 'Europe/Berlin'. */
  timeZone: string;
  /** Opening hours on the wall clock, '09:00' to '17:30'; '24:00' ends a day. A day may have several. */
  hours: readonly { days: readonly (typeof DAYS)[number][]; from: string; to: string }[];
  /** Public holidays by the codes of the package date-holidays: `{ country: 'DE', state: 'BE' }`. */
  holidays?: { country: string; state?: string; region?: string };
  /** Further days off, `2026-12-24`. */
  closed?: readonly string[];
}

/** Longer than any pause a calendar with hours can have. */
const MOST_DAYS = 4000;

/** The instant after a length of time. Without a calendar, working time is plain time. */
export function after(start: Date, span: Span, calendar?: Calendar): Date {
  if ('ms' in span) return new Date(start.getTime() + span.ms);
  if (!calendar) return new Date(start.getTime() + plainMs(span));
  return 'businessMs' in span
    ? afterHours(start, span.businessMs, calendar)
    : afterDays(start, span.businessDays, calendar);
}

/** The least plain time that a length of time takes. */
export function plainMs(span: Span): number {
  if ('ms' in span) return span.ms;
  return 'businessMs' in span ? span.businessMs : span.businessDays * 86_400_000;
}

function afterHours(start: Date, businessMs: number, calendar: Calendar): Date {
  let left = businessMs;
  for (const { from, to } of openings(start, calendar)) {
    const begins = Math.max(from, start.getTime());
    if (begins + left <= to) return new Date(begins + left);
    left -= Math.max(0, to - begins);
  }
  throw new RangeError('calendar: it has no working time');
}

/** From outside working time, the count begins where work does. */
function afterDays(start: Date, days: number, calendar: Calendar): Date {
  const [first] = openings(start, calendar);
  if (!first) throw new RangeError('calendar: it has no working time');
  const begins = zoned(Math.max(start.getTime(), first.from), calendar);
  let date = begins.toPlainDate();
  for (let left = days; left > 0;) {
    date = date.add({ days: 1 });
    if (openingsOn(date, calendar).length > 0) left -= 1;
  }
  return new Date(
    date.toZonedDateTime({ timeZone: calendar.timeZone, plainTime: begins.toPlainTime() }).epochMilliseconds,
  );
}

/** Working time that ends after `start`, in order. */
function* openings(start: Date, calendar: Calendar): Generator<{ from: number; to: number }> {
  const first = zoned(start.getTime(), calendar).toPlainDate();
  for (let day = 0; day < MOST_DAYS; day++) {
    for (const opening of openingsOn(first.add({ days: day }), calendar))
      if (opening.to > start.getTime()) yield opening;
  }
}

function openingsOn(date: Temporal.PlainDate, calendar: Calendar): { from: number; to: number }[] {
  const { hours, closed = [], timeZone } = calendar;
  const today = DAYS[date.dayOfWeek - 1];
  const open = hours.filter(({ days }) => today !== undefined && days.includes(today));
  if (open.length === 0 || closed.includes(date.toString()) || isHoliday(date, calendar)) return [];
  const at = (time: string) => {
    const plain = time === '24:00' ? date.add({ days: 1 }).toPlainDateTime() : date.toPlainDateTime(time);
    return plain.toZonedDateTime(timeZone).epochMilliseconds;
  };
  return open.map(({ from, to }) => ({ from: at(from), to: at(to) })).toSorted((a, b) => a.from - b.from);
}

function isHoliday(date: Temporal.PlainDate, { holidays, timeZone }: Calendar): boolean {
  if (!holidays) return false;
  // Some begin in the evening before: the day counts whose noon lies in one.
  const noon = date.toZonedDateTime({ timeZone, plainTime: '12:00' }).epochMilliseconds;
  return publicHolidays(holidays, date.year).some(({ start, end }) => start <= noon && noon < end);
}

const known = new Map<string, { start: number; end: number }[]>();

function publicHolidays(place: NonNullable<Calendar['holidays']>, year: number): { start: number; end: number }[] {
  const { country, state = '', region = '' } = place;
  const key = [country, state, region, year].join('/');
  const found =
    known.get(key) ??
    new Holidays(country, state, region)
      .getHolidays(year)
      .filter(({ type }) => type === 'public')
      .map(({ start, end }) => ({ start: start.getTime(), end: end.getTime() }));
  known.set(key, found);
  return found;
}

function zoned(ms: number, { timeZone }: Calendar): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
}

/** What is wrong with a calendar, each naming the field. */
export function faultsOfCalendar(at: string, { timeZone, hours, holidays, closed = [] }: Calendar): string[] {
  const faults: string[] = [];
  if (fails(() => Temporal.Now.zonedDateTimeISO(timeZone))) faults.push(`${at}.timeZone: '${timeZone}' is none`);
  if (!hours.some(({ days }) => days.length > 0)) faults.push(`${at}.hours: give at least one day with hours`);
  for (const { from, to } of hours) {
    const right = [from, to].every((time) => /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(time)) && from < to;
    if (!right) faults.push(`${at}.hours: '${from}' to '${to}' must be like '09:00' to '17:00'`);
  }
  for (const date of closed)
    if (fails(() => Temporal.PlainDate.from(date))) faults.push(`${at}.closed: '${date}' is no date`);
  if (holidays && publicHolidays(holidays, 2026).length === 0)
    faults.push(`${at}.holidays: nothing is known of '${Object.values(holidays).join('-')}'`);
  return faults;
}

function fails(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch {
    return true;
  }
}
