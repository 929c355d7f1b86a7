// SPDX-License-Identifier: Apache-2.0
// The way between the station and the music. In the document it comes after what plays: Play is the first stop.
import { place, to } from '../state/place';
import { s } from '../strings';

let lastMusic = to('albums');

export function Places() {
  const { name, view, id } = place.value;
  if (name === 'music') lastMusic = to(view, id);
  return (
    <nav class="places" aria-label={s.places}>
      <a class="place" href="#/" aria-current={name === 'station' ? 'page' : undefined}>
        {s.station}
      </a>
      <a class="place" href={name === 'music' ? to('albums') : lastMusic} aria-current={name === 'music' ? 'page' : undefined}>
        {s.music}
      </a>
    </nav>
  );
}
