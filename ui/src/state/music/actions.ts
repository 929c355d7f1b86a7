// SPDX-License-Identifier: Apache-2.0
// What can be done with music wherever it is shown: a row, an album, a list, what was carried onto the queue.
import { s } from '../../strings';
import { m } from '../../strings/music';
import type { Track } from '../../api';
import type { Load } from '../../parts/carry';
import type { Item } from '../../parts/menu';
import { choosePlaylist } from '../../parts/music/chooser';
import { call } from '../connection';
import { failed, notify } from '../notices';
import { to } from '../place';
import { addAtRandom, addMany, firstWaiting } from '../queue';
import { canCurate, canSteer } from '../session';

const playable = (tracks: Track[]) => tracks.filter((track) => track.state === 'ok');

export const albumLoad = (album: { id: number; title: string }): Load => ({
  label: album.title,
  tracks: async () => (await call('library.album', { id: album.id })).tracks,
});

export const trackLoad = (track: Track): Load => ({ label: track.title, tracks: async () => [track] });

/** `at`: an index in the whole queue; null is behind what was asked for and before what was drawn. */
export async function enqueue(load: Load, at: number | null): Promise<void> {
  try {
    const tracks = playable(await load.tracks());
    if (tracks.length === 0) notify(m.nothingToPlay(load.label), null, true);
    else await addMany(tracks, at, tracks.length === 1 ? s.addedOne(tracks[0]!.title) : m.addedMany(tracks.length, load.label));
  } catch (error) {
    failed(s.failed.add, error);
  }
}

async function scatter(load: Load): Promise<void> {
  try {
    const tracks = playable(await load.tracks());
    if (tracks.length === 0) notify(m.nothingToPlay(load.label), null, true);
    else await addAtRandom(tracks, m.addedMany(tracks.length, load.label));
  } catch (error) {
    failed(s.failed.add, error);
  }
}

export const queueItems = (load: Load): Item[] =>
  canSteer.value
    ? [
        { label: m.addToQueue, run: () => void enqueue(load, null) },
        { label: m.playNext, run: () => void enqueue(load, firstWaiting()) },
        { label: m.atRandom, run: () => void scatter(load) },
      ]
    : [];

/** Where something can be kept. */
export const keepItems = (load: Load): Item[] => (canCurate.value ? [{ label: m.addToList, run: () => choosePlaylist(load) }] : []);

/** `here`: its own page is open. */
export function trackItems(track: Track, here = false): Item[] {
  const items = [...(track.state === 'ok' ? queueItems(trackLoad(track)) : []), ...keepItems(trackLoad(track))];
  const ways: Item[] = here ? [] : [{ label: m.toSong, href: to('song', track.id) }];
  if (track.album_id !== null) ways.push({ label: m.toAlbum, href: to('album', track.album_id) });
  if (ways[0]) ways[0].part = items.length > 0;
  return [...items, ...ways];
}
