// SPDX-License-Identifier: Apache-2.0
// The station's own switches: whether it plays, how it goes through its list, how loud it is for everybody. Ours are
// shown at once; what others do comes with `station.state`.
import { computed, effect, signal } from '@preact/signals';
import { s } from '../strings';
import type { Methods, Modes, StationState } from '../api';
import { call, on, slug } from './connection';
import { failed, notify } from './notices';
import { optimistic } from './optimistic';
import { stationLevel } from './player';
import { elapsed_ms, heard } from './station';

export const station = signal<StationState | null>(null);
on('station.state', (value) => {
  station.value = value;
});

effect(() => {
  stationLevel.value = (station.value?.volume.master ?? 100) / 100;
});

export const isPlaying = computed(() => station.value?.state === 'playing');
/** A private player has a list one can go back in. */
export const isPlayer = computed(() => station.value?.kind === 'player');

async function order(state: StationState['state'], send: () => Promise<unknown>): Promise<void> {
  const now = station.value;
  if (now) await optimistic(station, { ...now, state }, send, s.failed.steer);
}

export const resume = (): Promise<void> => order('playing', () => call('playback.play', { station: slug }));
export const pause = (): Promise<void> => order('paused', () => call('playback.pause', { station: slug }));
export const halt = (): Promise<void> => order('stopped', () => call('playback.stop', { station: slug }));

async function jump(send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    failed(s.failed.steer, error);
  }
}

export const next = (): Promise<void> => jump(() => call('playback.next', { station: slug }));
export const previous = (): Promise<void> => jump(() => call('playback.previous', { station: slug }));

export async function playEntry(entry: number, title: string): Promise<void> {
  try {
    await call('playback.play', { station: slug, entry });
    notify(s.jumpsTo(title));
  } catch (error) {
    failed(s.failed.steer, error);
  }
}

/** Where a seek that is under way will lead; the needle is there already. */
export const sought_ms = signal<number | null>(null);
let seekTimer: number | undefined;

export function seek(position_ms: number): void {
  const item = heard.value;
  if (!item) return;
  const at = Math.min(Math.max(0, Math.round(position_ms)), Math.max(0, item.duration_ms - 1000));
  sought_ms.value = at;
  clearTimeout(seekTimer);
  seekTimer = window.setTimeout(async () => {
    await jump(() => call('playback.seek', { station: slug, position_ms: at }));
    seekTimer = window.setTimeout(() => (sought_ms.value = null), 1_500);
  }, 250);
}

export const seekBy = (ms: number): void => seek((sought_ms.value ?? elapsed_ms.value) + ms);

export async function setModes(change: Partial<Modes>, undoable = true): Promise<void> {
  const now = station.value;
  if (!now) return;
  const send = () => call('station.modes', { ...(change as Methods['station.modes']['params']), station: slug });
  const done = await optimistic(station, { ...now, modes: { ...now.modes, ...change } }, send, s.failed.steer);
  if (!done || !undoable) return;
  const back = Object.fromEntries(Object.keys(change).map((key) => [key, now.modes[key as keyof Modes]])) as Partial<Modes>;
  notify(s.modesChanged, () => void setModes(back, false));
}

let loud: number | undefined;
let before: StationState | null = null;

/** The slider runs ahead; the server is told where it comes to rest, at most ten times a second. */
export function setStationVolume(volume: number): void {
  const now = station.value;
  if (!now) return;
  before ??= now;
  station.value = { ...now, volume: { ...now.volume, master: volume } };
  loud ??= window.setTimeout(async () => {
    loud = undefined;
    const old = before;
    before = null;
    const value = station.value?.volume.master ?? volume;
    try {
      await call('station.volume', { station: slug, volume: value });
    } catch (error) {
      if (old && station.value) station.value = { ...station.value, volume: old.volume };
      failed(s.failed.steer, error);
    }
  }, 100);
}
