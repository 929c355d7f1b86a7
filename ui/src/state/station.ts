// SPDX-License-Identifier: Apache-2.0
// What is on air, as it is heard: station.now tells items and when they start in stream time; the one that is
// shown is the one under the heard position.
import { computed, effect, signal } from '@preact/signals';
import type { Listeners, OnAir, Presence, StationNow } from '../api';
import { s } from '../strings';
import { arrivedUpTo, heard_ms, setStationPosition, wakeAt } from './clock';
import { also, call, on, slug, stationChannel } from './connection';
import { failed, notify, say } from './notices';

export const now = signal<StationNow | null>(null);
export const listeners = signal<Listeners | null>(null);
export const presence = signal<Presence | null>(null);

/** Where the item on air stands while the station is paused or stopped. */
const held_ms = signal<number | null>(null);

const kept = 6;
const timeline = signal<OnAir[]>([]);

on('station.now', told);

function told(value: StationNow): void {
  now.value = value;
  setStationPosition(value.position_ms, value.time_ms);
  held_ms.value = value.state === 'paused' || value.state === 'stopped' ? (value.elapsed_ms ?? 0) : null;
  if (!value.current) {
    timeline.value = [];
    return;
  }
  const current = credible(value.current, value.position_ms);
  const before = timeline.value
    .filter((item) => item.starts_at_ms < current.starts_at_ms && item.entry !== current.entry)
    .slice(-kept);
  const next = value.next && credible(value.next, value.position_ms);
  const after = next && next.starts_at_ms > current.starts_at_ms ? [next] : [];
  timeline.value = [...before, current, ...after];
}

// A song that is shown is another now: somebody has said so. The server itself may show the old one for a moment;
// `library.changed` comes when it doesn't any more.
let touched = false;
const again = () => void call('station.now', { station: slug }).then(told, () => undefined);
also('track.changed', ({ tracks }) => {
  if (!timeline.value.some((item) => tracks.includes(item.track.id))) return;
  touched = true;
  again();
});
also('library.changed', () => {
  if (touched) again();
  touched = false;
});

const just_now_ms = 500;

/**
 * What is said to begin this moment, as after a skip, can't begin inside sound that has arrived here already:
 * its true start is told a moment later.
 */
function credible(item: OnAir, position_ms: number): OnAir {
  const arrived = arrivedUpTo();
  const known = timeline.value.some((one) => one.entry === item.entry && one.starts_at_ms === item.starts_at_ms);
  const saysNow = Math.abs(item.starts_at_ms - position_ms) <= just_now_ms;
  return saysNow && !known && item.starts_at_ms < arrived ? { ...item, starts_at_ms: arrived } : item;
}

on('listeners.changed', (value) => {
  listeners.value = value;
});

// Every channel has its own; who is here is who has the station's.
on('presence.changed', (value, channel) => {
  if (channel === stationChannel) presence.value = value;
});

/** The item that is heard, or null before anything is known or when nothing plays. */
export const heard = computed<OnAir | null>(() => {
  const items = timeline.value;
  const at = heard_ms.value;
  for (let i = items.length - 1; i >= 0; i--) if (items[i]!.starts_at_ms <= at) return items[i]!;
  return items[0] ?? null;
});

export const following = computed<OnAir | null>(() => {
  const item = heard.value;
  if (!item) return null;
  return timeline.value.find((other) => other.starts_at_ms > item.starts_at_ms) ?? null;
});

/** How far into the heard track, in ms; never past its end. */
export const elapsed_ms = computed(() => {
  const item = heard.value;
  if (!item) return 0;
  const at = held_ms.value ?? heard_ms.value - item.starts_at_ms;
  return Math.min(Math.max(0, at), item.duration_ms);
});

let announced: number | null = null;
effect(() => {
  const at = heard_ms.value;
  const coming = timeline.value.find((item) => item.starts_at_ms > at);
  if (coming) wakeAt(coming.starts_at_ms);
});
effect(() => {
  const item = heard.value;
  if (!item || item.entry === announced) return;
  if (announced !== null) say(`${s.nowPlaying}: ${item.track.title}, ${item.track.artist}`);
  announced = item.entry;
});

export async function skip(): Promise<void> {
  const title = heard.value?.track.title ?? '';
  try {
    await call('playback.skip', { station: slug });
    notify(s.skipped(title));
  } catch (error) {
    failed(s.failed.skip, error);
  }
}
