// SPDX-License-Identifier: Apache-2.0
// What is heard, in one line at the foot of every place but the station's own.
import { canPlay, sound, soundWord, toggle } from '../state/player';
import { heard, now } from '../state/station';
import { s } from '../strings';
import { Artwork } from './artwork';
import { PlayIcon, StopIcon } from './icons';
import { Steering } from './steering';
import { Volume } from './volume';

export function PlayerBar() {
  const on = sound.value !== 'stopped' && sound.value !== 'refused';
  const name = now.value?.name ?? 'Longwave';
  const item = heard.value;
  return (
    <section class="bar-foot" aria-label={s.nowPlaying} data-sound={sound.value}>
      <button
        type="button"
        class="play"
        aria-label={on ? s.stopStation(name) : s.playStation(name)}
        aria-keyshortcuts="Space"
        disabled={!on && !canPlay()}
        onClick={toggle}
      >
        {on ? <StopIcon /> : <PlayIcon />}
      </button>
      <a class="bar-what" href="#/">
        {item && <Artwork track={item.track} size={96} small />}
        <span class="row-text">
          <span class="row-title">{item ? item.track.title : soundWord()}</span>
          <span class="row-sub">{item ? item.track.artist : ''}</span>
        </span>
      </a>
      <p class="unseen" role="status">
        {soundWord()}
      </p>
      <Steering />
      <Volume />
    </section>
  );
}
