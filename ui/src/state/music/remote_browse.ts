// SPDX-License-Identifier: Apache-2.0
// Genres, moods and years on the server, in the page's own shapes.
import type { Album, BrowseRow, Track } from '../../api.gen';
import { call } from '../connection';
import { type Page, remote } from './remote';

export type Kind = 'genre' | 'mood' | 'year';
export type Tile = BrowseRow;

const quoted = (text: string): string => `"${text.replaceAll('"', ' ')}"`;

async function tiles(kind: Kind): Promise<Tile[]> {
  if (kind === 'genre') return (await call('library.genres', {})).genres;
  if (kind === 'mood') return (await call('library.moods', {})).moods;
  return (await call('library.years', {})).years;
}

export const remoteBrowse = {
  tiles,
  async albumsOf(kind: Kind, name: string, offset: number, limit: number): Promise<Page<Album>> {
    const row = (await tiles(kind)).find((one) => one.name === name);
    if (!row) return { items: [], total: 0 };
    const { albums, total } = await call('library.albums', { [kind]: row.id, offset, limit });
    return { items: albums, total };
  },
  songsOf: (kind: Kind, name: string, offset: number, limit: number): Promise<Page<Track>> =>
    remote.search(`${kind}:${kind === 'year' ? name : quoted(name)}`, offset, limit),
};
