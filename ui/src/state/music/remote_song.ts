// SPDX-License-Identifier: Apache-2.0
// A song, its words and its tags on the server, in the page's own shapes.
import { also, call } from '../connection';
import type { KnownSong } from './song';

export interface TagInfo {
  id: number;
  name: string;
  kind: 'genre' | 'subgenre' | 'mood';
  /** Genre of a subgenre; 0: none. */
  parent: number;
  icon: string;
  colour: string;
  songs: number;
}

export interface SongWords {
  text: string;
  source: string;
  /** Somebody here wrote them. */
  own: boolean;
  lines: { at_ms: number; text: string }[];
}

/** Signs that are HTML are for clients that clean them; here a tag has a letter or its colour. */
const plain = <T extends { icon: string; icon_type: string }>(tag: T): T => (tag.icon_type === 'html' ? { ...tag, icon: '' } : tag);

export const remoteSong = {
  async song(id: number): Promise<KnownSong> {
    const song = await call('track.get', { id });
    return { ...song, marks: { ...song.marks, favourite: song.marks.favourite as -1 | 0 | 1 }, tags: song.tags.map(plain) };
  },
  setValues: (id: number, values: Record<string, string>) => call('track.set', { id, values }),
  unsetValues: (id: number, keys: string[]) => call('track.unset', { id, keys }),
  mark: (id: number, marks: Partial<KnownSong['marks']>) => call('track.mark', { id, ...marks }),
  onSongChanged: (hook: (ids: number[]) => void): (() => void) => also('track.changed', ({ tracks }) => hook(tracks)),

  lyrics: (id: number): Promise<SongWords> => call('track.lyrics', { id }),
  /** Null: what the file says again. */
  setLyrics: (id: number, text: string | null) => call('track.set_lyrics', { id, text }),

  async tags(): Promise<TagInfo[]> {
    const { tags } = await call('tag.list', {});
    return tags.map(plain);
  },
  createTag: ({ name, kind, parent, icon, colour }: TagInfo) => call('tag.create', { name, kind, icon, colour, ...(parent > 0 ? { parent } : {}) }),
  changeTag: ({ id, name, icon, colour }: TagInfo) => call('tag.change', { id, name, icon, colour }),
  removeTag: (id: number) => call('tag.remove', { id }),
  restoreTag: (id: number) => call('tag.restore', { id }),
  assign: (track: number, tag: number) => call('tag.assign', { track, tag }),
  unassign: (track: number, tag: number) => call('tag.unassign', { track, tag }),
  onTagsChanged: (hook: () => void): (() => void) => also('tags.changed', hook),
};
