// SPDX-License-Identifier: Apache-2.0
// Every word of the music place, in English.
const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const en = {
  sections: 'Kinds of music',
  songs: 'Songs',
  albums: 'Albums',
  artists: 'Artists',
  albumCount: (n: string, count: number) => `${n} ${plural(count, 'album', 'albums')}`,
  artistCount: (n: string, count: number) => `${n} ${plural(count, 'artist', 'artists')}`,
  songCount: (n: string, count: number) => `${n} ${plural(count, 'song', 'songs')}`,
  disc: (n: number) => `Disc ${n}`,
  filterAlbums: 'Find an album',
  filterArtists: 'Find an artist',
  filterSongs: 'Find songs',
  nothingHere: 'Nothing is here.',
  nothingHereText: 'Try another word.',
  libraryEmptyText: 'Put music into the folder that the server watches, and it appears here.',
  gone: 'This is no longer in the library.',
  toAlbums: 'To all albums',
  back: 'Back',
  more: 'More',
  moreFor: (what: string) => `More for ${what}`,
  addToQueue: 'Add to the queue',
  playNext: 'Play next',
  toAlbum: 'Go to the album',
  addedMany: (n: number, what: string) => `Added ${n} ${plural(n, 'song', 'songs')} of “${what}”.`,
  nothingToPlay: (what: string) => `Nothing of “${what}” can be played.`,
  noAlbum: 'Without an album',
  unknownArtist: 'Unknown artist',
};

export type MusicStrings = typeof en;
