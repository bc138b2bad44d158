import { describe, expect, test } from 'vitest';
import { actionsByType, actionsIn, median, percentile, spreadOf } from '../../bench/figures.ts';

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);

  test.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])('of 1..100 in any order: %d is %d', (share, value) => {
    expect(percentile(hundred, share)).toBe(value);
  });

  test('numbers are ordered as numbers', () => expect(percentile([100, 9, 20], 0.5)).toBe(20));
  test('one value is every percentile', () => expect(percentile([7], 0.99)).toBe(7));
  test('of nothing there is none', () => expect(percentile([], 0.5)).toBeNaN());
});

describe('spread over rounds', () => {
  test('the median of an even number of rounds lies between the two in the middle', () => {
    expect(spreadOf([40, 10, 30, 20])).toEqual({ median: 25, min: 10, max: 40 });
  });
  test('of an odd number it is one of them', () => expect(median([5, 100, 1])).toBe(5));
});

describe('billable actions', () => {
  const metrics = [
    '# HELP action action counter',
    '# TYPE action counter',
    'action{action_type="command_BatchMarkers",namespace="default",service_name="history"} 4',
    'action{action_type="command_RecordMarker_LocalActivity",namespace="default",service_name="history"} 9',
    'action{action_type="command_ScheduleActivityTask",namespace="default",service_name="history"} 6',
    'action{action_type="grpc_StartWorkflowExecution",namespace="default",service_name="frontend"} 3',
    'action{action_type="grpc_StartWorkflowExecution",namespace="other",service_name="frontend"} 1e+01',
    'action_latency{action_type="command_BatchMarkers"} 77',
    'activity_tasks{namespace="default"} 5',
  ].join('\n');

  test('a batch of markers counts once, its single markers do not count', () => {
    expect(actionsIn(metrics)).toBe(4 + 6 + 3 + 10);
  });
  test('the same type in several namespaces is added up', () => {
    expect(actionsByType(metrics).get('grpc_StartWorkflowExecution')).toBe(13);
  });
  test('a server without the counter has done nothing', () => expect(actionsIn('up 1\n')).toBe(0));
});
