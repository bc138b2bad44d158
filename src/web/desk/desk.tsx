import { useQueryClient } from '@tanstack/react-query';
import { use, useEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useLocation, useSearchParams } from 'wouter';
import { when } from '../format.ts';
import { useWords } from '../i18n/use-words.ts';
import { commandsOf } from '../keys/palette.tsx';
import { type Handlers, leaveInputs, useKeys } from '../keys/use-keys.ts';
import { LegendContext } from '../parts/legend-context.ts';
import { lookFor, looksOf } from '../source/looks.ts';
import { may } from '../rights.ts';
import { useSession } from '../session.ts';
import { Answers } from './answers.tsx';
import { Ask, type Asking } from './ask.tsx';
import { DecisionBar } from './decision-bar.tsx';
import { answerable, type Edits, fieldStates, NOTHING, outputOf } from './question.ts';
import { QuestionPanes } from './question-panes.tsx';
import { type DeskFilter, idOf, preload, useQueue, useTask } from './queries.ts';
import { QueueSide } from './queue-side.tsx';
import { type Said, useSending } from './sending.ts';
import { holdsUnfit } from './unfit.ts';
import { useLastUndo } from './use-last-undo.ts';
import { useMarks } from './use-marks.ts';
import { useNote } from './use-note.ts';
import { usePosition } from './use-position.ts';
import { useSigning } from './use-signing.ts';

const FILTERS = ['packId', 'group', 'reason', 'text', 'alike', 'assigned', 'stage', 'order'] as const;
/** Questions that are read ahead. */
const AHEAD = 3;

/** The page where reviewers decide: queue, source, fields, and a bar that stays in its place. */
export function Desk() {
  const { say, language } = useWords();
  const { name, roles } = useSession();
  const decides = may(roles, 'decide');
  const client = useQueryClient();
  const [, go] = useLocation();
  const showLegend = use(LegendContext);
  const [params, setParams] = useSearchParams();
  const filter = Object.fromEntries(FILTERS.map((key) => [key, params.get(key) ?? undefined])) as DeskFilter;
  const queue = useQueue(filter, name);
  const sending = useSending();
  const { sent, give, forget, missed } = sending;
  const answered = new Set(sent.filter(({ state }) => state !== 'refused').map(idOf));
  const items = queue.items.filter((item) => !answered.has(idOf(item)));
  const position = usePosition(items, params.get('case') ?? undefined);
  const { data: task, error } = useTask(position.current);
  const marks = useMarks(task);
  const search = useRef<HTMLInputElement>(null);
  const fields = useRef<HTMLDivElement>(null);
  const [allEdits, setAllEdits] = useState<Readonly<Record<string, Edits>>>({});
  const [active, setActive] = useState<string>();
  const [editing, setEditing] = useState<string>();
  const [lookKey, setLook] = useState<string>();
  const [diff, setDiff] = useState(false);
  const [asking, setAsking] = useState<Asking>();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [queueShown, setQueueShown] = useState(false);
  const [note, setNote] = useNote();
  const { signing, sign } = useSigning(position, setNote);
  const undo = useLastUndo(sending, setNote, position.open);

  const editKey = `${task?.caseId} ${task?.task?.seen}`;
  const edits = allEdits[editKey] ?? {};
  const states = useMemo(() => (task ? fieldStates(task, edits) : []), [task, edits]);
  const can =
    task && !signing && !answered.has(idOf({ caseId: task.caseId, taskNo: task.task?.taskNo ?? 0 }))
      ? answerable(task, states)
      : NOTHING;
  const looks = task ? looksOf(task) : [];
  const look = looks.find(({ key }) => key === lookKey) ?? (task && lookFor(task, looks, active));

  useEffect(() => preload(client, items.slice(position.at + 1, position.at + 1 + AHEAD)));
  useEffect(() => {
    setActive(undefined);
    setEditing(undefined);
    setLook(undefined);
    setDiff(false);
  }, [position.current]);

  const fieldButton = (field: string) =>
    fields.current?.querySelector<HTMLElement>(`button[data-field="${CSS.escape(field)}"]`);
  const focusField = (among: typeof states) => {
    const from = states.findIndex(({ field }) => field.name === active);
    const next = among.find((state) => states.indexOf(state) > from) ?? among[0];
    if (next) fieldButton(next.field.name)?.focus();
  };
  const leaveInput = () => {
    const field = editing;
    setEditing(undefined);
    if (field !== undefined) return setTimeout(() => fieldButton(field)?.focus(), 0);
    leaveInputs();
    setDiff(false);
  };
  const answer = (said: Said) => {
    if (!task?.task || signing) return;
    setAsking(undefined);
    const signed = give(task, said);
    if (signed) void sign(task.caseId, signed);
    else position.leave();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  };
  const approve = () => {
    if (states.some(({ value }) => holdsUnfit(value))) setNote(say('blocked.invalid'));
    else if (task && can.approve === 'amend') answer({ verdict: 'amend', output: outputOf(task, states) });
    else if (can.approve !== null) answer({ verdict: 'approve' });
    else setNote(say('blocked.edited'));
  };
  const tell = async (what: Promise<unknown>, done: string) => {
    try {
      await what;
      setNote(done);
    } catch (failed) {
      if (!(task && (await missed(task, failed)))) setNote((failed as Error).message);
    }
  };
  const claim = () => {
    if (!task?.task) return;
    const { claim: holder } = task.desk;
    if (marks.held) void tell(marks.release(), say('released.done', { key: task.caseKey }));
    else if (holder && roles.includes('lead')) setAsking({ kind: 'takeOver', by: holder.by });
    else if (holder) setNote(say('claimed.other', { by: holder.by }));
    else void tell(marks.claim(), say('claimed.done', { key: task.caseKey }));
  };
  const select = (id: string) =>
    setSelected((all) => (all.has(id) ? new Set([...all].filter((one) => one !== id)) : new Set([...all, id])));
  const chosen = items.filter((item) => selected.has(idOf(item)));
  const currentItem = items[position.at];
  const open = task?.task !== null && task !== undefined;

  const handlers: Handlers = {
    next: () => position.move(1),
    previous: () => position.move(-1),
    search: () => {
      // At once: a letter that is typed right after it must not answer the question.
      flushSync(() => setQueueShown(true));
      search.current?.focus();
    },
    palette: () => setAsking({ kind: 'palette' }),
    legend: showLegend,
    leave: leaveInput,
    ...(decides
      ? {
          undo: () => void undo(),
          bulk: () => setAsking(chosen.length > 1 ? { kind: 'bulk', tasks: chosen } : { kind: 'alike' }),
          ...(currentItem ? { select: () => select(idOf(currentItem)) } : {}),
        }
      : {}),
    ...(open
      ? {
          uncertain: () => focusField(states.filter(({ uncertain }) => uncertain)),
          field: () => focusField([...states]),
          diff: () => setDiff(!diff),
          source: () => setLook(looks[(looks.findIndex(({ key }) => key === look?.key) + 1) % looks.length]?.key),
        }
      : {}),
    ...(open && decides
      ? {
          approve,
          submit: approve,
          reject: () => setAsking({ kind: 'reject', reasons: task.desk.rejectReasons }),
          edit: () => setEditing(active ?? (states.find(({ uncertain }) => uncertain) ?? states[0])?.field.name),
          inform: () => setAsking({ kind: 'inform' }),
          snooze: () => setAsking({ kind: 'snooze', dueAt: task.task?.dueAt ?? '' }),
          claim,
          reassign: () => setAsking({ kind: 'reassign' }),
        }
      : {}),
  };
  useKeys(handlers);
  const commands = [
    ...commandsOf(handlers, say),
    ...(task ? [{ title: say('act.case'), run: () => go(`/${task.caseId}`) }] : []),
    { title: say('act.comment'), run: () => document.querySelector<HTMLElement>('#comment')?.focus() },
  ];

  return (
    <div className="desk" data-queue={queueShown || undefined}>
      <h1 className="hidden">{say('app.desk')}</h1>
      <QueueSide
        {...{ queue, items, filter, selected, name, search, currentItem }}
        chosen={chosen.length}
        shown={queueShown}
        onShow={setQueueShown}
        onSelect={select}
        onOpen={position.open}
        onFilter={(next) =>
          setParams(
            Object.entries(next).filter((pair): pair is [string, string] => pair[1] !== undefined),
            { replace: true },
          )
        }
      />
      <QuestionPanes
        task={position.current === undefined ? undefined : task}
        error={position.current === undefined ? null : error}
        states={states}
        can={can}
        active={active}
        editing={editing}
        look={look}
        diff={diff}
        fields={fields}
        onActive={(field) => {
          setActive(field);
          setEditing((now) => (now === field ? now : undefined));
        }}
        onEdit={(field) => {
          setActive(field);
          setEditing(field);
        }}
        onChange={(field, value) => setAllEdits((all) => ({ ...all, [editKey]: { ...all[editKey], [field]: value } }))}
        onLeave={leaveInput}
        onLook={setLook}
        onNext={() => position.move(1)}
      />
      <footer className="desk-bar">
        <Answers
          sent={sent}
          onForget={forget}
          onOpen={(one) => {
            forget(one.id);
            position.open(one.caseId);
          }}
        />
        <DecisionBar
          can={decides ? can : NOTHING}
          kind={open && decides ? task.task?.kind : undefined}
          held={marks.held}
          handlers={handlers}
          note={note || (decides ? '' : say('desk.reads'))}
          onConfirm={() => setAsking({ kind: 'confirm' })}
        />
      </footer>
      <Ask
        asking={asking}
        commands={commands}
        onAsk={setAsking}
        onClose={() => setAsking(undefined)}
        onBulkEnd={() => {
          setAsking(undefined);
          setSelected(new Set());
        }}
        onAnswer={answer}
        onSnooze={(until) => {
          setAsking(undefined);
          const key = task?.caseKey ?? '';
          void tell(marks.snooze(until), say('snoozed.done', { key, when: when(until.toISOString(), language) }));
          position.leave();
        }}
        onTakeOver={(reason) => {
          setAsking(undefined);
          void tell(marks.claim(reason), say('claimed.done', { key: task?.caseKey ?? '' }));
        }}
      />
    </div>
  );
}
