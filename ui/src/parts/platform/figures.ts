// SPDX-License-Identifier: Apache-2.0
// Numbers as an operator reads them.
import { count } from '../../strings';

const units = ['B', 'KB', 'MB', 'GB', 'TB'];

export function bytes(n: number): string {
  let value = n;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : count(Math.round(value))} ${units[unit]}`;
}

/** A rate: 0.4, 12, 3,400. */
export const rate = (n: number): string => (n > 0 && n < 10 ? n.toFixed(1) : count(Math.round(n)));
export const cores = (n: number): string => n.toFixed(2);

/** The top of a scale: 1, 2, 5, 10, 20, 50 … */
export function ceiling(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= most)!;
}
