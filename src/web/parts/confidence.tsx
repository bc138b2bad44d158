import { IconAlertTriangle, IconCheck, IconCircleCheck, IconHelp } from '@tabler/icons-react';
import { useWords } from '../i18n/use-words.ts';

/** Confidence by word, colour and icon; null: the model gave none. */
export function Confidence({ value, threshold }: { value: number | null; threshold: number }) {
  const { say, language } = useWords();
  const level = levelOf(value, threshold);
  const Icon = { sure: IconCircleCheck, fair: IconCheck, low: IconAlertTriangle, unknown: IconHelp }[level];
  const word = say(`confidence.${level}`);
  const number =
    value === null ? '–' : new Intl.NumberFormat(language, { style: 'percent' }).format(Math.floor(value * 100) / 100);
  return (
    <span className="confidence" data-level={level} title={say('confidence.of', { word, value: number })}>
      <Icon size={14} aria-hidden />
      {word} {number}
    </span>
  );
}

function levelOf(value: number | null, threshold: number): 'sure' | 'fair' | 'low' | 'unknown' {
  if (value === null) return 'unknown';
  if (value < threshold) return 'low';
  return value >= (1 + threshold) / 2 ? 'sure' : 'fair';
}
