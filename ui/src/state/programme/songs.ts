// SPDX-License-Identifier: Apache-2.0
// The songs of the playlist that is looked at. Our changes are shown at once and sent as the whole list.
import { signal } from '@preact/signals';
import { g } from '../../strings/programme';
import { notify } from '../notices';
import { inTurn, refresh } from './programme';
import { remote } from './remote';
import type { Song } from './types';

interface Opened {
  playlist: number;
  songs: Song[];
}

export const opened = signal<Opened | null>(null);
export const openProblem = signal<unknown>(null);
let busy = 0;
let generation = 0;

export async function open(playlist: number): Promise<void> {
  if (opened.value?.playlist !== playlist) opened.value = null;
  openProblem.value = null;
  const mine = ++generation;
  try {
    const songs = await remote.songs(playlist);
    if (mine === generation && busy === 0) opened.value = { playlist, songs };
  } catch (error) {
    if (mine === generation && !opened.value) openProblem.value = error;
  }
}

/** True when the server has it; `said` is what was done, with the way back. */
export async function edit(songs: Song[], said: string | null): Promise<boolean> {
  const before = opened.value;
  if (!before) return false;
  const mine = { playlist: before.playlist, songs };
  opened.value = mine;
  busy++;
  generation++;
  const done = await inTurn((base) => remote.setSongs(mine.playlist, mine.songs, base), g.failed.change);
  busy--;
  if (!done && opened.value === mine) opened.value = before;
  if (done && said) notify(said, () => opened.value?.playlist === before.playlist && void edit(before.songs, null));
  if (done) void refresh(); // the count of its songs
  return done;
}

export const without = (songs: readonly Song[], index: number): Song[] => songs.filter((_, i) => i !== index);

export function shifted(songs: readonly Song[], from: number, to: number): Song[] {
  const next = without(songs, from);
  next.splice(to, 0, songs[from]!);
  return next;
}

/** Those that aren't in it yet, at its end. */
export function joined(songs: readonly Song[], tracks: readonly Song['track'][]): Song[] {
  const known = new Set(songs.map((song) => song.track.id));
  const fresh = tracks.filter((track) => !known.has(track.id) && known.add(track.id));
  return [...songs, ...fresh.map((track) => ({ track, frequency: 0.5, enabled: true }))];
}
