// SPDX-License-Identifier: Apache-2.0
// Listeners over time: of each step the most that anything had which was on air in it.
import { slug } from '../connection';
import { remote } from './remote';

/** Steps that end with the one in which we are. */
export const ranges = { day: { step_s: 900, count: 96 }, week: { step_s: 3600, count: 168 }, month: { step_s: 14_400, count: 180 } } as const;
export type Range = keyof typeof ranges;

export interface Listening {
  from_ms: number;
  to_ms: number;
  step_ms: number;
  most: number[];
}

export async function ask(range: Range, now_ms = Date.now()): Promise<Listening> {
  const { step_s, count } = ranges[range];
  const step_ms = step_s * 1000;
  const from_ms = (Math.floor(now_ms / step_ms) - count + 1) * step_ms;
  const { most } = await remote.listeners(slug, from_ms, step_s, count);
  return { from_ms, to_ms: from_ms + count * step_ms, step_ms, most };
}

/** What is on air now isn't in the history yet. */
export const withNow = (known: Listening, listeners: number): number[] => known.most.map((n, i) => (i === known.most.length - 1 ? Math.max(n, listeners) : n));

/** Where the most were, null if there was nobody; the latest of equal ones. */
export function peak(most: readonly number[]): number | null {
  const top = Math.max(0, ...most);
  return top === 0 ? null : most.lastIndexOf(top);
}

/** A line of steps in a box of this size. */
export function lineOf(most: readonly number[], width: number, height: number): string {
  const top = Math.max(1, ...most);
  const x = (i: number) => ((i / most.length) * width).toFixed(1);
  const y = (n: number) => (height - (n / top) * (height - 2) - 1).toFixed(1);
  return most.reduce((path, n, i) => (i > 0 && n === most[i - 1] ? path : `${path}${i === 0 ? 'M0 ' : `H${x(i)}V`}${y(n)}`), '') + `H${width}`;
}
