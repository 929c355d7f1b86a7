// SPDX-License-Identifier: Apache-2.0
// Full-jitter back-off: after the n-th failure (n from 0) wait a random time, so that a thousand pages that
// lost the same server don't come back in the same instant.

const floor_ms = 500;
const cap_ms = 20_000;

export function backoff_ms(failures: number, random: () => number = Math.random): number {
  const reach = Math.min(cap_ms, floor_ms * 2 ** Math.min(failures, 16));
  return Math.min(cap_ms, floor_ms + random() * reach);
}
