import type { NoticeCount } from '../../adapters/ledger/notice-messages.ts';
import type { Count } from '../../adapters/ledger/reads.ts';
import type { BudgetDay, ModelGate } from '../../adapters/ledger/model-reads.ts';

/** What the metrics are made of. */
interface Known {
  models: readonly ModelGate[];
  budgets: readonly BudgetDay[];
  counts: readonly Count[];
  notices: readonly NoticeCount[];
  guesses: number;
}

const STATE = { closed: 0, 'half-open': 1, open: 2 } as const;

/** What the ledger knows as Prometheus text (exposition format 0.0.4): gauges, without anything that names a case. */
export function metricsText({ models, budgets, counts, notices, guesses }: Known): string {
  const today = budgets[0]?.day;
  const ofToday = budgets.filter(({ day }) => day === today);
  const metrics: [name: string, help: string, samples: [labels: Record<string, string>, value: number][]][] = [
    [
      'countersign_breaker_state',
      'Breaker of a model: 0 closed, 1 half-open, 2 open.',
      models.map(({ provider, model, state }) => [{ provider, model }, STATE[state]]),
    ],
    [
      'countersign_model_calls_last_minute',
      'Calls of about the last minute, by result.',
      models.flatMap(({ provider, model, ok, failed }): [Record<string, string>, number][] => [
        [{ provider, model, result: 'ok' }, ok],
        [{ provider, model, result: 'failed' }, failed],
      ]),
    ],
    [
      'countersign_model_cost_today_micros',
      'Cost of the model calls of the UTC day, in micro-units of the currency; reserved: without an outcome yet.',
      ofToday.flatMap(({ packId: pack, spentMicros, reservedMicros }): [Record<string, string>, number][] => [
        [{ pack, kind: 'spent' }, spentMicros],
        [{ pack, kind: 'reserved' }, reservedMicros],
      ]),
    ],
    [
      'countersign_cases',
      'Cases by where they stand.',
      counts.map(({ packId: pack, stage, outcome, cases }) => [{ pack, stage, outcome: outcome ?? '' }, cases]),
    ],
    [
      'countersign_notices',
      'Messages by channel and state; failed: given up, or nobody is routed (channel none).',
      notices.map(({ channel, state, count }) => [{ channel, state }, count]),
    ],
    ['countersign_link_guesses_today', 'Tokens of the UTC day that are of no link.', [[{}, guesses]]],
  ];
  return metrics
    .flatMap(([name, help, samples]) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...samples.map(([labels, value]) => `${name}${labelsText(labels)} ${value}`),
    ])
    .join('\n')
    .concat('\n');
}

function labelsText(labels: Record<string, string>): string {
  const texts = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`,
  );
  return texts.length === 0 ? '' : `{${texts.join()}}`;
}
