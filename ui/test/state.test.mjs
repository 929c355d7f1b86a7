// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { browser, FakeSocket, load } from './load.mjs';

browser();
after(() => setTimeout(() => process.exit(), 50).unref());

const track = (id) => ({ id, title: `T${id}`, artist: 'A', album: '', duration_ms: 1000 * id, art: null, state: 'ok' });
const entry = (id, rule = 'request') => ({ id, track: track(id), starts_at_ms: null, duration_ms: 1000, added_by: null, reason: { rule, text: '' } });
const turn = () => new Promise((resolve) => setImmediate(resolve));

let page;
let socket;
const titles = () => page.queue.upNext.value.map((one) => (one.pending ? `${one.track.id}?` : `${one.track.id}`)).join(' ');

async function connected() {
  socket = FakeSocket.last;
  const entries = [entry(1), entry(2), entry(3), entry(4, 'autodj')];
  socket.tell('queue.changed', { version: 10, cursor: 0, total: 4, ops: [{ op: 'reset', entries }] }, 0);
  await socket.answer('channel.subscribe', { channels: { 'station:main': { offset: 0, epoch: 'e' }, library: { offset: 0, epoch: 'l' } } });
  await socket.answer('station.now', {});
  await socket.answer('session.info', { user: null, role: 'admin', name: '', station_role: 'owner', makes_stations: true });
}

beforeEach(async () => {
  page = await load(`
    export * as queue from './state/queue';
    export * as connection from './state/connection';
    export * as notices from './state/notices';
    export * as station from './state/station';
    export * as clock from './state/clock';
    import './state/session';
  `);
  page.connection.start();
  await turn();
  await connected();
});

describe('queue', () => {
  it('shows what is after the cursor', () => assert.equal(titles(), '2 3 4'));

  it('shows an addition at once, before what the AutoDJ has drawn, and marks it until it is told', async () => {
    void page.queue.add([track(9)]);
    assert.equal(titles(), '2 3 9? 4');
    await socket.answer('queue.add', { entries: [9], version: 11 });
    assert.equal(titles(), '2 3 9? 4');
    socket.tell('queue.changed', { version: 11, cursor: 0, total: 5, ops: [{ op: 'insert', at: 3, entry: entry(9) }] }, 1);
    assert.equal(titles(), '2 3 9 4');
  });

  it('shows an addition once when the change is told before the answer', async () => {
    void page.queue.add([track(9)]);
    socket.tell('queue.changed', { version: 11, cursor: 0, total: 5, ops: [{ op: 'insert', at: 3, entry: entry(9) }] }, 1);
    assert.equal(titles(), '2 3 9 4');
    await socket.answer('queue.add', { entries: [9], version: 11 });
    assert.equal(titles(), '2 3 9 4');
  });

  it('takes a refused move back and says why', async () => {
    void page.queue.move(page.queue.upNext.value[0], 2);
    assert.equal(titles(), '3 4 2?');
    await socket.refuse('queue.move', -32001, 'disk full');
    assert.equal(titles(), '2 3 4');
    const shown = page.notices.notices.value;
    assert.equal(shown.length, 1);
    assert.ok(shown[0].bad);
  });

  it('takes a change back when the connection goes away before the answer', async () => {
    void page.queue.remove(page.queue.upNext.value[1]);
    assert.equal(titles(), '2 4');
    socket.breakOff();
    await turn();
    assert.equal(titles(), '2 3 4');
  });

  it('moves with an index of the whole queue', async () => {
    void page.queue.move(page.queue.upNext.value[2], 0);
    const call = await socket.next('queue.move');
    assert.deepEqual(call.params, { station: 'main', entry: 4, to: 1 });
  });

  it('asks for the whole queue when a version is missing', async () => {
    socket.tell('queue.changed', { version: 13, cursor: 0, total: 3, ops: [{ op: 'remove', entry: 3 }] }, 1);
    assert.equal(titles(), '2 3 4');
    await socket.answer('queue.list', { version: 13, cursor: 0, total: 2, entries: [entry(1), entry(7)] });
    assert.equal(titles(), '7');
  });

  it('adds up when each entry plays; what moved away takes its start along for nobody', async () => {
    const planned = (id, at) => ({ ...entry(id), starts_at_ms: at });
    const entries = [planned(1, 5000), planned(2, 6000), planned(3, 7000), entry(4, 'autodj')];
    socket.tell('queue.changed', { version: 11, cursor: 0, total: 4, ops: [{ op: 'reset', entries }] }, 1);
    const starts = () => page.queue.upNext.value.map((one) => [one.id, one.starts_at_ms, one.about_ms]);
    assert.deepEqual(starts(), [[2, 6000, 6000], [3, 7000, 7000], [4, null, 8000]]);
    socket.tell('queue.changed', { version: 12, cursor: 0, total: 4, ops: [{ op: 'move', entry: 4, to: 1 }] }, 2);
    assert.deepEqual(starts(), [[4, null, 6000], [2, null, 7000], [3, null, 8000]]);
    socket.tell('queue.changed', { version: 13, cursor: 0, total: 4, ops: [{ op: 'move', entry: 3, to: 1 }] }, 3);
    assert.deepEqual(starts(), [[3, 6000, 6000], [4, null, 7000], [2, null, 8000]]);
  });

  it('passes over a version that it has already', () => {
    socket.tell('queue.changed', { version: 10, cursor: 0, total: 3, ops: [{ op: 'remove', entry: 3 }] }, 1);
    assert.equal(titles(), '2 3 4');
  });

  it('undoes a removal at its old place', async () => {
    void page.queue.remove(page.queue.upNext.value[1]);
    await socket.answer('queue.remove', { entries: [], version: 11 });
    socket.tell('queue.changed', { version: 11, cursor: 0, total: 3, ops: [{ op: 'remove', entry: 3 }] }, 1);
    page.notices.undoLast();
    const call = await socket.next('queue.add');
    assert.deepEqual(call.params, { station: 'main', tracks: [3], at: 2 });
  });
});

describe('connection', () => {
  it('asks again for what is missing when an offset is left out', async () => {
    socket.tell('listeners.changed', { total: 3, mounts: {} }, 5);
    const call = await socket.next('channel.subscribe');
    assert.equal(call.params.since['station:main'].offset, 0);
    assert.equal(page.station.listeners.value, null);
  });

  it('gives its last place when it comes back', async () => {
    socket.tell('listeners.changed', { total: 3, mounts: {} }, 1);
    socket.breakOff();
    page.connection.retryNow();
    await turn();
    const call = await FakeSocket.last.next('channel.subscribe');
    assert.deepEqual(call.params.since, { 'station:main': { offset: 1, epoch: 'e' }, library: { offset: 0, epoch: 'l' } });
  });
});

describe('what is heard', () => {
  const onAir = (id, at) => ({ entry: id, track: track(id), starts_at_ms: at, duration_ms: 1000, added_by: null, reason: { rule: '', text: '' }, accent: null });

  it('is the item under the heard position, not the one that the station is at', () => {
    let ear = 4500;
    page.clock.setEar(() => ear);
    const now = { station: 'main', name: 'N', state: 'playing', time_ms: 0, position_ms: 4000, current: onAir(1, 4000), next: onAir(2, 5000), listeners: 1 };
    socket.tell('station.now', now, 1);
    socket.tell('station.now', { ...now, position_ms: 5000, current: onAir(2, 5000), next: null }, 2);
    assert.equal(page.station.heard.value.entry, 1);
    ear = 5001;
    page.clock.tick();
    assert.equal(page.station.heard.value.entry, 2);
    page.clock.setEar(() => null);
  });

  it('does not change inside sound that has arrived, and believes the start that is told later', () => {
    let ear = 4500;
    page.clock.setEar(
      () => ear,
      () => 8000,
    );
    const now = { station: 'main', name: 'N', state: 'playing', time_ms: 0, position_ms: 5000, current: onAir(1, 4000), next: onAir(2, 90_000), listeners: 1 };
    socket.tell('station.now', { ...now, position_ms: 5500 }, 1);
    socket.tell('station.now', { ...now, position_ms: 6000, current: onAir(2, 6000), next: null }, 2);
    ear = 7000;
    page.clock.tick();
    assert.equal(page.station.heard.value.entry, 1);
    socket.tell('station.now', { ...now, current: onAir(2, 9000), next: null }, 3);
    ear = 8500;
    page.clock.tick();
    assert.equal(page.station.heard.value.entry, 1);
    ear = 9001;
    page.clock.tick();
    assert.equal(page.station.heard.value.entry, 2);
    page.clock.setEar(() => null);
  });
});

describe('what comes next', () => {
  it('does not begin inside sound that has arrived either', () => {
    const onAir = (id, at) => ({ entry: id, track: track(id), starts_at_ms: at, duration_ms: 90_000, added_by: null, reason: { rule: '', text: '' }, accent: null });
    let ear = 4500;
    page.clock.setEar(
      () => ear,
      () => 8000,
    );
    const now = { station: 'main', name: 'N', state: 'playing', time_ms: 0, position_ms: 5500, current: onAir(1, 4000), next: onAir(2, 94_000), listeners: 1 };
    socket.tell('station.now', now, 1);
    socket.tell('station.now', { ...now, position_ms: 6000, next: onAir(2, 6010) }, 2);
    ear = 6100;
    page.clock.tick();
    assert.equal(page.station.heard.value.entry, 1);
    socket.tell('station.now', { ...now, position_ms: 6400, next: onAir(2, 7500) }, 3);
    ear = 7499;
    page.clock.tick();
    assert.equal(page.station.heard.value.entry, 1);
    ear = 7501;
    page.clock.tick();
    assert.equal(page.station.heard.value.entry, 2, 'a start that is told late is believed though its sound is here');
    page.clock.setEar(() => null);
  });
});

describe('accent', () => {
  it('can be read on the surface whatever the artwork is', async () => {
    const { contrast, readable } = await load("export { contrast, readable } from './accent';");
    const [paper, night] = [[0xea, 0xe2, 0xd5], [0x2a, 0x25, 0x1e]];
    for (const colour of [[255, 255, 0], [255, 255, 255], [0, 0, 0], [200, 30, 30], [20, 30, 200], [128, 128, 128]]) {
      assert.ok(contrast(readable(colour, paper, [0x1c, 0x18, 0x12]), paper) >= 4.5, `${colour} on paper`);
      assert.ok(contrast(readable(colour, night, [0xff, 0xf8, 0xec]), night) >= 4.5, `${colour} at night`);
    }
  });
});

describe('languages', () => {
  it('say the same things', async () => {
    const { en, de } = await load("export { en } from './strings/en'; export { de } from './strings/de';");
    assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort());
    assert.equal(de.keys.length, en.keys.length);
    assert.deepEqual(Object.keys(de.refusedText), Object.keys(en.refusedText));
  });
});

describe('presence', () => {
  it('who is here is who has the station, not who looks at the library or talks', () => {
    const present = (channel, epoch, total) =>
      socket.receive({ method: 'presence.changed', params: { channel, epoch, offset: 0, data: { users: [], total, connections: total }, present: true } });
    present('station:main', 'e', 3);
    present('library', 'l', 1);
    present('chat:main', 'c', 2);
    assert.equal(page.station.presence.value.total, 3);
  });
});
