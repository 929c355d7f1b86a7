// SPDX-License-Identifier: Apache-2.0
// The one form that is open: of a show, a time of day, a clock, a jingle, a fixed time.
import { signal } from '@preact/signals';
import { programme, put, remove } from '../../state/programme/programme';
import type { Daypart, FixedEvent, HourClock, Jingle, Parts, Show, Slot } from '../../state/programme/types';
import { dayNames } from '../../state/programme/types';
import { between, secondsOf, timeOf } from '../../state/programme/week';
import { g } from '../../strings/programme';
import { AddIcon, RemoveIcon } from '../icons';
import { Check, Days, Form, Num, Playlists, Starts, Text, Time, Times, useEdited } from './fields';
import { dayWord } from './words';

type Edited = 'shows' | 'dayparts' | 'clocks' | 'jingles' | 'events';
type Opened = { [P in Edited]: { part: P; item: Parts[P]; day?: number } }[Edited];

const opened = signal<Opened | null>(null);
const close = () => {
  opened.value = null;
};

export function openForm<P extends Edited>(part: P, item: Parts[P], day?: number): void {
  opened.value = { part, item, ...(day === undefined ? {} : { day }) } as unknown as Opened;
}

export function Forms() {
  const now = opened.value;
  if (!now || !programme.value) return null;
  switch (now.part) {
    case 'shows':
      return <ShowForm key={now.item.id} item={now.item} day={now.day ?? 0} />;
    case 'dayparts':
      return <DaypartForm key={now.item.id} item={now.item} />;
    case 'clocks':
      return <ClockForm key={now.item.id} item={now.item} />;
    case 'jingles':
      return <JingleForm key={now.item.id} item={now.item} />;
    case 'events':
      return <EventForm key={now.item.id} item={now.item} />;
  }
}

const eraser = (part: Edited, id: number) => (id > 0 ? () => void remove(part, id) : undefined);
const trimmed = <T extends { name: string }>(item: T): T => ({ ...item, name: item.name.trim() });

function ShowForm({ item, day }: { item: Show; day: number }) {
  const [show, edit] = useEdited(item);
  const more = Math.ceil(show.duration_s / 86_400) - 1;
  const until = timeOf(secondsOf(show.time) + show.duration_s);
  const name = dayNames[day]!;
  const alone = item.id > 0 && item.days.length > 1 && item.days.includes(name);
  /** The others of its days stay with it. */
  const split = async () => {
    close();
    const rest = await put('shows', { ...trimmed(show), days: item.days.filter((one) => one !== name) });
    if (rest !== null) await put('shows', { ...trimmed(show), id: 0, days: [name] });
  };
  return (
    <Form title={item.id > 0 ? g.showTitle(item.name || g.unnamed) : g.newShow} wrong={show.days.length === 0} onClose={close} onSave={() => void put('shows', trimmed(show))} onErase={eraser('shows', item.id)}>
      <Text label={g.name} value={show.name} onInput={(text) => edit({ name: text })} />
      <Playlists label={g.playlist} value={show.playlist} onInput={(playlist) => edit({ playlist })} />
      <Days value={show.days} onInput={(days) => edit({ days })} />
      <Times time={show.time} until={until} more={more} onInput={(time, end) => edit({ time, duration_s: between(time, end) + more * 86_400 })} />
      <Starts value={show.start} onInput={(start) => edit({ start })} />
      <Check label={g.randomPlay} checked={show.random_play} onChange={(random_play) => edit({ random_play })} />
      <Check label={g.withJingles} checked={show.jingles} onChange={(jingles) => edit({ jingles })} />
      <Check label={g.withRequests} checked={show.requests} onChange={(requests) => edit({ requests })} />
      <Check label={g.enabled} checked={show.enabled} onChange={(enabled) => edit({ enabled })} />
      {alone && (
        <button type="button" class="button button-plain plan-split" onClick={() => void split()}>
          {g.onlyThisDay(dayWord(name))}
        </button>
      )}
    </Form>
  );
}

function DaypartForm({ item }: { item: Daypart }) {
  const [part, edit] = useEdited(item);
  const clocks = programme.value!.clocks;
  const byClock = part.clock !== 0;
  return (
    <Form title={item.id > 0 ? g.daypartTitle(item.name || g.unnamed) : g.newDaypart} wrong={part.days.length === 0 || (part.clock === 0 && part.playlist === 0)} onClose={close} onSave={() => void put('dayparts', trimmed(part))} onErase={eraser('dayparts', item.id)}>
      <Text label={g.name} value={part.name} onInput={(text) => edit({ name: text })} />
      {clocks.length > 0 && (
        <fieldset class="plan-starts">
          <legend>{g.plays}</legend>
          <label class="check">
            <input type="radio" name="plays" checked={!byClock} onChange={() => edit({ clock: 0, playlist: part.playlist || programme.value!.playlists[0]?.id || 0 })} /> {g.aPlaylist}
          </label>
          <label class="check">
            <input type="radio" name="plays" checked={byClock} onChange={() => edit({ clock: clocks[0]!.id })} /> {g.aClock}
          </label>
        </fieldset>
      )}
      {byClock ? (
        <>
          <label for="plan-clock">{g.clocks}</label>
          <select class="field" id="plan-clock" value={part.clock} onChange={(event) => edit({ clock: Number(event.currentTarget.value) })}>
            {clocks.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name || g.unnamed}
              </option>
            ))}
          </select>
        </>
      ) : (
        <Playlists label={g.playlist} value={part.playlist} onInput={(playlist) => edit({ playlist })} />
      )}
      <Days value={part.days} onInput={(days) => edit({ days })} />
      <Times time={part.time} until={part.until} onInput={(time, until) => edit({ time, until })} />
      <Check label={g.enabled} checked={part.enabled} onChange={(enabled) => edit({ enabled })} />
    </Form>
  );
}

const kinds: Slot['kind'][] = ['playlist', 'jingle', 'request'];

function ClockForm({ item }: { item: HourClock }) {
  const [clock, edit] = useEdited(item);
  const lists = programme.value!.playlists;
  const set = (at: number, change: Partial<Slot>) => edit({ slots: clock.slots.map((slot, i) => (i === at ? { ...slot, ...change } : slot)) });
  const shift = (at: number, by: number) => {
    const slots = [...clock.slots];
    const [one] = slots.splice(at, 1);
    slots.splice(at + by, 0, one!);
    edit({ slots });
  };
  return (
    <Form title={item.id > 0 ? g.clockTitle(item.name || g.unnamed) : g.newClock} wrong={clock.slots.length === 0} onClose={close} onSave={() => void put('clocks', trimmed(clock))} onErase={eraser('clocks', item.id)}>
      <Text label={g.name} value={clock.name} onInput={(text) => edit({ name: text })} />
      <fieldset class="slots">
        <legend>{g.slots}</legend>
        <ol class="slot-list">
          {clock.slots.map((slot, i) => (
            <li key={i} class="slot">
              <span class="slot-number" aria-hidden="true">
                {i + 1}
              </span>
              <select class="field" aria-label={g.slot(i + 1)} value={slot.kind} onChange={(event) => set(i, { kind: event.currentTarget.value as Slot['kind'] })}>
                {kinds.map((kind) => (
                  <option key={kind} value={kind}>
                    {g.slotKinds[kind]}
                  </option>
                ))}
              </select>
              <select class="field" aria-label={`${g.slot(i + 1)}: ${g.playlist}`} value={slot.playlist} onChange={(event) => set(i, { playlist: Number(event.currentTarget.value) })}>
                {lists.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name || g.unnamed}
                  </option>
                ))}
              </select>
              <span class="slot-tools">
                <button type="button" class="tool" disabled={i === 0} aria-label={g.slotUp(i + 1)} title={g.slotUp(i + 1)} onClick={() => shift(i, -1)}>
                  ↑
                </button>
                <button type="button" class="tool" disabled={i === clock.slots.length - 1} aria-label={g.slotDown(i + 1)} title={g.slotDown(i + 1)} onClick={() => shift(i, 1)}>
                  ↓
                </button>
                <button type="button" class="tool" aria-label={g.dropSlot(i + 1)} title={g.dropSlot(i + 1)} onClick={() => edit({ slots: clock.slots.filter((_, at) => at !== i) })}>
                  <RemoveIcon />
                </button>
              </span>
            </li>
          ))}
        </ol>
        <button type="button" class="button button-plain" onClick={() => edit({ slots: [...clock.slots, { kind: 'playlist', playlist: clock.slots.at(-1)?.playlist ?? lists[0]?.id ?? 0 }] })}>
          <AddIcon /> {g.addSlot}
        </button>
      </fieldset>
    </Form>
  );
}

function JingleForm({ item }: { item: Jingle }) {
  const [jingle, edit] = useEdited(item);
  return (
    <Form title={item.id > 0 ? g.jingleTitle(item.name || g.unnamed) : g.newJingle} onClose={close} onSave={() => void put('jingles', trimmed(jingle))} onErase={eraser('jingles', item.id)}>
      <Text label={g.name} value={jingle.name} onInput={(text) => edit({ name: text })} />
      <Playlists label={g.playlist} value={jingle.playlist} onInput={(playlist) => edit({ playlist })} />
      <Num label={g.everySongs} hint={g.notByCount} value={jingle.every_songs} high={1000} onInput={(every_songs) => edit({ every_songs })} />
      <Check label={g.onTheHour} checked={jingle.on_the_hour} onChange={(on_the_hour) => edit({ on_the_hour })} />
      {jingle.on_the_hour && <Check label={g.resume} checked={jingle.resume} onChange={(resume) => edit({ resume })} />}
      <Check label={g.enabled} checked={jingle.enabled} onChange={(enabled) => edit({ enabled })} />
    </Form>
  );
}

function EventForm({ item }: { item: FixedEvent }) {
  const [event, edit] = useEdited(item);
  const { date: _, ...undated } = event;
  const save = () => void put('events', trimmed(event.date ? event : (undated as FixedEvent)));
  return (
    <Form title={item.id > 0 ? g.eventTitle(item.name || g.unnamed) : g.newEvent} wrong={event.days.length === 0} onClose={close} onSave={save} onErase={eraser('events', item.id)}>
      <Text label={g.name} value={event.name} onInput={(text) => edit({ name: text })} />
      <Playlists label={g.playlist} value={event.playlist} onInput={(playlist) => edit({ playlist, song: 0 })} />
      <Check label={g.hourly} checked={event.hourly} onChange={(hourly) => edit({ hourly, time: hourly ? `00:${event.time.slice(3)}` : event.time })} />
      {event.hourly ? (
        <Num label={g.minute} value={Math.floor(secondsOf(event.time) / 60)} high={59} onInput={(minutes) => edit({ time: timeOf(minutes * 60) })} />
      ) : (
        <Time label={g.at} value={event.time} onInput={(time) => edit({ time })} />
      )}
      <Days value={event.days} onInput={(days) => edit({ days })} />
      <label for="plan-date">{g.onlyOn}</label>
      <input class="field plan-number" id="plan-date" type="date" value={event.date ?? ''} onInput={(input) => edit({ date: input.currentTarget.value })} />
      <Starts value={event.start} onInput={(start) => edit({ start })} />
      {event.start !== 'boundary' && <Check label={g.resume} checked={event.resume} onChange={(resume) => edit({ resume })} />}
      <Num label={g.expires} value={Math.round(event.expires_s / 60)} high={1440} onInput={(minutes) => edit({ expires_s: minutes * 60 })} />
      <Check label={g.enabled} checked={event.enabled} onChange={(enabled) => edit({ enabled })} />
    </Form>
  );
}
