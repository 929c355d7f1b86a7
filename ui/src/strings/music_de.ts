// SPDX-License-Identifier: Apache-2.0
// Every word of the music place, in German.
import type { MusicStrings } from './music_en';

const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const de: MusicStrings = {
  sections: 'Arten von Musik',
  songs: 'Stücke',
  albums: 'Alben',
  artists: 'Interpreten',
  albumCount: (n, count) => `${n} ${plural(count, 'Album', 'Alben')}`,
  artistCount: (n, count) => `${n} ${plural(count, 'Interpret', 'Interpreten')}`,
  songCount: (n, count) => `${n} ${plural(count, 'Stück', 'Stücke')}`,
  disc: (n) => `Platte ${n}`,
  filterAlbums: 'Album suchen',
  filterArtists: 'Interpreten suchen',
  filterSongs: 'Stücke suchen',
  nothingHere: 'Hier ist nichts.',
  nothingHereText: 'Versuche es mit einem anderen Wort.',
  libraryEmptyText: 'Lege Musik in den Ordner, den der Server beobachtet, dann erscheint sie hier.',
  gone: 'Das ist nicht mehr in der Bibliothek.',
  toAlbums: 'Zu allen Alben',
  back: 'Zurück',
  more: 'Mehr',
  moreFor: (what) => `Mehr zu ${what}`,
  addToQueue: 'In die Warteschlange',
  playNext: 'Als Nächstes spielen',
  toAlbum: 'Zum Album',
  addedMany: (n, what) => `${n} ${plural(n, 'Stück', 'Stücke')} aus „${what}“ eingereiht.`,
  nothingToPlay: (what) => `Nichts aus „${what}“ lässt sich spielen.`,
  noAlbum: 'Ohne Album',
  unknownArtist: 'Unbekannt',
};
