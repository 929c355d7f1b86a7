// SPDX-License-Identifier: Apache-2.0
// The week: shows on the calendar, and behind them the times of day; one of the two is edited at a time.
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { link } from '../../state/connection';
import { programme, put, remove } from '../../state/programme/programme';
import type { Daypart, Programme, Show } from '../../state/programme/types';
import { dayNames } from '../../state/programme/types';
import { between, clashes, inZone, pieces, secondsOf, type Span, type Spot, timeOf } from '../../state/programme/week';
import { canPlan } from '../../state/session';
import { toProgramme } from '../../state/place';
import { g } from '../../strings/programme';
import { AddIcon } from '../icons';
import { type Mark, type Thing, WeekCalendar } from './calendar';
import { openForm } from './forms';
import { Title } from './title';
import { daysSaid, hueOf, playlistName, range } from './words';

type Layer = 'shows' | 'dayparts';
const layer = signal<Layer>('shows');

const showSpan = (show: Show): Span => ({ days: show.days, start_s: secondsOf(show.time), length_s: show.duration_s });
const partSpan = (part: Daypart): Span => ({ days: part.days, start_s: secondsOf(part.time), length_s: between(part.time, part.until) });

const showThing = (now: Programme, one: Show): Thing => ({ id: one.id, name: one.name || g.unnamed, about: playlistName(now, one.playlist), span: showSpan(one), hue: hueOf(one.playlist), off: !one.enabled });

function partThing(now: Programme, one: Daypart): Thing {
  const clock = now.clocks.find(({ id }) => id === one.clock);
  return { id: one.id, name: one.name || g.unnamed, about: clock?.name ?? playlistName(now, one.playlist), span: partSpan(one), hue: hueOf(one.clock || one.playlist), off: !one.enabled };
}

const newShow = (now: Programme, span: Span): Show => ({
  id: 0,
  name: '',
  playlist: now.playlists.find((one) => one.id !== now.default_playlist)?.id ?? now.playlists[0]?.id ?? 0,
  days: span.days,
  time: timeOf(span.start_s),
  duration_s: span.length_s,
  random_play: true,
  enabled: true,
  start: 'boundary',
  jingles: true,
  requests: false,
});

/** A time of day has an end, not a length: at most a whole day. */
const untilOf = (span: Span): string => timeOf(span.start_s + Math.min(span.length_s, 86_400));

const newPart = (now: Programme, span: Span): Daypart => ({ id: 0, name: '', days: span.days, time: timeOf(span.start_s), until: untilOf(span), clock: now.clocks[0]?.id ?? 0, playlist: now.playlists[0]?.id ?? 0, enabled: true });

const marksOf = (now: Programme): Mark[] =>
  now.events
    .filter((one) => one.enabled && !one.hourly && !one.date)
    .flatMap((one) => one.days.map((day) => ({ id: one.id, name: one.name || g.unnamed, day: dayNames.indexOf(day), at_s: secondsOf(one.time) })));

function useNow(zone: string): Spot {
  const [now, setNow] = useState(() => inZone(Date.now(), zone));
  useEffect(() => {
    const look = () => setNow(inZone(Date.now(), zone));
    look();
    const timer = setInterval(look, 20_000);
    return () => clearInterval(timer);
  }, [zone]);
  return now;
}

export function WeekView() {
  const now = programme.value!;
  const at = useNow(now.zone);
  const editable = canPlan.value && link.value === 'online' && now.playlists.length > 0;
  const ofShows = layer.value === 'shows';
  const shows = now.shows.map((one) => showThing(now, one));
  const parts = now.dayparts.map((one) => partThing(now, one));
  const things = ofShows ? shows : parts;

  const change = (id: number, span: Span) => {
    const show = now.shows.find((one) => one.id === id);
    const part = now.dayparts.find((one) => one.id === id);
    if (ofShows && show) void put('shows', { ...show, days: span.days, time: timeOf(span.start_s), duration_s: span.length_s });
    else if (part) void put('dayparts', { ...part, days: span.days, time: timeOf(span.start_s), until: untilOf(span) });
  };
  const draw = (span: Span) => (ofShows ? openForm('shows', newShow(now, span)) : openForm('dayparts', newPart(now, span)));
  const open = (id: number, day: number) => {
    if (!editable) return;
    const show = now.shows.find((one) => one.id === id);
    const part = now.dayparts.find((one) => one.id === id);
    if (ofShows && show) openForm('shows', show, day);
    else if (part) openForm('dayparts', part);
  };
  const openMark = (id: number) => {
    const event = now.events.find((one) => one.id === id);
    if (editable && event) openForm('events', event);
  };
  const fresh = () => draw({ days: [dayNames[at.day]!], start_s: Math.min(22, Math.floor(at.at_s / 3600) + 1) * 3600, length_s: 2 * 3600 });
  return (
    <>
      <Title text={g.week} about={g.inZone(now.zone)}>
        {editable && (
          <button type="button" class="button" onClick={fresh}>
            <AddIcon /> {ofShows ? g.newShow : g.newDaypart}
          </button>
        )}
      </Title>
      <div class="plan-layers" role="group" aria-label={g.layer}>
        {(['shows', 'dayparts'] as const).map((one) => (
          <button key={one} type="button" class="switch" aria-pressed={layer.value === one} onClick={() => (layer.value = one)}>
            {g[one]}
          </button>
        ))}
      </div>
      {canPlan.value && now.playlists.length === 0 && (
        <p class="plan-note">
          {g.noPlaylist} <a href={toProgramme('playlists')}>{g.toPlaylists}</a>
        </p>
      )}
      <WeekCalendar key={layer.value} label={g[layer.value]} things={things} behind={ofShows ? parts : []} marks={ofShows ? marksOf(now) : []} now={at} editable={editable} onChange={change} onDraw={draw} onOpen={open} onOpenMark={openMark} onRemove={(id) => void remove(layer.value, id)} />
      <Clashes things={things.filter((one) => !one.off)} />
      <h3 class="part-title">{ofShows ? g.allShows : g.allDayparts}</h3>
      {things.length === 0 ? <p class="quiet">{!editable ? g.none : ofShows ? g.noShows : g.noDayparts}</p> : <List things={things} editable={editable} onOpen={(id) => open(id, dayNames.indexOf(things.find((one) => one.id === id)!.span.days[0] ?? 'MON'))} />}
    </>
  );
}

const mostSaid = 6;

function Clashes({ things }: { things: readonly Thing[] }) {
  const found = clashes(pieces(things));
  const name = (id: number) => things.find((one) => one.id === id)!.name;
  if (found.length === 0) return null;
  return (
    <ul class="plan-note">
      {found.slice(0, mostSaid).map(([a, b]) => (
        <li key={`${a} ${b}`}>{g.clash(name(a), name(b))}</li>
      ))}
    </ul>
  );
}

function List({ things, editable, onOpen }: { things: readonly Thing[]; editable: boolean; onOpen: (id: number) => void }) {
  return (
    <ul class="plan-list">
      {[...things]
        .sort((a, b) => a.span.start_s - b.span.start_s)
        .map((one) => (
          <li key={one.id} class="plan-row" data-off={one.off} style={{ '--hue': one.hue }}>
            <span class="plan-name">{one.name}</span>
            <span class="quiet small">
              {daysSaid(one.span.days)}, {range(one.span)} · {one.about}
              {one.off ? `, ${g.blockOff}` : ''}
              {one.id < 0 ? `, ${g.unsaved}` : ''}
            </span>
            {editable && (
              <button type="button" class="button button-plain" aria-label={g.editWhat(one.name)} onClick={() => onOpen(one.id)}>
                {g.edit}
              </button>
            )}
          </li>
        ))}
    </ul>
  );
}
