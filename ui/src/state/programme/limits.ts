// SPDX-License-Identifier: Apache-2.0
// What a limit is about, by name: the programme has only keys of the library.
import { signal } from '@preact/signals';
import { call } from '../connection';
import { remote } from './remote';
import type { Limit } from './types';

/** A title is named by any song that has it. */
export type Named = 'artist' | 'album' | 'title' | 'song';
export interface Hit {
  key: number;
  name: string;
  about?: string;
}

const most = 6;
const firstOfEach = (hits: Hit[]): Hit[] => [...new Map([...hits].reverse().map((hit) => [hit.name.toLowerCase(), hit])).values()].reverse();

export const search: Record<Named, (text: string) => Promise<Hit[]>> = {
  artist: async (text) => (await call('library.artists', { text, limit: most })).artists.map(({ id, name }) => ({ key: id, name })),
  album: async (text) => (await call('library.albums', { text, limit: most })).albums.map(({ id, title, artist }) => ({ key: id, name: title, about: artist })),
  title: async (text) => firstOfEach((await call('library.search', { text, limit: 5 * most })).tracks.map(({ id, title }) => ({ key: id, name: title }))).slice(0, most),
  song: async (text) => (await call('library.search', { text, limit: most })).tracks.map(({ id, title, artist }) => ({ key: id, name: title, about: artist })),
};

const look: Record<Named, (key: number) => Promise<string>> = {
  artist: async (id) => (await call('artist.get', { id })).artist.name,
  album: async (id) => (await call('library.album', { id })).album.title,
  title: async (id) => (await remote.track(id)).title,
  song: async (id) => (await remote.track(id)).title,
};

/** By kind and key, as `artist 7`. */
export const limitNames = signal<ReadonlyMap<string, string>>(new Map());
const asking = new Set<string>();

export function needLimitNames(limits: readonly Limit[]): void {
  for (const { of, key } of limits) {
    const name = `${of} ${key}`;
    const ask = look[of as Named] as (typeof look)[Named] | undefined;
    if (!ask || asking.has(name)) continue;
    asking.add(name);
    ask(key).then(
      (found) => (limitNames.value = new Map(limitNames.value).set(name, found)),
      () => (limitNames.value = new Map(limitNames.value).set(name, String(key))),
    );
  }
}
