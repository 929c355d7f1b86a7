// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backoff_ms, reconnects } from '../dist/index.js';
import { turn, world } from './virtual.mjs';

describe('back-off', () => {
  it('is between half a second and twenty, and reaches further with each failure', () => {
    const cases = [
      [0, 0, 500],
      [0, 1, 1000],
      [3, 1, 4500],
      [6, 0.5, 10_500],
      [6, 1, 20_000],
      [400, 1, 20_000],
      [400, 0, 500],
    ];
    for (const [failures, random, want] of cases) assert.equal(backoff_ms(failures, () => random), want, `${failures}, ${random}`);
  });

  it('follows each failure, and begins anew after a connection that lasted', async () => {
    const w = world({ transports: ['websocket'] });
    w.blocked = true;
    await w.time.pass(60_000);
    const waits = w.states.filter((one) => one.state === 'waiting').map((one) => one.retryIn);
    assert.deepEqual(waits.slice(0, 8), [750, 1000, 1500, 2500, 4500, 8500, 10_500, 10_500]);
    w.blocked = false;
    await w.time.pass(12_000);
    assert.equal(w.client.state.state, 'online');
    await w.time.pass(6_000);
    w.socket.breakOff();
    assert.equal(w.client.state.retryIn, 750);
  });

  it('does not begin anew after a connection that was cut at once', async () => {
    const w = world({ transports: ['websocket'] });
    for (const want of [750, 1000, 1500]) {
      await turn();
      w.socket.receive({ method: 'x' });
      w.socket.breakOff(3013, 'too many requests');
      assert.equal(w.client.state.retryIn, want);
      await w.time.pass(want);
    }
  });
});

describe('a close code', () => {
  it('says whether to come back', () => {
    for (const code of [1000, 1001, 1005, 1006, 1009, 1011, 1012, 3000, 3001, 3008, 3012, 3499, 4000, 4499]) assert.ok(reconnects(code), code);
    for (const code of [1002, 1003, 1007, 1008, 3500, 3501, 3999, 4500, 4999]) assert.ok(!reconnects(code), code);
  });

  it('of 3500 ends it until connect() is called', async () => {
    const w = world();
    await turn();
    w.socket.breakOff(3500, 'bad token');
    assert.deepEqual(w.client.state, { state: 'closed', code: 3500, reason: 'bad token' });
    await w.time.pass(100_000);
    assert.equal(w.sockets.length, 1);
    w.client.connect();
    await turn();
    assert.equal(w.client.state.state, 'online');
  });

  it('of close() is final, and no timer is left', async () => {
    const w = world();
    await turn();
    w.client.close();
    assert.equal(w.socket.closed, 1000);
    assert.deepEqual(w.time.timers, []);
  });
});

describe('a silent connection', () => {
  it('is asked, and kept when there is any answer', async () => {
    const w = world();
    await turn();
    await w.time.pass(40_000);
    await w.socket.refuse('rpc.ping', -32601, 'method not found');
    await w.time.pass(30_000);
    assert.equal(w.sockets.length, 1);
    assert.equal(w.client.state.state, 'online');
  });

  it('is given up 8 s after the question', async () => {
    const w = world();
    await turn();
    await w.time.pass(47_999);
    assert.equal(w.client.state.state, 'online');
    await w.time.pass(1);
    assert.equal(w.client.state.state, 'waiting');
  });

  it('over SSE needs no question: the server says something every ping_ms', async () => {
    const w = world({ transports: ['sse'] });
    await w.time.pass(30_000);
    w.stream.raw(':\n');
    await w.time.pass(32_999);
    assert.equal(w.client.state.state, 'online');
    await w.time.pass(1);
    assert.equal(w.client.state.state, 'waiting');
    assert.equal(w.stream.aborted, true);
  });

  it('that does not open is given up', async () => {
    const w = world({ transports: ['websocket'], connectTimeout: 3_000 });
    w.client.connect();
    w.socket.onopen = undefined;
    Object.defineProperty(w.socket, 'onopen', { value: () => {} });
    await w.time.pass(3_000);
    assert.equal(w.client.state.state, 'waiting');
  });
});

describe('where WebSocket is blocked', () => {
  it('SSE is used at once, and calls go by POST in order', async () => {
    const w = world();
    w.blocked = true;
    const calls = [w.client.call('a'), w.client.call('b')];
    await turn();
    await turn();
    assert.deepEqual(w.client.state, { state: 'online', transport: 'sse' });
    await w.stream.answer('a', 1);
    await w.stream.answer('b', 2);
    assert.deepEqual(await Promise.all(calls), [1, 2]);
    assert.deepEqual(w.states.map((one) => one.state), ['connecting', 'online']);
  });

  it('WebSocket is tried again later, and takes over without a gap', async () => {
    const w = world({ upgradeAfter: 1_000 });
    w.blocked = true;
    const sub = w.client.subscribe('c');
    const heard = [];
    sub.on('publication', (one) => heard.push(one.data));
    await turn();
    await turn();
    await w.stream.subscribed({ c: { offset: 4, epoch: 'e' } });
    w.stream.publish('c', 5, 'five');
    const slow = w.client.call('slow');
    await w.time.pass(1_000); // refused
    await w.time.pass(1_999);
    w.blocked = false;
    await w.time.pass(1);
    assert.deepEqual(w.client.state, { state: 'online', transport: 'websocket' });
    assert.equal(w.stream.aborted, undefined, 'the old one still owes an answer');
    w.stream.publish('c', 6, 'six');
    const asked = await w.socket.subscribed({ c: { offset: 7, epoch: 'e', recovered: true } }, () => {
      w.socket.publish('c', 6, 'six');
      w.socket.publish('c', 7, 'seven');
    });
    assert.deepEqual(asked.since, { c: { offset: 5, epoch: 'e' } });
    await w.stream.answer('slow', 'done');
    assert.equal(await slow, 'done');
    await w.time.pass(200);
    assert.equal(w.stream.aborted, true);
    assert.deepEqual(heard, ['five', 'six', 'seven']);
    assert.equal(w.states.filter((one) => one.state === 'waiting').length, 0);
  });

  it('one lost WebSocket that had worked is no reason for SSE; a second that does not open is', async () => {
    const w = world();
    await turn();
    w.socket.receive({ method: 'x' });
    w.blocked = true;
    w.socket.breakOff();
    await w.time.pass(750);
    assert.equal(w.streams.length, 0);
    await w.time.pass(1_000);
    assert.equal(w.streams.length, 1);
  });

  it('a refusal is final, and says its status', async () => {
    const w = world();
    w.blocked = true;
    w.status = 403;
    await turn();
    await turn();
    assert.deepEqual(w.client.state, { state: 'closed', code: 1006, reason: 'words of the server', status: 403 });
  });

  it('a session that the server has forgotten is opened anew', async () => {
    const w = world({ transports: ['sse'] });
    await turn();
    await turn();
    w.posts.status.push(404);
    const caught = w.client.call('a').catch((error) => error);
    assert.equal((await caught).name, 'Disconnected');
    await w.time.pass(1_000);
    assert.equal(w.streams.length, 2);
    assert.equal(w.client.state.state, 'online');
  });

  it('429 is waited for, and another refusal is the call’s', async () => {
    const w = world({ transports: ['sse'] });
    await turn();
    await turn();
    w.posts.headers = { 'Retry-After': '3' };
    w.posts.status.push(429);
    void w.client.call('a').catch(() => {});
    await w.time.pass(2_999);
    assert.deepEqual(w.stream.sent, []);
    await w.time.pass(1);
    await w.stream.next('a');
    w.posts.status.push(413);
    const error = await w.client.call('b').catch((one) => one);
    assert.deepEqual([error.name, error.code], ['RpcError', 413]);
  });

  it('a close event has the meaning of a close code', async () => {
    const w = world({ transports: ['sse'] });
    await turn();
    await turn();
    w.stream.raw('event: close\ndata: {"code":3501,"reason":"bad request"}\n\n');
    await turn();
    await turn();
    assert.deepEqual(w.client.state, { state: 'closed', code: 3501, reason: 'bad request' });
  });
});

describe('an event stream', () => {
  it('is read however it is cut, with any line ends', async () => {
    const { EventParser } = await import('../dist/sse.js');
    for (const text of [
      ':\ndata: a\ndata: b\nid: 7\n\nevent: x\ndata:c\n\n\n',
      ':\r\ndata: a\r\ndata: b\r\n\r\nevent: x\r\ndata: c\r\n\r\n',
      ':\rdata: a\rdata: b\r\revent: x\rdata: c\r\r\n',
    ]) {
      for (let size = 1; size < 9; size++) {
        const seen = [];
        const parser = new EventParser((type, data) => seen.push([type, data]), () => seen.push(':'));
        for (let i = 0; i < text.length; i += size) parser.feed(text.slice(i, i + size));
        assert.deepEqual(seen, [':', ['message', 'a\nb'], ['x', 'c']], JSON.stringify([text, size]));
      }
    }
  });
});
