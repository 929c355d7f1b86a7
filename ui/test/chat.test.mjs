// SPDX-License-Identifier: Apache-2.0
// The state of the chat: what is told, what we say on top of it, breaks, undo, what nobody has read.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { browser, FakeSocket, load } from './load.mjs';

browser();
after(() => setTimeout(() => process.exit(), 50).unref());

const turn = () => new Promise((resolve) => setImmediate(resolve));
const data = (id, text, more = {}) => ({ id, user: 'mara', name: 'Mara', at_ms: 1_000, edited_ms: null, data: { text, key: `k-${id}` }, ...more });
const row = (offset, id, text) => ({ offset, method: 'channel.message', data: data(id, text) });

let page;
let socket;
const tell = (method, told, offset) => socket.receive({ method, params: { channel: 'chat:main', epoch: 'c', offset, data: told } });
const texts = () => page.chat.lines.value.map((line) => (line.text === undefined ? `${line.came ? '+' : '-'}${line.name}` : line.pending ? `${line.text}?` : line.text)).join(' | ');
const notices = () => page.notices.notices.value;

async function subscribed(position, extra = {}) {
  socket = FakeSocket.last;
  const call = await socket.next('channel.subscribe');
  const channels = Object.fromEntries(call.params.channels.map((name) => [name, { offset: 0, epoch: 'e' }]));
  channels['chat:main'] = { offset: position, epoch: 'c', ...extra };
  socket.receive({ id: call.id, result: { channels } });
  await turn();
  return call;
}

beforeEach(async () => {
  localStorage.clear();
  sessionStorage.clear();
  page = await load(`
    export * as chat from './state/chat';
    export * as connection from './state/connection';
    export * as notices from './state/notices';
    export * as view from './state/view';
    import './state/session';
  `);
  page.chat.startChat();
  page.connection.start();
  await turn();
  await subscribed(3);
  await socket.answer('channel.history', { messages: [row(3, 'c', 'three'), row(1, 'a', 'one')], offset: 3, epoch: 'c', complete: true });
  await socket.answer('station.now', {});
  await socket.answer('session.info', { user: null, role: 'anyone', name: 'Ines', station_role: null, makes_stations: false });
});

describe('chat', () => {
  it('shows the history from the oldest to the newest, and what comes after it', () => {
    assert.equal(texts(), 'one | three');
    tell('channel.message', data('d', 'four'), 4);
    assert.equal(texts(), 'one | three | four');
  });

  it('waits for the history although other news of the channel come first', async () => {
    socket.breakOff();
    await turn();
    page.connection.retryNow();
    await turn();
    socket = FakeSocket.last;
    const call = await socket.next('channel.subscribe');
    tell('presence.changed', { users: [], total: 1 }, 9);
    const channels = Object.fromEntries(call.params.channels.map((name) => [name, { offset: 0, epoch: 'e' }]));
    channels['chat:main'] = { offset: 9, epoch: 'new', recovered: false, reason: 'another epoch' };
    socket.receive({ id: call.id, result: { channels } });
    await turn();
    socket.receive({ method: 'presence.changed', params: { channel: 'chat:main', epoch: 'new', offset: 9, data: { users: [], total: 2 } } });
    socket.receive({ method: 'channel.message', params: { channel: 'chat:main', epoch: 'new', offset: 10, data: data('y', 'came early') } });
    assert.equal(page.chat.lines.value, null);
    await socket.answer('channel.history', { messages: [row(9, 'z', 'new life')], offset: 9, epoch: 'new', complete: true });
    assert.equal(texts(), 'new life | came early');
  });

  it('shows a message at once, marked until it is told, and once', async () => {
    page.chat.send('  hello ');
    assert.equal(texts(), 'one | three | hello?');
    const call = await socket.next('channel.publish');
    assert.equal(call.params.data.text, 'hello');
    assert.equal(call.params.key, call.params.data.key);
    socket.receive({ id: call.id, result: { id: 'm', offset: 4, epoch: 'c' } });
    await turn();
    assert.equal(texts(), 'one | three | hello?');
    tell('channel.message', data('m', 'hello', { user: null, name: 'Ines', data: call.params.data }), 4);
    assert.equal(texts(), 'one | three | hello');
  });

  it('shows it once when it is told before the answer', async () => {
    page.chat.send('hello');
    const call = await socket.next('channel.publish');
    tell('channel.message', data('m', 'hello', { user: null, name: 'Ines', data: call.params.data }), 4);
    assert.equal(texts(), 'one | three | hello');
    socket.receive({ id: call.id, result: { id: 'm', offset: 4, epoch: 'c' } });
    await turn();
    assert.equal(texts(), 'one | three | hello');
    assert.ok(page.chat.isMine(page.chat.lines.value.at(-1)));
    assert.ok(page.chat.canChange(page.chat.lines.value.at(-1)));
  });

  it('takes a refused message back into the field and says why', async () => {
    page.chat.send('hello');
    await socket.refuse('channel.publish', -32001, 'no broker');
    assert.equal(texts(), 'one | three');
    assert.equal(page.chat.draft.value, 'hello');
    assert.ok(notices()[0].bad);
  });

  it('does not lose what was typed meanwhile', async () => {
    page.chat.send('hello');
    page.chat.draft.value = 'and then';
    await socket.refuse('channel.publish', -32006, 'too fast');
    assert.equal(page.chat.draft.value, 'hello\nand then');
  });

  it('sends nothing that is empty or too long', () => {
    page.chat.send(' \n ');
    page.chat.send('x'.repeat(page.chat.longest + 1));
    assert.equal(texts(), 'one | three');
  });

  it('keeps a message over a break and sends it again under the same key', async () => {
    page.chat.send('hello');
    const first = await socket.next('channel.publish');
    socket.breakOff();
    await turn();
    assert.equal(texts(), 'one | three | hello?');
    assert.equal(notices().length, 0);
    page.connection.retryNow();
    await turn();
    const call = await subscribed(5, { recovered: true });
    assert.deepEqual(call.params.since['chat:main'], { offset: 3, epoch: 'c' });
    const again = await socket.next('channel.publish');
    assert.equal(again.params.key, first.params.key);
    tell('channel.message', data('m', 'hello', { user: null, name: 'Ines', data: again.params.data }), 6);
    assert.equal(texts().match(/hello/g).length, 1);
  });

  it('shows what was missed once, in order', async () => {
    socket.breakOff();
    await turn();
    page.connection.retryNow();
    await turn();
    socket = FakeSocket.last;
    const call = await socket.next('channel.subscribe');
    for (const [offset, id] of [[4, 'd'], [5, 'e']]) tell('channel.message', data(id, id), offset);
    const channels = Object.fromEntries(call.params.channels.map((name) => [name, { offset: 0, epoch: 'e', recovered: true }]));
    channels['chat:main'] = { offset: 5, epoch: 'c', recovered: true };
    socket.receive({ id: call.id, result: { channels } });
    await turn();
    tell('channel.message', data('e', 'e'), 5);
    assert.equal(texts(), 'one | three | d | e');
  });

  it('starts over when the server says so', async () => {
    socket.breakOff();
    await turn();
    page.connection.retryNow();
    await turn();
    await subscribed(1, { epoch: 'new', recovered: false, reason: 'another epoch' });
    await socket.answer('channel.history', { messages: [row(1, 'z', 'new life')], offset: 1, epoch: 'new', complete: true });
    assert.equal(texts(), 'new life');
  });
});

describe('changes', () => {
  it('of others replace and take away', () => {
    tell('channel.edited', data('a', 'uno', { edited_ms: 5 }), 4);
    assert.equal(texts(), 'uno | three');
    assert.ok(page.chat.lines.value[0].edited);
    tell('channel.deleted', { id: 'a' }, 5);
    assert.equal(texts(), 'three');
  });

  it('of ours show at once; a refused one is taken back with a sentence', async () => {
    void page.chat.edit(page.chat.lines.value[0], 'uno');
    assert.equal(texts(), 'uno? | three');
    await socket.refuse('channel.edit', -32003, 'not yours');
    assert.equal(texts(), 'one | three');
    assert.ok(notices()[0].bad);
  });

  it('an edit is undone with the text that was there', async () => {
    void page.chat.edit(page.chat.lines.value[0], 'uno');
    await socket.answer('channel.edit', { offset: 4, epoch: 'c' });
    tell('channel.edited', data('a', 'uno', { edited_ms: 5 }), 4);
    assert.ok(page.notices.undoLast());
    const call = await socket.next('channel.edit');
    assert.equal(call.params.data.text, 'one');
  });

  it('a removed message is emptied for everybody, comes back in its place, and is deleted when nobody wants it back', async () => {
    void page.chat.remove(page.chat.lines.value[0]);
    assert.equal(texts(), 'three');
    const empty = await socket.next('channel.edit');
    assert.deepEqual(empty.params.data, { removed: true });
    socket.receive({ id: empty.id, result: { offset: 4, epoch: 'c' } });
    tell('channel.edited', data('a', '', { data: { removed: true } }), 4);
    await turn();
    assert.equal(texts(), 'three');
    page.notices.undoLast();
    const back = await socket.next('channel.edit');
    tell('channel.edited', data('a', 'one', { data: back.params.data }), 5);
    assert.equal(texts(), 'one | three');
    socket.receive({ id: back.id, result: { offset: 5, epoch: 'c' } });
    await turn();

    void page.chat.remove(page.chat.lines.value[0]);
    await socket.answer('channel.edit', { offset: 6, epoch: 'c' });
    page.notices.dismiss(notices().at(-1).id);
    assert.equal((await socket.next('channel.delete')).params.id, 'a');
  });

  it('without a login only what this connection said can be changed', async () => {
    assert.ok(!page.chat.canChange(page.chat.lines.value[0]));
  });
});

describe('people of the chat', () => {
  it('come and go among the messages; who is back at once never left', () => {
    tell('channel.joined', { user: 'jonas', name: 'Jonas' }, 4);
    tell('channel.message', data('d', 'four'), 5);
    tell('channel.left', { user: 'jonas', name: 'Jonas' }, 6);
    assert.equal(texts(), 'one | three | +Jonas | four | -Jonas');
    tell('channel.joined', { user: 'jonas', name: 'Jonas' }, 7);
    assert.equal(texts(), 'one | three | +Jonas | four');
  });

  it('we are not told of ourselves', () => {
    tell('channel.joined', { user: null, name: 'Ines' }, 4);
    assert.equal(texts(), 'one | three');
  });
});

describe('what nobody has read', () => {
  it('is counted while the panel is not in sight, and marked where it begins', () => {
    tell('channel.message', data('d', 'four'), 4);
    tell('channel.message', data('e', 'five'), 5);
    assert.equal(page.chat.unread.value, 2);
    assert.equal(page.chat.firstUnread.value, 'k-d');
    page.view.choose('chat');
    assert.equal(page.chat.unread.value, 0);
    assert.equal(page.chat.firstUnread.value, 'k-d', 'the mark stays while one reads');
    tell('channel.message', data('f', 'six'), 6);
    assert.equal(page.chat.unread.value, 0);
    assert.equal(page.chat.spoken.value, 'Mara: six');
  });

  it('is not what we said ourselves', async () => {
    page.chat.send('hello');
    const call = await socket.next('channel.publish');
    tell('channel.message', data('m', 'hello', { user: null, name: 'Ines', data: call.params.data }), 4);
    assert.equal(page.chat.unread.value, 0);
  });
});

describe('the operator’s page', () => {
  it('says the same things in every language', async () => {
    const { en, de } = await load("export { en } from './strings/platform_en'; export { de } from './strings/platform_de';");
    for (const part of ['', 'fields', 'whos', 'recoveries', 'brokers']) {
      assert.deepEqual(Object.keys(part ? de[part] : de).sort(), Object.keys(part ? en[part] : en).sort(), part);
    }
  });

  it('reads figures as people do', async () => {
    const { bytes, rate, ceiling } = await load("export * from './parts/platform/figures';");
    assert.deepEqual([0, 999, 1_500, 12_000_000].map(bytes), ['0 B', '999 B', '1.5 KB', '12 MB']);
    assert.deepEqual([0, 0.44, 12.4, 3_400].map(rate), ['0', '0.4', '12', '3,400']);
    assert.deepEqual([0, 1, 3, 12, 51].map(ceiling), [1, 1, 5, 20, 100]);
  });
});
