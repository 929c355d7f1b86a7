// SPDX-License-Identifier: Apache-2.0
// What a host does with the station itself.
import { link } from '../state/connection';
import { canSteer } from '../state/session';
import { heard, skip } from '../state/station';
import { s } from '../strings';

export function Steering() {
  if (!canSteer.value) return null;
  const item = heard.value;
  return (
    <button
      type="button"
      class="button skip"
      aria-label={item ? s.skipWhat(item.track.title) : s.skip}
      disabled={!item || link.value !== 'online'}
      onClick={() => void skip()}
    >
      {s.skip}
    </button>
  );
}
