// SPDX-License-Identifier: Apache-2.0
// Listeners over time, from what was played: each item knows how many heard it.
import type { HistoryItem } from '../../api';

export interface Step {
  from_ms: number;
  to_ms: number;
  listeners: number;
}

/** In order of time, within the window. What lies between two items (silence) is nobody's. */
export function stepsOf(items: readonly HistoryItem[], from_ms: number, to_ms: number): Step[] {
  return items
    .filter((item) => item.ended_ms > from_ms && item.started_ms < to_ms)
    .map((item) => ({ from_ms: Math.max(from_ms, item.started_ms), to_ms: Math.min(to_ms, item.ended_ms), listeners: item.listeners }))
    .sort((a, b) => a.from_ms - b.from_ms);
}

export const most = (steps: readonly Step[]): Step | null => steps.reduce<Step | null>((top, step) => (step.listeners > (top?.listeners ?? 0) ? step : top), null);

/** A line of steps in a box of this size: it falls to nothing where nothing is known. */
export function lineOf(steps: readonly Step[], from_ms: number, to_ms: number, top: number, width: number, height: number): string {
  const x = (ms: number) => (((ms - from_ms) / (to_ms - from_ms)) * width).toFixed(1);
  const y = (n: number) => (height - (n / Math.max(1, top)) * (height - 2) - 1).toFixed(1);
  let path = `M0 ${y(0)}`;
  let end = from_ms;
  for (const step of steps) {
    if (step.from_ms - end > 5_000) path += `H${x(end)}V${y(0)}`;
    path += `H${x(step.from_ms)}V${y(step.listeners)}H${x(step.to_ms)}`;
    end = Math.max(end, step.to_ms);
  }
  return `${path}V${y(0)}H${width}`;
}
