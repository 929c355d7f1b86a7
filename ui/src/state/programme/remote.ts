// SPDX-License-Identifier: Apache-2.0
// The programme on the server, in the page's own shapes.
import { call, slug } from '../connection';
import type { Track } from '../../api';
import type { PartName, Parts, Preview, PreviewItem, Programme, Settings, Song } from './types';

// The method table of the page's types has these methods only when the server that they were made from had them.
const ask = call as unknown as <T>(method: string, params: object) => Promise<T>;
const station = slug;

export interface Changed {
  version: number;
}

const most = 10_000;

export const remote = {
  get: () => ask<Programme>('programme.get', { station }),
  set: (settings: Partial<Settings>, base: number) => ask<Changed>('programme.set', { station, ...settings, base }),
  put: <P extends PartName>(part: P, item: Parts[P], base: number) => ask<Changed & { id: number }>('programme.put', { station, part, item, base }),
  remove: (part: PartName, id: number, base: number) => ask<Changed>('programme.remove', { station, part, id, base }),

  listeners: (of: string, from_ms: number, step_s: number, count: number) => ask<{ most: number[] }>('station.listeners', { station: of, from_ms, step_s, count }),
  request: (track: number) => ask<Changed & { id: number }>('programme.request', { station, track }),
  withdraw: (id: number) => ask<Changed>('programme.withdraw', { station, id }),

  async songs(playlist: number): Promise<Song[]> {
    const all: Song[] = [];
    while (all.length < most) {
      const { songs, total } = await ask<{ songs: Song[]; total: number }>('programme.songs', { station, playlist, offset: all.length, limit: 500 });
      all.push(...songs);
      if (songs.length === 0 || all.length >= total) break;
    }
    return all;
  },
  setSongs: (playlist: number, songs: readonly Song[], base: number) =>
    ask<Changed>('programme.songs_set', { station, playlist, songs: songs.map(({ track, frequency, enabled }) => ({ track: track.id, frequency, enabled })), base }),

  /** A week is thousands of items: in pages; the same seed goes on where it was. */
  async preview(from_ms: number, to_ms: number, seed: number): Promise<Preview> {
    const items: PreviewItem[] = [];
    for (;;) {
      const page = await ask<Preview & { total?: number }>('schedule.preview', { station, from_ms, to_ms, seed, offset: items.length, limit: 500 });
      items.push(...page.items);
      if (page.items.length === 0 || items.length >= (page.total ?? 0)) return { items, violations: page.violations };
    }
  },
  track: async (id: number): Promise<Track> => (await call('track.get', { id })).track as Track,
};
