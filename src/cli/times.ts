const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time at the precision that matters: 12 ms, 3.2 s, 4 min 5 s, 2 h 10 min, 3 d 4 h. */
export function lengthText(ms: number): string {
  const length = Math.max(ms, 0);
  if (length < SECOND) return `${Math.round(length)} ms`;
  if (length < 10 * SECOND) return `${(length / SECOND).toFixed(1)} s`;
  if (length < MINUTE) return `${Math.round(length / SECOND)} s`;
  if (length < HOUR) return two(length, MINUTE, 'min', SECOND, 's');
  if (length < DAY) return two(length, HOUR, 'h', MINUTE, 'min');
  return two(length, DAY, 'd', HOUR, 'h');
}

/** Milliseconds from one instant (ISO 8601) to the other. */
export function msBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}

/** Local date and time: 2026-03-01 14:05. */
export function minuteText(at: string): string {
  return localText(at).slice(0, 16);
}

/** Local date and time: 2026-03-01 14:05:09. */
export function secondText(at: string): string {
  return localText(at).slice(0, 19);
}

/** Local time of day: 14:05:09.123. */
export function clockText(at: string): string {
  return localText(at).slice(11);
}

/** The zone that local times are of: Europe/Berlin. */
export function zoneText(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** When something is due, seen from now: in 3 h 5 min, or 20 min ago. */
export function dueText(at: string, now: Date): string {
  const ms = Date.parse(at) - now.getTime();
  return ms >= 0 ? `in ${lengthText(ms)}` : `${lengthText(-ms)} ago`;
}

function localText(at: string): string {
  const date = new Date(at);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * MINUTE);
  return local.toISOString().slice(0, 23).replace('T', ' ');
}

function two(ms: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % big) / small);
  const whole = `${Math.floor(ms / big)} ${bigName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}
