// SPDX-License-Identifier: Apache-2.0
// A playlist that is looked at: our changes at once, the server's when they are told, back when they are refused.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { browser, FakeSocket, load } from './load.mjs';

browser();
location.hash = '#/music/playlist/Friday';
after(() => setTimeout(() => process.exit(), 50).unref());

const track = (id) => ({ id, title: `T${id}`, artist: 'A', album: '', duration_ms: 1000 * id, art: null, state: 'ok' });
const turn = () => new Promise((resolve) => setImmediate(resolve));
const answer = (ids) => ({ name: 'Friday', active: false, position: -1, total: ids.length, entries: ids.map((id, i) => ({ id: i, track: track(id) })) });

let page;
let socket;
const shown = () => page.lists.opened.value?.tracks.map((one) => one.id).join(' ');

beforeEach(async () => {
  page = await load(`
    export * as lists from './state/music/lists';
    export * as connection from './state/connection';
    export * as notices from './state/notices';
  `);
  page.connection.start([]);
  await turn();
  socket = FakeSocket.last;
  void page.lists.open('Friday');
  await socket.answer('playlist.get', answer([1, 2, 3]));
});

describe('a playlist', () => {
  it('is shown as it is', () => assert.equal(shown(), '1 2 3'));

  it('has a moved song in its new place at once, and asks how it is afterwards', async () => {
    void page.lists.moveIn(0, 2);
    assert.equal(shown(), '2 3 1');
    await socket.answer('playlist.move', { name: 'Friday', active: false, entries: 3 });
    await socket.answer('playlist.get', answer([2, 3, 1, 4]));
    assert.equal(shown(), '2 3 1 4');
  });

  it('takes a refused move back and says why', async () => {
    void page.lists.moveIn(0, 2);
    await socket.refuse('playlist.move', -32001, 'disk full');
    assert.equal(shown(), '1 2 3');
    assert.ok(page.notices.notices.value.at(-1).bad);
  });

  it('gives a removed song back in its place', async () => {
    void page.lists.removeAt(1);
    assert.equal(shown(), '1 3');
    await socket.answer('playlist.remove', { name: 'Friday', active: false, entries: 2 });
    await socket.answer('playlist.get', answer([1, 3]));
    page.notices.undoLast();
    await turn();
    const call = await socket.next('playlist.add');
    assert.deepEqual([call.params.tracks, call.params.at], [[2], 1]);
    assert.equal(shown(), '1 2 3');
  });

  it('shows what is dropped before the server has it, and loses it when there is no connection', async () => {
    void page.lists.addTo('Friday', { label: 'T9', tracks: async () => [track(9)] }, 0);
    await turn();
    assert.equal(shown(), '9 1 2 3');
    socket.breakOff();
    await turn();
    assert.equal(shown(), '1 2 3');
  });

  it('is sent in parts of a thousand', async () => {
    const many = Array.from({ length: 2_300 }, (_, i) => track(i + 1));
    void page.lists.addTo('Other', { label: 'All', tracks: async () => many });
    for (const size of [1_000, 1_000, 300]) {
      const call = await socket.next('playlist.add');
      assert.equal(call.params.tracks.length, size);
      socket.receive({ id: call.id, result: { name: 'Other', active: false, entries: 0 } });
    }
  });

  it('that was deleted is made again with what was in it', async () => {
    void page.lists.erase('Friday');
    await socket.answer('playlist.delete', { name: 'Friday', tracks: [1, 2, 3], query: null });
    await turn();
    page.notices.undoLast();
    const call = await socket.next('playlist.create');
    assert.deepEqual([call.params.name, call.params.tracks], ['Friday', [1, 2, 3]]);
  });
});
