// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { read, turn, world } from './virtual.mjs';

/** A source of numbered tokens. */
function numbered() {
  const source = async () => `t${++source.made}`;
  source.made = 0;
  return source;
}
const short = (items) => items.map((one) => (one.kind === 'reset' ? 'reset' : `${one.offset}${one.data}`)).join(' ');

describe('the token of a connection', () => {
  it('is told before anything else, and calls wait for that', async () => {
    const w = world({ token: numbered() });
    const called = w.client.call('echo', 1);
    const sub = w.client.subscribe('c');
    await turn();
    assert.deepEqual(w.socket.sent.map((one) => one.method), ['auth.token']);
    const call = await w.socket.answer('auth.token', { user: 'ada', expires_in_ms: null });
    assert.deepEqual(call.params, { token: 't1' });
    await w.socket.subscribed({ c: { offset: 1, epoch: 'e' } });
    await w.socket.answer('echo', 'yes');
    assert.equal(await called, 'yes');
    await sub.ready;
  });

  it('is renewed before its time is over, on the same connection', async () => {
    const source = numbered();
    const w = world({ token: source });
    await turn();
    await w.socket.answer('auth.token', { user: 'ada', expires_in_ms: 30_000 });
    await w.time.pass(23_000);
    assert.equal(source.made, 1);
    await w.time.pass(2_000);
    assert.deepEqual((await w.socket.answer('auth.token', { user: 'ada', expires_in_ms: 30_000 })).params, { token: 't2' });
    assert.equal(w.sockets.length, 1);
    w.client.close();
    await w.time.pass(200_000);
    assert.equal(source.made, 2);
  });

  it('is asked for again when renewing fails for a while', async () => {
    let broken = false;
    const source = () => {
      if (broken) throw new Error('the server of tokens is away');
      return 't';
    };
    const w = world({ token: source });
    await turn();
    await w.socket.answer('auth.token', { user: 'ada', expires_in_ms: 10_000 });
    broken = true;
    await w.time.pass(9_000);
    assert.equal(w.problems[0].message, 'the server of tokens is away');
    broken = false;
    await w.time.pass(20_000);
    await w.socket.answer('auth.token', { user: 'ada', expires_in_ms: 10_000 });
    assert.equal(w.client.state.state, 'online');
  });

  it('comes anew after a break, also after 3005', async () => {
    const w = world({ token: numbered() });
    await turn();
    await w.socket.answer('auth.token', { user: 'ada', expires_in_ms: null });
    w.socket.breakOff(3005, 'expired');
    await w.time.pass(1_000);
    assert.deepEqual((await w.socket.next('auth.token')).params, { token: 't2' });
  });

  it('that is refused is asked for once more, then it is over', async () => {
    const w = world({ token: numbered() });
    await turn();
    await w.socket.refuse('auth.token', -32003, 'the token has expired');
    assert.deepEqual((await w.socket.next('auth.token')).params, { token: 't2' });
    w.socket.receive({ id: 2, error: { code: -32003, message: 'the token is not valid' } });
    await turn();
    assert.deepEqual(w.client.state, { state: 'closed', code: 3500, reason: 'the token is not valid' });
  });

  it('may be none: then we are a stranger', async () => {
    const w = world({ token: () => null });
    const called = w.client.call('echo', 1);
    await turn();
    await w.socket.answer('echo', 1);
    assert.equal(await called, 1);
  });

  it('that cannot be had is tried for again, as if the network were away', async () => {
    const w = world({ token: () => Promise.reject(new Error('away')) });
    await turn();
    assert.equal(w.client.state.state, 'waiting');
    await w.time.pass(30_000);
    assert.ok(w.sockets.length > 1);
  });
});

describe('a private channel', () => {
  it('is subscribed with a token, and a new one when the server has ended it', async () => {
    const w = world();
    await turn();
    let made = 0;
    const sub = w.client.subscribe('$team', { token: (channel) => `${channel}${++made}` });
    let params = await w.socket.subscribed({ $team: { offset: 3, epoch: 'e' } });
    assert.deepEqual(params, { channels: ['$team'], tokens: { $team: '$team1' } });
    w.socket.publish('$team', 4, 'a');
    w.socket.receive({ method: 'channel.ended', params: { channel: '$team', reason: 'the token has expired' } });
    await turn();
    params = await w.socket.subscribed({ $team: { offset: 5, epoch: 'e', recovered: true } }, () => w.socket.publish('$team', 5, 'b'));
    assert.deepEqual(params, { channels: ['$team'], since: { $team: { offset: 4, epoch: 'e' } }, tokens: { $team: '$team2' } });
    assert.equal(short(await read(sub[Symbol.asyncIterator]())), '4a 5b');
  });

  it('that is refused ends its readers with the code', async () => {
    const w = world();
    await turn();
    const sub = w.client.subscribe('$team');
    await w.socket.subscribed({ $team: { error: 'private', code: -32003 } });
    await assert.rejects(sub.ready, { name: 'RpcError', code: -32003, message: 'private' });
  });
});

describe('what the server tells of a channel', () => {
  it('a reset makes everybody start over with the present values', async () => {
    const w = world();
    await turn();
    const sub = w.client.subscribe('c');
    await w.socket.subscribed({ c: { offset: 3, epoch: 'e' } }, () => w.socket.publish('c', 3, 'now'));
    w.socket.receive({ method: 'channel.reset', params: { channel: 'c', offset: 1, epoch: 'f', reason: 'lost' } });
    await turn();
    const params = await w.socket.subscribed({ c: { offset: 2, epoch: 'f' } }, () => w.socket.publish('c', 2, 'new', 'f'));
    assert.deepEqual(params, { channels: ['c'] });
    w.socket.publish('c', 3, 'next', 'f');
    assert.equal(short(await read(sub[Symbol.asyncIterator]())), '3now reset 2new 3next');
  });

  it('numbers that were for others are no gap', async () => {
    const w = world();
    await turn();
    const sub = w.client.subscribe('c');
    await w.socket.subscribed({ c: { offset: 3, epoch: 'e' } });
    w.socket.receive({ method: 'news', params: { channel: 'c', offset: 6, after: 3, epoch: 'e', data: 'a' } });
    await turn();
    assert.equal(short(await read(sub[Symbol.asyncIterator]())), '6a');
    w.socket.receive({ method: 'news', params: { channel: 'c', offset: 9, after: 7, epoch: 'e', data: 'b' } });
    assert.deepEqual((await w.socket.next('channel.subscribe')).params.since, { c: { offset: 6, epoch: 'e' } });
  });
});

describe('the methods of a channel', () => {
  it('are calls with its name', async () => {
    const w = world();
    await turn();
    const chat = w.client.channel('chat:main');
    const cases = [
      [() => chat.publish({ text: 'hi' }, { key: 'k' }), 'channel.publish', { data: { text: 'hi' }, key: 'k' }],
      [() => chat.history({ limit: 5 }), 'channel.history', { limit: 5 }],
      [() => chat.presence(), 'channel.presence', {}],
      [() => chat.info(), 'channel.info', {}],
      [() => chat.edit('7', 'x'), 'channel.edit', { id: '7', data: 'x' }],
      [() => chat.delete('7'), 'channel.delete', { id: '7' }],
    ];
    for (const [ask, method, params] of cases) {
      const asked = ask();
      const call = await w.socket.answer(method, { of: method });
      assert.deepEqual(call.params, { channel: 'chat:main', ...params });
      assert.deepEqual(await asked, { of: method });
    }
  });

  it('publish once, also when the connection breaks before the answer', async () => {
    const w = world();
    await turn();
    const said = w.client.channel('c').publish('hi');
    const first = await w.socket.next('channel.publish');
    w.socket.breakOff();
    await w.time.pass(1_000);
    const again = await w.socket.next('channel.publish');
    assert.deepEqual(again.params, first.params);
    assert.match(first.params.key, /^[0-9a-f]{32}$/);
    w.socket.receive({ id: again.id, result: { id: '1', offset: 1, epoch: 'e', repeated: true } });
    assert.equal((await said).repeated, true);
  });
});
