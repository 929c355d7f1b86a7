// SPDX-License-Identifier: Apache-2.0
// The rules by which the station chooses by itself.
import { computed } from '@preact/signals';
import type { Rules } from '../../api';
import { m } from '../../strings/music';
import { call, slug } from '../connection';
import { notify } from '../notices';
import { optimistic } from '../optimistic';
import { station } from '../steering';

export type { Rules } from '../../api';

/** What isn't told is as the server has it without being told. */
const usual: Rules = {
  selection: 'rotation',
  no_disabled: true,
  no_hated: true,
  no_bad_audio: true,
  no_live: false,
  min_song_s: 120,
  max_song_s: 600,
  song_list: 5,
  album_list: 2,
  artist_list: 1,
  video_list: 3,
  max_age_hours: 24,
  max_tries: 10,
  genres: [],
};

export const rules = computed<Rules | null>(() => station.value && { ...usual, ...station.value.random });

export async function changeRules(change: Partial<Rules>, undoable = true): Promise<void> {
  const [now, before] = [station.value, rules.value];
  if (!now || !before) return;
  const random = { ...before, ...change };
  const done = await optimistic(station, { ...now, random }, () => call('station.random', { station: slug, rules: random }), m.failed.rules);
  if (!done || !undoable) return;
  const back = Object.fromEntries(Object.keys(change).map((key) => [key, before[key as keyof Rules]])) as Partial<Rules>;
  notify(m.rulesChanged, () => void changeRules(back, false));
}
