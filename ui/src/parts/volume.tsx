// SPDX-License-Identifier: Apache-2.0
import { setVolume, volume } from '../state/player';
import { s } from '../strings';
import { VolumeIcon } from './icons';

/** One's own: how loud it is here. */
export function Volume() {
  return (
    <label class="volume" title={s.volume}>
      <VolumeIcon level={volume.value} />
      <input
        type="range"
        min="0"
        max="1"
        step="0.02"
        aria-label={s.volume}
        aria-valuetext={`${Math.round(volume.value * 100)} %`}
        value={volume.value}
        style={{ '--level': volume.value }}
        onInput={(event) => setVolume(Number(event.currentTarget.value))}
      />
    </label>
  );
}
