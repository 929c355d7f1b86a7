// SPDX-License-Identifier: Apache-2.0
// The song that is looked at. What is set here never touches the file; taking it back shows what the file says.
import { signal } from '@preact/signals';
import type { Track } from '../../api';
import { m } from '../../strings/music';
import { call } from '../connection';
import { failed, notify } from '../notices';
import { optimistic } from '../optimistic';
import { go, place, to } from '../place';
import { remoteSong } from './remote_song';

export interface Value {
  /** What counts. */
  value: string;
  /** What the file says. */
  file: string;
  /** Somebody has said something else than the file. */
  own: boolean;
}

export interface TagOn {
  id: number;
  name: string;
  kind: 'genre' | 'subgenre' | 'mood';
  colour: string;
  icon: string;
  /** Nobody has confirmed it. */
  guessed: boolean;
}

export interface KnownSong {
  track: Track;
  marks: { favourite: -1 | 0 | 1; live: boolean; bad_audio: boolean; disabled: boolean };
  values: Record<string, Value>;
  tags: TagOn[];
  plays: number;
  last_played_ms: number | null;
  added_ms: number;
  path: string;
  format: string;
}

export const known = signal<KnownSong | null>(null);
export const songProblem = signal<unknown>(null);
let wanted = 0;

export async function openSong(id: number): Promise<void> {
  wanted = id;
  songProblem.value = null;
  try {
    const song = await remoteSong.song(id);
    if (wanted === id) known.value = song;
  } catch (error) {
    if (wanted === id && known.value?.track.id !== id) songProblem.value = error;
  }
}

const again = () => (known.value ? openSong(known.value.track.id) : Promise.resolve());
remoteSong.onSongChanged((ids) => {
  if (known.value && ids.includes(known.value.track.id)) void again();
});

export async function setValue(key: string, value: string, undoable = true): Promise<void> {
  const song = known.value;
  if (!song) return;
  const before = song.values[key] ?? { value: '', file: '', own: false };
  const next = { ...song, values: { ...song.values, [key]: { ...before, value, own: value !== before.file } } };
  const id = song.track.id;
  const done = await optimistic(known, next, () => remoteSong.setValues(id, { [key]: value }), m.failed.song);
  if (!done) return;
  if (undoable) notify(m.changedField(m.fields[key as keyof typeof m.fields] ?? key), () => void (before.own ? setValue(key, before.value, false) : giveBack([key], false)));
  await again();
}

/** Back to what the file says. */
export async function giveBack(keys: string[], undoable = true): Promise<void> {
  const song = known.value;
  if (!song) return;
  const values = { ...song.values };
  for (const key of keys) values[key] = { ...values[key]!, value: values[key]!.file, own: false };
  const done = await optimistic(known, { ...song, values }, () => remoteSong.unsetValues(song.track.id, keys), m.failed.song);
  if (!done) return;
  if (undoable) notify(m.gaveBack, () => void Promise.all(keys.map((key) => setValue(key, song.values[key]!.value, false))));
  await again();
}

export async function markSong(marks: Partial<KnownSong['marks']>): Promise<void> {
  const song = known.value;
  if (!song) return;
  await optimistic(known, { ...song, marks: { ...song.marks, ...marks } }, () => remoteSong.mark(song.track.id, marks), m.failed.song);
}

export async function putTag(tag: TagOn): Promise<void> {
  const song = known.value;
  if (!song) return;
  const tags = [...song.tags.filter((one) => one.id !== tag.id), { ...tag, guessed: false }];
  await optimistic(known, { ...song, tags }, () => remoteSong.assign(song.track.id, tag.id), m.failed.tag);
  await again();
}

export async function dropTag(tag: TagOn): Promise<void> {
  const song = known.value;
  if (!song) return;
  const tags = song.tags.filter((one) => one.id !== tag.id);
  const done = await optimistic(known, { ...song, tags }, () => remoteSong.unassign(song.track.id, tag.id), m.failed.tag);
  if (done) notify(m.tagTaken(tag.name), () => void putTag(tag));
  await again();
}

/** What was set goes into the file itself. */
export async function writeTags(track: Track): Promise<void> {
  try {
    await call('track.write_tags', { id: track.id });
    notify(m.writtenBack(track.title));
    await again();
  } catch (error) {
    failed(m.failed.song, error);
  }
}

/** Out of the library; its file stays, and all that is known of it comes back with undo. */
export async function removeSong(track: Track): Promise<void> {
  try {
    await call('track.remove', { id: track.id });
    if (place.value.view === 'song' && place.value.id === String(track.id)) go(to('songs'));
    notify(m.songRemoved(track.title), () => void call('track.restore', { id: track.id }).catch((error: unknown) => failed(m.failed.song, error)));
  } catch (error) {
    failed(m.failed.song, error);
  }
}
