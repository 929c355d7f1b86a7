// SPDX-License-Identifier: Apache-2.0
// The song that is looked at. What is set here never touches the file; taking it back shows what the file says.
import { signal } from '@preact/signals';
import type { Track } from '../../api';
import { m } from '../../strings/music';
import { call } from '../connection';
import { failed, notify, offer } from '../notices';
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

/** Undo is about the song that was changed, whichever is looked at by then. */
const back = (send: () => Promise<unknown>, sentence: (why: string) => string): void =>
  void send().then(again, (error: unknown) => failed(sentence, error));

export async function setValue(key: string, value: string): Promise<void> {
  const song = known.value;
  if (!song) return;
  const before = song.values[key] ?? { value: '', file: '', own: false };
  const next = { ...song, values: { ...song.values, [key]: { ...before, value, own: value !== before.file } } };
  const id = song.track.id;
  const done = optimistic(known, next, () => remoteSong.setValues(id, { [key]: value }), m.failed.song);
  offer(m.changedField(m.fields[key as keyof typeof m.fields] ?? key), done, () =>
    back(() => (before.own ? remoteSong.setValues(id, { [key]: before.value }) : remoteSong.unsetValues(id, [key])), m.failed.song),
  );
  if (await done) await again();
}

/** Back to what the file says. */
export async function giveBack(keys: string[]): Promise<void> {
  const song = known.value;
  if (!song) return;
  const values = { ...song.values };
  for (const key of keys) values[key] = { ...values[key]!, value: values[key]!.file, own: false };
  const id = song.track.id;
  const done = optimistic(known, { ...song, values }, () => remoteSong.unsetValues(id, keys), m.failed.song);
  const said = Object.fromEntries(keys.map((key) => [key, song.values[key]!.value]));
  offer(m.gaveBack, done, () => back(() => remoteSong.setValues(id, said), m.failed.song));
  if (await done) await again();
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
  const id = song.track.id;
  const done = optimistic(known, { ...song, tags }, () => remoteSong.unassign(id, tag.id), m.failed.tag);
  offer(m.tagTaken(tag.name), done, () => back(() => remoteSong.assign(id, tag.id), m.failed.tag));
  await done;
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
