// SPDX-License-Identifier: Apache-2.0
// The programme that is looked at: our changes at once, in turn, taken away when refused, sent again after others'.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { browser, FakeSocket, load } from './load.mjs';

browser();
after(() => setTimeout(() => process.exit(), 50).unref());

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
const show = (id, more = {}) => ({ id, name: `show ${id}`, playlist: 1, days: ['MON'], time: '20:00:00', duration_s: 3600, random_play: true, enabled: true, start: 'boundary', jingles: true, requests: false, ...more });
const told = (version, more = {}) => ({
  enabled: true, zone: 'UTC', default_playlist: 1, version, separation: { song_s: 0, title_s: 0, artist_s: 0, album_s: 0 }, requests: { enabled: true, every_songs: 2 },
  playlists: [{ id: 1, name: 'all', enabled: true, ordered: false, library: true }], shows: [show(10)], clocks: [], dayparts: [], jingles: [], events: [], limits: [], pending: [], ...more,
});

let page, socket, stop;
beforeEach(async () => {
  page = await load(`
    export * as plan from './state/programme/programme';
    export * as songs from './state/programme/songs';
    export * as preview from './state/programme/preview';
    export * as listening from './state/programme/listening';
    export * as directory from './state/directory';
    export * as fleet from './state/fleet';
    export * as connection from './state/connection';
    export * as notices from './state/notices';
  `);
  page.connection.start([]);
  await turn();
  socket = FakeSocket.last;
  stop = page.plan.watchProgramme();
  await socket.answer('programme.get', told(5));
});
const end = () => stop();
const now = () => page.plan.programme.value;

describe('changes of the programme', () => {
  it('show at once, carry the version they are made on, and stay', async () => {
    const done = page.plan.put('shows', show(10, { time: '21:00:00' }));
    assert.equal(now().shows[0].time, '21:00:00');
    assert.equal(page.plan.isSaving.value, true);
    const call = await socket.next('programme.put');
    assert.deepEqual([call.params.part, call.params.item.time, call.params.base, call.params.station], ['shows', '21:00:00', 5, 'main']);
    socket.receive({ id: call.id, result: { version: 6, id: 10 } });
    assert.equal(await done, 10);
    assert.equal(now().version, 6);
    assert.equal(now().shows[0].time, '21:00:00');
    assert.equal(page.plan.isSaving.value, false);
    end();
  });

  it('of others are fetched when they are told, our own are not', async () => {
    const event = (version) => socket.receive({ method: 'programme.changed', params: { version } });
    event(5);
    await turn();
    assert.ok(!socket.sent.some(({ method }) => method === 'programme.get'), 'it is known');
    const done = page.plan.put('shows', show(10, { time: '21:00:00' }));
    const call = await socket.next('programme.put');
    event(6);
    socket.receive({ id: call.id, result: { version: 6, id: 10 } });
    await done;
    await turn();
    assert.ok(!socket.sent.some(({ method }) => method === 'programme.get'), 'it is ours');
    event(7);
    await socket.answer('programme.get', told(7, { shows: [] }));
    assert.equal(now().shows.length, 0);
    end();
  });

  it('asking for a song: there at once, gone when it is refused', async () => {
    const done = page.plan.request({ id: 7, title: 'Blue Hour' });
    assert.deepEqual(now().pending.map(({ song }) => song), [7]);
    const call = await socket.next('programme.request');
    assert.equal(call.params.track, 7);
    socket.receive({ id: call.id, error: { code: -32005, message: 'it is wished for already' } });
    await socket.answer('programme.get', told(5));
    await done;
    assert.equal(now().pending.length, 0);
    end();
  });

  it('one that came after somebody else\'s is fetched with theirs', async () => {
    const done = page.plan.request({ id: 7, title: 'Blue Hour' });
    const call = await socket.next('programme.request');
    socket.receive({ id: call.id, result: { version: 7, id: 101 } });
    await socket.answer('programme.get', told(7, { shows: [], pending: [{ id: 101, song: 7, asked_ms: 1, by: 'mara' }] }));
    await done;
    await turn();
    assert.equal(now().shows.length, 0);
    assert.deepEqual(now().pending.map(({ id, by }) => [id, by]), [[101, 'mara']]);
    end();
  });

  it('are sent one after the other, each on the version of the last', async () => {
    void page.plan.put('shows', show(10, { time: '21:00:00' }));
    void page.plan.put('shows', show(10, { time: '22:00:00' }));
    const first = await socket.next('programme.put');
    await turn();
    assert.ok(!socket.sent.some(({ method }) => method === 'programme.put'), 'the second waits');
    socket.receive({ id: first.id, result: { version: 6, id: 10 } });
    const second = await socket.next('programme.put');
    assert.deepEqual([second.params.base, second.params.item.time], [6, '22:00:00']);
    assert.equal(now().shows[0].time, '22:00:00');
    end();
  });

  it('are taken away when refused, and those behind them stay', async () => {
    void page.plan.put('shows', show(10, { time: '21:00:00' }));
    void page.plan.change({ zone: 'Europe/Berlin' });
    await socket.refuse('programme.put', -32003, 'no');
    await turn();
    assert.equal(now().shows[0].time, '20:00:00');
    assert.equal(now().zone, 'Europe/Berlin');
    assert.match(page.notices.notices.value.at(-1).text, /not changed/);
    await socket.answer('programme.set', { version: 6 });
    await turn();
    assert.equal(now().zone, 'Europe/Berlin');
    end();
  });

  it('of something else by somebody else are fetched, and ours is sent again', async () => {
    const done = page.plan.put('shows', show(10, { time: '21:00:00' }));
    await socket.refuse('programme.put', -32005, 'the programme has changed');
    await socket.answer('programme.get', told(8, { zone: 'Asia/Tokyo' }));
    const again = await socket.next('programme.put');
    assert.equal(again.params.base, 8);
    socket.receive({ id: again.id, result: { version: 9, id: 10 } });
    assert.equal(await done, 10);
    assert.deepEqual([now().zone, now().shows[0].time], ['Asia/Tokyo', '21:00:00']);
    end();
  });

  it('of the same by somebody else win, and that is said', async () => {
    const done = page.plan.put('shows', show(10, { time: '21:00:00' }));
    await socket.refuse('programme.put', -32005, 'the programme has changed');
    await socket.answer('programme.get', told(8, { shows: [show(10, { time: '06:00:00' })] }));
    assert.equal(await done, null);
    assert.equal(now().shows[0].time, '06:00:00');
    assert.match(page.notices.notices.value.at(-1).text, /somebody else/);
    end();
  });

  it('that are in conflict by themselves are refused with the reason', async () => {
    const done = page.plan.remove('playlists', 1);
    assert.equal(now().playlists.length, 0);
    await socket.refuse('programme.remove', -32005, 'a show plays it');
    await socket.answer('programme.get', told(5));
    assert.equal(await done, false);
    assert.equal(now().playlists.length, 1);
    assert.match(page.notices.notices.value.at(-1).text, /a show plays it/);
    end();
  });

  it('can be undone: what was made goes, what was deleted comes back', async () => {
    const made = page.plan.put('shows', show(0, { name: 'new' }));
    assert.ok(now().shows[1].id < 0, 'no id of its own yet');
    const call = await socket.next('programme.put');
    assert.equal(call.params.item.id, 0);
    socket.receive({ id: call.id, result: { version: 6, id: 11 } });
    assert.equal(await made, 11);
    assert.deepEqual(now().shows.map(({ id }) => id), [10, 11]);
    page.notices.undoLast();
    const gone = await socket.next('programme.remove');
    assert.equal(gone.params.id, 11);
    socket.receive({ id: gone.id, result: { version: 7 } });
    await turn();
    assert.deepEqual(now().shows.map(({ id }) => id), [10]);
    end();
  });

  it('an old answer never overwrites a newer one', async () => {
    void page.plan.refresh();
    const late = await socket.next('programme.get');
    void page.plan.put('shows', show(10, { time: '21:00:00' }), false);
    await socket.answer('programme.put', { version: 6, id: 10 });
    socket.receive({ id: late.id, result: told(5) });
    await turn();
    assert.equal(now().shows[0].time, '21:00:00');
    end();
  });
});

describe('what is worked out', () => {
  it('songs are put, moved and taken out', () => {
    const songs = [1, 2, 3].map((id) => ({ track: { id }, frequency: 0.5, enabled: true }));
    const ids = (list) => list.map((song) => song.track.id);
    assert.deepEqual(ids(page.songs.shifted(songs, 0, 2)), [2, 3, 1]);
    assert.deepEqual(ids(page.songs.without(songs, 1)), [1, 3]);
    assert.deepEqual(ids(page.songs.joined(songs, [{ id: 3 }, { id: 4 }, { id: 4 }])), [1, 2, 3, 4]);
    end();
  });

  it('violations in groups, the worst first; the item at a moment', () => {
    const violations = [{ kind: 'late' }, { kind: 'silence' }, { kind: 'late' }];
    assert.deepEqual(page.preview.grouped(violations).map(({ kind, list }) => [kind, list.length]), [['silence', 1], ['late', 2]]);
    const items = [0, 10, 20].map((at) => ({ at_ms: at, until_ms: at + 10 }));
    assert.deepEqual([-5, 0, 10, 19, 25, 99].map((at) => page.preview.indexAt(items, at)), [0, 0, 1, 1, 2, 3]);
    end();
  });

  it('a preview is fetched page by page, until it is whole', async () => {
    const looking = page.preview.look(1, 0);
    const first = await socket.next('schedule.preview');
    assert.deepEqual([first.params.offset, first.params.to_ms], [0, 86_400_000]);
    socket.receive({ id: first.id, result: { items: [{ at_ms: 1 }, { at_ms: 2 }], violations: [], total: 3 } });
    const second = await socket.next('schedule.preview');
    assert.equal(second.params.offset, 2);
    socket.receive({ id: second.id, result: { items: [{ at_ms: 3 }], violations: [{ kind: 'late' }], total: 3 } });
    await looking;
    assert.deepEqual(page.preview.preview.value.items.map(({ at_ms }) => at_ms), [1, 2, 3]);
    end();
  });

  it('listeners over time: whole steps up to now, with those who listen now', async () => {
    const { listening } = page;
    const asked = listening.ask('day', 1_000_000_000_000 + 12_345);
    const call = await socket.next('station.listeners');
    assert.deepEqual(call.params, { station: 'main', from_ms: 1_000_000_000_000 - (1_000_000_000_000 % 900_000) - 95 * 900_000, step_s: 900, count: 96 });
    socket.receive({ id: call.id, result: { most: [1, ...Array(94).fill(0), 2] } });
    const known = await asked;
    assert.equal(known.to_ms - known.from_ms, 86_400_000);
    assert.equal(listening.withNow(known, 5).at(-1), 5);
    assert.equal(listening.withNow(known, 1).at(-1), 2);
    assert.equal(listening.peak([0, 3, 1, 3]), 3);
    assert.equal(listening.peak([0, 0]), null);
    assert.equal(listening.lineOf([2, 2, 0, 4], 100, 42), 'M0 21.0H50.0V41.0H75.0V1.0H100');
    end();
  });

  it('the directory keeps what it was told, and is searched by name and by what plays', () => {
    const list = [{ station: 'a', name: 'Harbour', now: { id: 1, title: 'Blue Hour', artist: 'Vane' }, listeners: 1 }, { station: 'b', name: 'Night', now: null, listeners: 0 }];
    const before = page.directory.told(page.directory.merged([], list), { station: 'b', name: 'Night Bus', current: { track: { id: 7, title: 'Ferry', artist: 'Okoro' }, accent: '#123456' }, listeners: 3 });
    assert.deepEqual([before[1].name, before[1].now.title, before[1].accent, before[1].listeners], ['Night Bus', 'Ferry', '#123456', 3]);
    const again = page.directory.merged(before, [list[0], { ...list[1], now: { id: 7 } }]);
    assert.equal(again[1].accent, '#123456');
    assert.equal(page.directory.merged(before, [{ ...list[1], now: { id: 8 } }])[0].accent, null);
    assert.ok(page.directory.matches(before[0], 'blue harb'));
    assert.ok(!page.directory.matches(before[1], 'blue'));
    end();
  });

  it('what is wrong with a fleet, the worst first', () => {
    const well = { role: 'active', lease_holder: 'a', broken_radios: 0, writes_failed: 0, reports_waiting: 3, threads: [{ thread: 'bus', running: true }] };
    const streamer = { streamer: 's', status: 'ok' };
    assert.deepEqual(page.fleet.troubles(well, [streamer]), []);
    assert.deepEqual(page.fleet.troubles({ ...well, role: 'standby', lease_holder: null, broken_radios: 2, threads: [{ thread: 'bus', running: false }] }, [{ ...streamer, status: 'waiting' }]), ['bus', 'standby', 'broken', 'waiting']);
    assert.deepEqual(page.fleet.troubles({ ...well, writes_failed: 1, reports_waiting: 1_000 }, []), ['writes', 'reports']);
    end();
  });

  it('both languages say the same things', async () => {
    const { en, de } = await load("export { en } from './strings/programme_en'; export { de } from './strings/programme_de';");
    const shape = (one) => (Array.isArray(one) ? one.length : typeof one === 'object' ? Object.fromEntries(Object.entries(one).map(([key, value]) => [key, shape(value)])) : typeof one);
    assert.deepEqual(shape(de), shape(en));
    end();
  });
});
