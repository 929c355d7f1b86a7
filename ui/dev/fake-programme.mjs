// SPDX-License-Identifier: Apache-2.0
// A development tool: the programme of the fake server, and a preview that only looks like one.
const week = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
const workdays = week.slice(0, 5);

function example() {
  const show = (id, name, playlist, days, time, hours, more = {}) => ({ id, name, playlist, days, time, duration_s: hours * 3600, random_play: true, enabled: true, start: 'boundary', jingles: true, requests: false, ...more });
  return {
    enabled: true, zone: 'Europe/Berlin', default_playlist: 1, version: 7,
    separation: { song_s: 7200, title_s: 3600, artist_s: 3600, album_s: 1800 }, requests: { enabled: true, every_songs: 2 },
    playlists: [
      { id: 1, name: 'Everything', enabled: true, ordered: false, library: true, songs: 0 },
      { id: 2, name: 'Mornings', enabled: true, ordered: false, library: false },
      { id: 3, name: 'Jazz after dark', enabled: true, ordered: false, library: false },
      { id: 4, name: 'Station calls', enabled: true, ordered: false, library: false },
      { id: 5, name: 'The long record', enabled: true, ordered: true, library: false },
    ],
    shows: [
      show(10, 'Harbour morning', 2, workdays, '06:00:00', 4, { start: 'exact' }),
      show(11, 'Late breakfast', 2, ['SAT', 'SUN'], '09:00:00', 3),
      show(12, 'Kitchen table', 3, ['TUE', 'THU'], '19:30:00', 1.5, { start: 'fitted' }),
      show(13, 'Night bus', 3, ['FRI', 'SAT'], '22:00:00', 5),
      show(14, 'A whole record', 5, ['SUN'], '20:00:00', 1, { random_play: false }),
      show(15, 'Request hour', 2, ['THU'], '20:15:00', 1.25, { requests: true }),
      show(16, 'Summer series', 3, ['WED'], '16:00:00', 1, { enabled: false }),
    ],
    clocks: [{ id: 20, name: 'Day clock', slots: [{ kind: 'jingle', playlist: 4 }, { kind: 'playlist', playlist: 2 }, { kind: 'playlist', playlist: 1 }, { kind: 'request', playlist: 1 }, { kind: 'playlist', playlist: 3 }] }],
    dayparts: [
      { id: 30, name: 'Daytime', days: workdays, time: '10:00:00', until: '18:00:00', clock: 20, playlist: 0, enabled: true },
      { id: 31, name: 'Night', days: week, time: '23:00:00', until: '05:00:00', clock: 0, playlist: 3, enabled: true },
    ],
    jingles: [
      { id: 40, name: 'Station call', playlist: 4, every_songs: 4, on_the_hour: false, resume: true, enabled: true },
      { id: 41, name: 'Full hour', playlist: 4, every_songs: 0, on_the_hour: true, resume: true, enabled: true },
    ],
    events: [
      { id: 50, name: 'News', days: workdays, time: '08:00:00', hourly: false, playlist: 4, song: 0, start: 'exact', resume: true, expires_s: 900, enabled: true },
      { id: 51, name: 'Weather', days: week, time: '00:30:00', hourly: true, playlist: 4, song: 0, start: 'boundary', resume: false, expires_s: 900, enabled: true },
    ],
    limits: [{ id: 60, of: 'playlist', key: 4, every_s: 600 }],
    pending: [],
  };
}

const nothing = () => ({ ...example(), enabled: false, default_playlist: 0, version: 0, playlists: [], shows: [], clocks: [], dayparts: [], jingles: [], events: [], limits: [] });

export function programmeMethods({ tracks, Refusal, steer, empty, changed }) {
  const now = empty ? nothing() : example();
  const songs = new Map(now.playlists.map(({ id }) => [id, tracks.filter((_, i) => i % 5 === id % 5).slice(0, 40).map((track, i) => ({ track, frequency: [0.5, 0.75, 0.25, 1][i % 4], enabled: i % 9 !== 8 }))]));
  let nextId = 100;
  const change = (who, base, act) => {
    steer(who);
    if (base !== undefined && base !== now.version) throw new Refusal(-32005, 'the programme has changed');
    const more = act() ?? {};
    now.version++;
    changed(now.version);
    return { version: now.version, ...more };
  };
  const list = () => ({ ...now, playlists: now.playlists.map((one) => ({ ...one, songs: one.library ? 0 : (songs.get(one.id)?.length ?? 0) })) });
  return {
    'programme.get': list,
    'programme.set': ({ station: _, base, ...settings }, who) => change(who, base, () => void Object.assign(now, settings)),
    'programme.put': ({ part, item, base }, who) =>
      change(who, base, () => {
        const id = item.id || nextId++;
        const at = now[part].findIndex((one) => one.id === id);
        now[part].splice(at < 0 ? now[part].length : at, at < 0 ? 0 : 1, { ...item, id });
        if (part === 'playlists' && !songs.has(id)) songs.set(id, []);
        return { id };
      }),
    'programme.remove': ({ part, id, base }, who) =>
      change(who, base, () => {
        if (part === 'playlists' && now.shows.some((one) => one.playlist === id)) throw new Refusal(-32005, 'a show plays it');
        now[part] = now[part].filter((one) => one.id !== id);
      }),
    'programme.request': ({ track }, who) =>
      change(who, undefined, () => {
        if (now.pending.some((one) => one.song === track)) throw new Refusal(-32005, 'it is wished for already');
        now.pending.push({ id: nextId, song: track, asked_ms: Date.now(), by: who.name || who.user || '' });
        return { id: nextId++ };
      }),
    'programme.withdraw': ({ id }, who) => change(who, undefined, () => void (now.pending = now.pending.filter((one) => one.id !== id))),
    'station.listeners': ({ count }) => ({ most: Array.from({ length: count }, (_, i) => Math.max(0, Math.round(14 + 12 * Math.sin(i / 9) + 5 * Math.sin(i * 1.7)))) }),
    'programme.songs': ({ playlist, offset = 0, limit = 50 }) => ({ total: songs.get(playlist).length, songs: songs.get(playlist).slice(offset, offset + limit) }),
    'programme.songs_set': ({ playlist, songs: list, base }, who) => change(who, base, () => void songs.set(playlist, list.map((one) => ({ frequency: 0.5, enabled: true, ...one, track: tracks[one.track - 1] })))),
    'schedule.preview'({ from_ms, to_ms, seed, offset = 0, limit = 500 }) {
      const items = [];
      for (let at = from_ms, i = seed * 7; at < to_ms; i++) {
        const track = tracks[(i * 31 + seed * 17) % tracks.length];
        const jingle = i % 5 === 4;
        const length = jingle ? 12_000 : track.duration_ms;
        items.push({ at_ms: at, until_ms: at + length, offset_ms: 0, track: track.id, playlist: jingle ? 4 : 1 + (i % 3), show: i % 40 < 12 ? 10 : 0, rule: jingle ? 'jingle' : 'rotation', text: jingle ? 'Jingle \u201cStation call\u201d: 4 songs were without one.' : 'Drawn from \u201cEverything\u201d, among 212 songs.', relaxed: i % 37 === 36 });
        at += length;
      }
      const at = (share) => from_ms + (to_ms - from_ms) * share;
      const violations = [
        { at_ms: at(0.2), kind: 'late', subject: 12, text: '\u201cKitchen table\u201d begins 2:14 late.' },
        { at_ms: at(0.3), kind: 'separation', subject: 3, text: 'The same artist after 41 minutes: The Northern Relay.' },
        { at_ms: at(0.55), kind: 'separation', subject: 9, text: 'The same artist after 52 minutes: Marisol Vane.' },
        { at_ms: at(0.7), kind: 'empty', subject: 16, text: '\u201cSummer series\u201d has nothing to play.' },
      ];
      return { items: items.slice(offset, offset + limit), violations, total: items.length };
    },
  };
}
