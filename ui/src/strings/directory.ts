// SPDX-License-Identifier: Apache-2.0
// The words of the directory of stations, in the language that the rest of the page has chosen.
import { s } from '.';

const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);

const en = {
  title: 'Stations',
  find: 'Find a station, or what plays',
  count: (n: string, count: number) => `${n} ${plural(count, 'station', 'stations')}`,
  scale: 'The stations on the dial',
  silent: 'Nothing plays',
  tuneIn: (station: string, playing: string) => (playing ? `${station}: ${playing}` : station),
  none: 'No station of that name, and none that plays it.',
  listeners: (n: string, count: number) => `${n} ${plural(count, 'listener', 'listeners')}`,
  failed: (why: string) => `The stations could not be fetched: ${why}`,
};

const de: typeof en = {
  title: 'Sender',
  find: 'Sender suchen, oder was läuft',
  count: (n) => `${n} Sender`,
  scale: 'Die Sender auf der Skala',
  silent: 'Es läuft nichts',
  tuneIn: (station, playing) => (playing ? `${station}: ${playing}` : station),
  none: 'Kein Sender heißt so, und keiner spielt das.',
  listeners: (n) => `${n} Hörer`,
  failed: (why) => `Die Sender ließen sich nicht holen: ${why}`,
};

const known: Record<string, typeof en> = { en, de };
export const d = known[s.locale] ?? en;
