// SPDX-License-Identifier: Apache-2.0
// Lists, queries and packages on the server, in the page's own shapes.
import type { Track } from '../../api';
import { misreadOf, type Misread } from '../../parts/query_problem';
import { also, call, slug, stream } from '../connection';

export interface ListInfo {
  name: string;
  entries: number;
  duration_ms: number;
  /** Of a list that keeps itself up to date. */
  query: string;
  /** It is the station's queue. */
  active: boolean;
}

export interface CollectionInfo {
  name: string;
  query: string;
}

export interface PackItem {
  done: number;
  total: number;
  title: string;
  problem: string | null;
}

export interface Page<T> {
  items: T[];
  total: number;
}

const page = 500;
const mostAtOnce = 1_000;
const station = slug;

async function inParts(tracks: number[], send: (part: number[], offset: number) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < tracks.length; at += mostAtOnce) await send(tracks.slice(at, at + mostAtOnce), at);
}

export const remote = {
  async lists(): Promise<ListInfo[]> {
    const { playlists } = await call('playlist.list', { station });
    return playlists.map((list) => ({ ...list, query: list.query ?? '' }));
  },
  async entries(name: string): Promise<Track[]> {
    const all: Track[] = [];
    for (;;) {
      const { entries, total } = await call('playlist.get', { station, name, offset: all.length, limit: page });
      all.push(...entries.map((entry) => entry.track));
      if (entries.length === 0 || all.length >= total) return all;
    }
  },
  async create(name: string, tracks: number[], query = ''): Promise<void> {
    await call('playlist.create', { station, name, ...(query ? { query } : { tracks: tracks.slice(0, mostAtOnce) }) });
    if (!query) await inParts(tracks.slice(mostAtOnce), (part) => call('playlist.add', { station, name, tracks: part }));
  },
  add: (name: string, tracks: number[], at: number | null) =>
    inParts(tracks, (part, offset) => call('playlist.add', { station, name, tracks: part, ...(at === null ? {} : { at: at + offset }) })),
  remove: (name: string, position: number, count: number) => call('playlist.remove', { station, name, position, count }),
  move: (name: string, from: number, to: number) => call('playlist.move', { station, name, from, to }),
  rename: (name: string, to: string) => call('playlist.rename', { station, name, to }),
  /** What was in it, to make it again. */
  erase: (name: string) => call('playlist.delete', { station, name }),
  load: (name: string) => call('playlist.load', { station, name }),
  exportList: (name: string, format: 'm3u8' | 'pls' | 'xspf') => call('playlist.export', { station, name, format }),
  importList: (name: string, text: string) => call('playlist.import', { station, name, text }),
  pack: async (name: string, format: 'zip' | 'tar', signal: AbortSignal, onItem: (item: PackItem) => void) => {
    const tracks = (await remote.entries(name)).map((track) => track.id);
    const packing = stream('package.make', { name, tracks, format }, { signal });
    for await (const item of packing) onItem(item);
    return packing.result;
  },

  async collections(): Promise<CollectionInfo[]> {
    return (await call('collection.list', {})).collections;
  },
  createCollection: (name: string, query: string) => call('collection.create', { name, query }),
  changeCollection: (name: string, query: string) => call('collection.change', { name, query }),
  renameCollection: (name: string, to: string) => call('collection.rename', { name, to }),
  eraseCollection: (name: string) => call('collection.delete', { name }),
  onListsChanged(hook: () => void): void {
    also('playlist.changed', hook);
    also('collection.changed', hook);
  },

  async search(text: string, offset: number, limit: number): Promise<Page<Track>> {
    const { tracks, total } = await call('library.search', { text, offset, limit });
    return { items: tracks, total };
  },
  async check(query: string): Promise<Misread | null> {
    return misreadOf(query, (await call('query.check', { query })).problem);
  },
};
