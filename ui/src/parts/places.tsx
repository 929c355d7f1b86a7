// SPDX-License-Identifier: Apache-2.0
// The way between the station, the music, the programme and the directory of stations. In the document it comes after what plays: Play is the first stop.
import { place, to, toProgramme } from '../state/place';
import { sound } from '../state/player';
import { stationRole } from '../state/session';
import { s } from '../strings';

let lastMusic = to('albums');
let lastProgramme = toProgramme('week');

export function Places() {
  const { name, view, id } = place.value;
  if (name === 'music') lastMusic = to(view, id);
  if (name === 'programme') lastProgramme = toProgramme(view, id);
  return (
    <nav class="places" aria-label={s.places}>
      <a class="place" href="#/" aria-current={name === 'station' ? 'page' : undefined}>
        {s.station}
      </a>
      <a class="place" href={name === 'music' ? to('albums') : lastMusic} aria-current={name === 'music' ? 'page' : undefined}>
        {s.music}
      </a>
      {(stationRole.value !== null || name === 'programme') && (
        <a class="place" href={name === 'programme' ? toProgramme('week') : lastProgramme} aria-current={name === 'programme' ? 'page' : undefined}>
          {s.programme}
        </a>
      )}
      {sound.value === 'stopped' ? (
        <a class="place" href="/stations">
          {s.stations}
        </a>
      ) : (
        // The directory is a page of its own: what is heard goes on in this one.
        <a class="place" href="/stations" target="_blank" rel="noopener" title={s.newTab}>
          {s.stations}
        </a>
      )}
    </nav>
  );
}
