// SPDX-License-Identifier: Apache-2.0
// Two clocks in stream time: where the station is (told by the server, carried on by our own clock), and what
// is heard here (the position of the first byte that we got, plus how far the player has played).
import { signal } from '@preact/signals';

let basis: { position_ms: number; wall_ms: number; at: number } | null = null;
let ear: (() => number | null) | null = null;
let kept: (() => number | null) | null = null;

/** Stream time that the listener hears, or where the station is when nobody listens here. ~4 times a second. */
export const heard_ms = signal(0);

export function setStationPosition(position_ms: number, wall_ms: number): void {
  basis = { position_ms, wall_ms, at: performance.now() };
  tick();
}

/** What is heard, and up to where the sound is here already; null while nothing is heard. */
export function setEar(position: () => number | null, buffered: () => number | null = () => null): void {
  ear = position;
  kept = buffered;
}

/** Stream time up to which the sound has arrived: nobody can change any more what is heard until then. */
export const arrivedUpTo = (): number => kept?.() ?? -Infinity;

export function stationPosition(): number {
  return basis ? basis.position_ms + performance.now() - basis.at : 0;
}

/** The server's wall clock at a stream time. */
export function wallAt(stream_ms: number): number {
  return basis ? basis.wall_ms + stream_ms - basis.position_ms : Date.now();
}

let boundary: number | undefined;

/** Looks again exactly when a boundary is reached, so that a title changes with the sound. */
export function wakeAt(stream_ms: number): void {
  clearTimeout(boundary);
  const wait = stream_ms - heard_ms.value;
  if (wait > 0 && wait < 1000) boundary = window.setTimeout(tick, wait + 5);
}

export function tick(): void {
  heard_ms.value = ear?.() ?? stationPosition();
}

export function startClock(): void {
  setInterval(tick, 250);
  document.addEventListener('visibilitychange', tick);
}
