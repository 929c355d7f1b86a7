// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Disconnected, Overflow, RpcError, TimedOut } from '../dist/index.js';
import { turn, world } from './virtual.mjs';

const failure = (promise) => promise.then((value) => assert.fail(`resolved with ${value}`), (error) => error);

describe('a call', () => {
  it('is sent as JSON-RPC 2.0 and gets its own answer, in any order', async () => {
    const { client, socket: _, ...w } = world();
    await turn();
    const [one, two] = [client.call('a', { x: 1 }), client.call('b')];
    const socket = w.sockets[0];
    assert.deepEqual(socket.sent, [
      { jsonrpc: '2.0', id: 1, method: 'a', params: { x: 1 } },
      { jsonrpc: '2.0', id: 2, method: 'b' },
    ]);
    socket.receive({ id: 2, result: null });
    socket.receive({ id: 1, error: { code: -32602, message: 'no', data: 7 } });
    assert.equal(await two, null);
    const error = await failure(one);
    assert.ok(error instanceof RpcError);
    assert.deepEqual([error.code, error.message, error.data], [-32602, 'no', 7]);
  });

  it('takes the answers of a batch, and passes over those that nobody waits for', async () => {
    const w = world();
    await turn();
    const calls = [w.client.call('a'), w.client.call('b')];
    w.socket.receive([{ id: 2, result: 'B' }, { id: 99, result: 'late' }, { id: 1, result: 'A' }]);
    assert.deepEqual(await Promise.all(calls), ['A', 'B']);
  });

  it('ends at its time-out and cancels', async () => {
    const w = world();
    await turn();
    const caught = failure(w.client.call('slow', {}, { timeout: 1000 }));
    await w.time.pass(999);
    assert.equal(w.socket.sent.length, 1);
    await w.time.pass(1);
    assert.ok((await caught) instanceof TimedOut);
    assert.deepEqual((await w.socket.next('rpc.cancel')).params, [1]);
    w.socket.receive({ id: 1, result: 'late' }); // nobody is disturbed by it
    w.socket.receive({ id: 1, error: { code: -32000, message: 'cancelled' } });
    assert.deepEqual(w.problems, []);
    w.socket.receive({ id: null, error: { code: -32700, message: 'not JSON' } });
    assert.equal(w.problems[0].code, -32700);
    assert.equal(w.time.timers.some((timer) => timer.at < 40_000), false, 'no timer is left');
  });

  it('ends with the reason of its signal and cancels; aborted before, it is not sent', async () => {
    const w = world();
    await turn();
    const control = new AbortController();
    const caught = failure(w.client.call('slow', {}, { signal: control.signal }));
    control.abort('enough');
    assert.equal(await caught, 'enough');
    assert.deepEqual((await w.socket.next('rpc.cancel')).params, [1]);
    w.socket.sent = [];
    assert.equal(await failure(w.client.call('again', {}, { signal: control.signal })), 'enough');
    assert.deepEqual(w.socket.sent, []);
  });

  it('waits while there is no connection, as many as may, in order', async () => {
    const w = world({ queue: 2 });
    const first = w.client.call('a');
    w.client.notify('b');
    const third = failure(w.client.call('c'));
    assert.throws(() => w.client.notify('d'), Disconnected);
    const error = await third;
    assert.ok(error instanceof Disconnected && error.sent === false);
    await turn();
    assert.deepEqual(w.socket.sent.map((one) => one.method), ['a', 'b']);
    w.socket.receive({ id: 1, result: 1 });
    assert.equal(await first, 1);
  });

  it('that was sent fails when the connection is lost: it may have been carried out', async () => {
    const w = world();
    await turn();
    const caught = failure(w.client.call('pay'));
    w.socket.breakOff();
    const error = await caught;
    assert.ok(error instanceof Disconnected && error.sent);
    await w.time.pass(1000);
    assert.deepEqual(w.socket.sent, [], 'it is not repeated');
  });

  it('gives up a waiting place when it is aborted, and fails when the client is closed', async () => {
    const w = world({ queue: 1 });
    const control = new AbortController();
    const gone = failure(w.client.call('a', {}, { signal: control.signal }));
    control.abort(new Error('x'));
    const closed = failure(w.client.call('b'));
    w.client.close();
    assert.equal((await gone).message, 'x');
    const error = await closed;
    assert.ok(error instanceof Disconnected && !error.sent);
    assert.ok((await failure(w.client.call('c'))) instanceof Disconnected);
  });
});

describe('a stream', () => {
  it('gives items in order, gauges aside, then the result', async () => {
    const w = world();
    await turn();
    const gauges = [];
    const stream = w.client.stream('package', {}, { onGauge: (value) => gauges.push(value) });
    for (const result of [1, 2, 3]) w.socket.receive({ id: 1, more: true, result });
    w.socket.receive({ id: 1, more: true, kind: 'gauge', result: 50 });
    w.socket.receive({ id: 1, result: 'done' });
    const items = [];
    for await (const item of stream) items.push(item);
    assert.deepEqual([items, gauges, await stream.result], [[1, 2, 3], [50], 'done']);
  });

  it('cancels when the loop is left', async () => {
    const w = world();
    await turn();
    const stream = w.client.stream('package');
    for (const result of [1, 2, 3]) w.socket.receive({ id: 1, more: true, result });
    for await (const item of stream) if (item === 2) break;
    assert.deepEqual((await w.socket.next('rpc.cancel')).params, [1]);
    assert.equal((await failure(stream.result)).code, -32000);
    assert.deepEqual(await stream.next(), { done: true, value: undefined });
  });

  it('throws the error after the items that came before it', async () => {
    const w = world();
    await turn();
    const stream = w.client.stream('package');
    w.socket.receive({ id: 1, more: true, result: 1 });
    w.socket.breakOff();
    assert.deepEqual(await stream.next(), { done: false, value: 1 });
    assert.ok((await failure(stream.next())) instanceof Disconnected);
    assert.equal((await stream.next()).done, true);
  });

  it('is cancelled when the reader is too slow for its buffer', async () => {
    const w = world();
    await turn();
    const stream = w.client.stream('package', {}, { buffer: 2 });
    for (const result of [1, 2, 3]) w.socket.receive({ id: 1, more: true, result });
    assert.deepEqual([(await stream.next()).value, (await stream.next()).value], [1, 2]);
    assert.ok((await failure(stream.next())) instanceof Overflow);
    await w.socket.next('rpc.cancel');
  });
});

describe('a call of the server', () => {
  const answers = async (expose, message) => {
    const w = world();
    expose(w.client);
    await turn();
    w.socket.receive(message);
    await turn();
    await turn();
    return { ...w, sent: w.socket.sent.map(({ jsonrpc: _, ...rest }) => rest) };
  };

  it('is answered by what was exposed, also later, with its id as it came', async () => {
    const { sent } = await answers((client) => client.expose('add', async ([a, b]) => a + b), { id: 'x', method: 'add', params: [1, 2] });
    assert.deepEqual(sent, [{ id: 'x', result: 3 }]);
  });

  it('gets an error that was meant, and "internal error" for one that was not', async () => {
    const meant = await answers((client) => client.expose('f', () => { throw new RpcError(5, 'no', 1); }), { id: 0, method: 'f' });
    assert.deepEqual(meant.sent, [{ id: 0, error: { code: 5, message: 'no', data: 1 } }]);
    const other = await answers((client) => client.expose('f', () => { throw new Error('secret'); }), { id: 0, method: 'f' });
    assert.deepEqual(other.sent, [{ id: 0, error: { code: -32603, message: 'internal error' } }]);
    assert.equal(other.problems[0].message, 'secret');
    const none = await answers(() => {}, { id: 0, method: 'f' });
    assert.deepEqual(none.sent, [{ id: 0, error: { code: -32601, message: 'method not found' } }]);
  });

  it('gets items, gauges and a final value from a generator', async () => {
    const count = async function* ([n], call) {
      for (let i = 1; i <= n; i++) yield i;
      call.gauge(100);
      return 'end';
    };
    const { sent } = await answers((client) => client.expose('count', count), { id: 1, method: 'count', params: [2] });
    assert.deepEqual(sent, [
      { id: 1, more: true, result: 1 },
      { id: 1, more: true, result: 2 },
      { id: 1, more: true, kind: 'gauge', result: 100 },
      { id: 1, result: 'end' },
    ]);
  });

  it('waits with items while much is unsent', async () => {
    const w = world();
    w.client.expose('count', async function* () { yield 1; yield 2; });
    await turn();
    w.socket.bufferedAmount = 300_000;
    w.socket.receive({ id: 1, method: 'count' });
    await w.time.pass(500);
    assert.equal(w.socket.sent.length, 1);
    w.socket.bufferedAmount = 0;
    await w.time.pass(50);
    assert.equal(w.socket.sent.length, 3);
  });

  it('is cancelled by rpc.cancel, once, and an id in use is refused', async () => {
    const w = world();
    const seen = [];
    w.client.expose('wait', (_, { signal }) => new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => { seen.push('aborted'); reject(signal.reason); });
    }));
    await turn();
    w.socket.receive({ id: 7, method: 'wait' });
    w.socket.receive({ id: 7, method: 'wait' });
    await turn();
    w.socket.receive({ method: 'rpc.cancel', params: [7] });
    await turn();
    assert.deepEqual(seen, ['aborted']);
    assert.deepEqual(w.socket.sent.map((one) => [one.id, one.error.code]), [[7, -32600], [7, -32000]]);
  });

  it('is aborted when the connection is lost, and 64 at once are enough', async () => {
    const w = world();
    let aborted = 0;
    w.client.expose('wait', (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => { aborted++; resolve(); })));
    await turn();
    for (let id = 0; id <= 64; id++) w.socket.receive({ id, method: 'wait' });
    await turn();
    assert.deepEqual(w.socket.sent.map((one) => [one.id, one.error.code]), [[64, -32002]]);
    const { socket } = w;
    socket.sent = [];
    socket.breakOff();
    await turn();
    assert.equal(aborted, 64);
    assert.deepEqual(socket.sent, []);
  });

  it('in a batch is answered in one message', async () => {
    const w = world();
    w.client.expose('f', ([x]) => x);
    await turn();
    w.socket.receive([{ id: 1, method: 'f', params: [1] }, { method: 'f', params: [0] }, { id: 2, method: 'g' }]);
    await turn();
    await turn();
    assert.deepEqual(w.socket.sent.map((all) => all.map((one) => one.result ?? one.error.code)), [[1, -32601]]);
  });

  it('and a notification goes to what is exposed, or to whoever listens', async () => {
    const w = world();
    const heard = [];
    w.client.expose('known', (params, { id }) => heard.push([params, id]));
    w.client.on('notification', (one) => heard.push(one));
    await turn();
    w.socket.receive({ method: 'known', params: [1] });
    w.socket.receive({ method: 'other', params: [2] });
    await turn();
    assert.deepEqual(heard, [[[1], undefined], { method: 'other', params: [2] }]);
    assert.deepEqual(w.socket.sent, []);
  });
});
