// SPDX-License-Identifier: Apache-2.0
// Clocks; jingles and fixed times.
import { link } from '../../state/connection';
import { programme } from '../../state/programme/programme';
import type { FixedEvent, HourClock, Jingle } from '../../state/programme/types';
import { dayNames } from '../../state/programme/types';
import { secondsOf, shortTime } from '../../state/programme/week';
import { canPlan } from '../../state/session';
import { g } from '../../strings/programme';
import { AddIcon } from '../icons';
import { openForm } from './forms';
import { Title } from './title';
import { daysSaid, hueOf, playlistName } from './words';

/** What names a playlist can be made only when there is one. */
const able = () => canPlan.value && link.value === 'online' && programme.value!.playlists.length > 0;

interface RowProps {
  name: string;
  about: string;
  off?: boolean;
  hue?: number;
  unsaved: boolean;
  onEdit: () => void;
}

function Row({ name, about, off = false, hue, unsaved, onEdit }: RowProps) {
  return (
    <li class="plan-row" data-off={off} style={hue === undefined ? {} : { '--hue': hue }}>
      <span class="plan-name">{name || g.unnamed}</span>
      <span class="quiet small">
        {[about, off ? g.blockOff : '', unsaved ? g.unsaved : ''].filter(Boolean).join(' · ')}
      </span>
      {able() && (
        <button type="button" class="button button-plain" aria-label={g.editWhat(name || g.unnamed)} onClick={onEdit}>
          {g.edit}
        </button>
      )}
    </li>
  );
}

const New = ({ text, onClick }: { text: string; onClick: () => void }) =>
  able() ? (
    <button type="button" class="button" onClick={onClick}>
      <AddIcon /> {text}
    </button>
  ) : null;

export function ClocksView() {
  const now = programme.value!;
  const list = now.playlists[0]?.id ?? 0;
  const blank: HourClock = { id: 0, name: '', slots: [{ kind: 'playlist', playlist: list }] };
  return (
    <>
      <Title text={g.clocks}>
        <New text={g.newClock} onClick={() => openForm('clocks', blank)} />
      </Title>
      <p class="quiet plan-text">{g.clocksText}</p>
      {now.clocks.length === 0 && <p class="quiet">{g.noClocks}</p>}
      <ul class="plan-list">
        {now.clocks.map((one) => (
          <li key={one.id} class="plan-row clock-row">
            <span class="plan-name">{one.name || g.unnamed}</span>
            <span class="quiet small">{one.id < 0 ? g.unsaved : g.stepsOf(one.slots.length)}</span>
            {able() && (
              <button type="button" class="button button-plain" aria-label={g.editWhat(one.name || g.unnamed)} onClick={() => openForm('clocks', one)}>
                {g.edit}
              </button>
            )}
            <ol class="clock-slots">
              {one.slots.map((slot, i) => (
                <li key={i} class="clock-slot" data-kind={slot.kind} style={{ '--hue': hueOf(slot.playlist) }}>
                  <span class="unseen">{g.slotKinds[slot.kind]} </span>
                  {playlistName(now, slot.playlist)}
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ul>
    </>
  );
}

const eventSaid = (one: FixedEvent): string =>
  one.hourly ? `${daysSaid(one.days)}, ${g.everyHourAt(shortTime(secondsOf(one.time)).slice(2))}` : `${one.date ?? daysSaid(one.days)}, ${shortTime(secondsOf(one.time))}`;

export function InsertsView() {
  const now = programme.value!;
  const playlist = now.playlists.at(-1)?.id ?? 0;
  const jingle: Jingle = { id: 0, name: '', playlist, every_songs: 4, on_the_hour: false, resume: true, enabled: true };
  const event: FixedEvent = { id: 0, name: '', days: [...dayNames], time: '20:00:00', hourly: false, playlist, song: 0, start: 'boundary', resume: false, expires_s: 900, enabled: true };
  return (
    <>
      <Title text={g.jingles}>
        <New text={g.newJingle} onClick={() => openForm('jingles', jingle)} />
      </Title>
      {now.jingles.length === 0 && <p class="quiet">{g.noJingles}</p>}
      <ul class="plan-list">
        {now.jingles.map((one) => (
          <Row key={one.id} name={one.name} about={`${g.jingleSays(one.every_songs, one.on_the_hour)} · ${playlistName(now, one.playlist)}`} off={!one.enabled} hue={hueOf(one.playlist)} unsaved={one.id < 0} onEdit={() => openForm('jingles', one)} />
        ))}
      </ul>
      <Title text={g.events} about={g.inZone(now.zone)}>
        <New text={g.newEvent} onClick={() => openForm('events', event)} />
      </Title>
      {now.events.length === 0 && <p class="quiet">{g.noEvents}</p>}
      <ul class="plan-list">
        {now.events.map((one) => (
          <Row key={one.id} name={one.name} about={`${eventSaid(one)} · ${g.starts[one.start][0]} · ${playlistName(now, one.playlist)}`} off={!one.enabled} hue={hueOf(one.playlist)} unsaved={one.id < 0} onEdit={() => openForm('events', one)} />
        ))}
      </ul>
    </>
  );
}
