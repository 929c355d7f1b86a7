// SPDX-License-Identifier: Apache-2.0

/** Time and chance; tests bring their own. */
export interface Surroundings {
  now(): number;
  /** Returns the function that disarms it. */
  after(ms: number, task: () => void): () => void;
  random(): number;
}

export const real: Surroundings = {
  now: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

const floor_ms = 500;
const cap_ms = 20_000;

/**
 * Full jitter: how long to wait after the n-th failure in a row (n from 0), so that a thousand clients that lost the
 * same server don't come back in the same instant.
 */
export function backoff_ms(failures: number, random: () => number = Math.random): number {
  const reach = Math.min(cap_ms, floor_ms * 2 ** Math.min(failures, 16));
  return Math.min(cap_ms, floor_ms + random() * reach);
}

/** Whether a connection that was closed with this code is worth another try (docs/close-codes.md). */
export function reconnects(code: number): boolean {
  if (code >= 3500 && code <= 3999) return false;
  if (code >= 4500 && code <= 4999) return false;
  return ![1002, 1003, 1007, 1008, 1010].includes(code);
}
