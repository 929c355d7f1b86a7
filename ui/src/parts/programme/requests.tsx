// SPDX-License-Identifier: Apache-2.0
// What people asked for and hasn't come yet, and how requests are taken.
import { useEffect } from 'preact/hooks';
import type { Track } from '../../api';
import { link } from '../../state/connection';
import { needTitles, titles } from '../../state/programme/preview';
import { change, programme, request, withdraw } from '../../state/programme/programme';
import type { Request, Settings } from '../../state/programme/types';
import { canPlan, canSteer } from '../../state/session';
import { timeOfDay } from '../../strings';
import { g } from '../../strings/programme';
import { Artwork } from '../artwork';
import { RemoveIcon } from '../icons';
import { Empty } from '../panel';
import { Finder } from './finder';
import { Title } from './title';

export function RequestsView() {
  const now = programme.value!;
  const able = canSteer.value && link.value === 'online';
  const taken = now.enabled && now.requests.enabled;
  return (
    <>
      <Title text={g.requests} />
      {!canSteer.value && <p class="quiet">{g.onlyHosts}</p>}
      <div class="rules rules-narrow">
        <Taking rules={now.requests} able={canPlan.value && link.value === 'online'} />
      </div>
      {able && taken && (
        <Finder label={g.findRequest} addLabel={g.requestSong} known={now.pending.map((one) => one.song)} onAdd={([track]) => void request(track!)} />
      )}
      {now.pending.length > 0 ? <Pending list={now.pending} able={able} /> : <Empty title={g.noRequests} text={taken ? g.noRequestsText : g.requestsOff} />}
    </>
  );
}

function Taking({ rules, able }: { rules: Settings['requests']; able: boolean }) {
  return (
    <fieldset disabled={!able}>
      <legend>{g.wishes}</legend>
      <label class="check">
        <input type="checkbox" checked={rules.enabled} onChange={(event) => void change({ requests: { ...rules, enabled: event.currentTarget.checked } })} /> {g.wishesOn}
      </label>
      <label class="number">
        <span>{g.wishesEvery}</span>
        <input
          class="field"
          type="number"
          min={0}
          max={1000}
          value={rules.every_songs}
          onChange={(event) => {
            const value = Math.round(Number(event.currentTarget.value));
            if (value >= 0 && value <= 1000) void change({ requests: { ...rules, every_songs: value } });
            else event.currentTarget.value = String(rules.every_songs);
          }}
        />
      </label>
    </fieldset>
  );
}

function Pending({ list, able }: { list: Request[]; able: boolean }) {
  useEffect(() => needTitles(list.map((one) => one.song)), [list]);
  return (
    <ol class="requests" aria-label={g.requestsWaiting}>
      {list.map((one) => (
        <Row key={one.id} one={one} track={titles.value.get(one.song)} able={able && one.id > 0} />
      ))}
    </ol>
  );
}

function Row({ one, track, able }: { one: Request; track: Track | null | undefined; able: boolean }) {
  const title = track?.title ?? (track === null ? g.songGone : '\u00a0');
  const about = [track?.artist, one.by ? g.askedBy(one.by, timeOfDay(one.asked_ms)) : g.askedAt(timeOfDay(one.asked_ms)), one.id > 0 ? '' : g.unsaved];
  return (
    <li class="finder-hit">
      {track ? <Artwork track={track} size={96} small /> : <span class="art art-small art-none" />}
      <span class="row-text">
        <span class="row-title">{title}</span>
        <span class="row-sub">{about.filter(Boolean).join(' · ')}</span>
      </span>
      {able && (
        <button type="button" class="tool" aria-label={g.takeBack(title)} title={g.erase} onClick={() => void withdraw(one, title)}>
          <RemoveIcon />
        </button>
      )}
    </li>
  );
}
