import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Makes `test/histories/*.json` new: `node test/workflows/record-histories.ts`. Runs the workflow tests, which record
 * every case they play, and keeps one of each course of events. Only after a change that open cases never have to
 * replay; the recorded ones are what tells whether a change is one. With names of test files, such as `information`, it
 * leaves what is there as it is and adds the courses that are new.
 */
const histories = fileURLToPath(new URL('../histories', import.meta.url));
const added = process.argv.slice(2);
if (added.length === 0) rmSync(histories, { recursive: true, force: true });
const before = new Map(
  recorded().map((name): [string, string] => {
    const text = readFileSync(join(histories, name), 'utf8');
    return [name, text];
  }),
);
const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));
const names = [
  'decide-case',
  'intake',
  'review',
  'escalation',
  'effects',
  'cancel',
  'asking',
  'undo',
  'levels',
  'elsewhere',
  'information',
  'at-once',
];
const files = (added.length > 0 ? added : names).map((name) =>
  fileURLToPath(new URL(`${name}.test.ts`, import.meta.url)),
);
const { status } = spawnSync(process.execPath, [vitest, 'run', ...files], {
  stdio: 'inherit',
  env: { ...process.env, RECORD_HISTORIES: '1' },
});

// What a test has played again was recorded before, and stays as it was.
for (const [name, text] of before) writeFileSync(join(histories, name), text);
const known = new Set([...before.values()].map(courseOf));
for (const name of recorded().filter((one) => !before.has(one))) {
  const file = join(histories, name);
  const course = courseOf(readFileSync(file, 'utf8'));
  if (known.has(course)) unlinkSync(file);
  known.add(course);
}
process.stdout.write(`${known.size} histories in test/histories\n`);
process.exitCode = status ?? 1;

function recorded(): string[] {
  return existsSync(histories) ? readdirSync(histories).toSorted() : [];
}

interface Event {
  eventType: string;
  activityTaskScheduledEventAttributes?: { activityType: { name: string } };
  workflowExecutionStartedEventAttributes?: { workflowType: { name: string } };
  markerRecordedEventAttributes?: { details: Record<string, { payloads: { data: string }[] }> };
}

/** What happened, without values and without how it fell into workflow tasks: kinds of events, steps by name. */
function courseOf(text: string): string {
  const { events } = JSON.parse(text) as { events: Event[] };
  return events
    .filter(({ eventType }) => !eventType.startsWith('EVENT_TYPE_WORKFLOW_TASK'))
    .map((event) => {
      const activity = event.activityTaskScheduledEventAttributes?.activityType.name ?? '';
      const type = event.workflowExecutionStartedEventAttributes?.workflowType.name ?? '';
      const data = event.markerRecordedEventAttributes?.details['data']?.payloads[0]?.data ?? '';
      const local = /"activity_type":"(\w+)"/.exec(Buffer.from(data, 'base64').toString('utf8'))?.[1] ?? '';
      return [event.eventType, activity, type, local].join(' ');
    })
    .join('\n');
}
