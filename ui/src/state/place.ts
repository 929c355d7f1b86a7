// SPDX-License-Identifier: Apache-2.0
// Where one is on the page: the station (what plays), the music (what could) or the programme (what will), by the part of
// the address behind `#`. So every place has an address, the browser's own back works, and the sound is never touched.
import { signal } from '@preact/signals';

export interface Place {
  name: 'station' | 'music' | 'programme';
  view: string;
  /** Of an album, a playlist …; or a name, as of a genre. */
  id: string;
}

function read(): Place {
  const [, name, view = '', id = ''] = (location.hash ?? '').split('/');
  if (name !== 'music' && name !== 'programme') return { name: 'station', view: '', id: '' };
  let decoded = id;
  try {
    decoded = decodeURIComponent(id);
  } catch {
    // Somebody typed it: as it stands, then.
  }
  return { name, view: view || (name === 'music' ? 'albums' : 'week'), id: decoded };
}

export const place = signal<Place>(read());
addEventListener('hashchange', () => (place.value = read()));

const address = (name: string, view: string, id: string | number): string => `#/${name}/${view}${id === '' ? '' : `/${encodeURIComponent(id)}`}`;
export const to = (view: string, id: string | number = ''): string => address('music', view, id);
export const toProgramme = (view: string, id: string | number = ''): string => address('programme', view, id);

export function go(address: string): void {
  location.hash = address;
}
