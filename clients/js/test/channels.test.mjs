// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { read, turn, world } from './virtual.mjs';

const online = async (options) => {
  const w = world(options);
  await turn();
  return w;
};
const short = (items) => items.map((one) => (one.kind === 'reset' ? 'reset' : `${one.offset}${one.data}`)).join(' ');

describe('a subscription', () => {
  it('gives present values, then every change in order, as an iterator', async () => {
    const w = await online();
    const sub = w.client.subscribe('c');
    const params = await w.socket.subscribed({ c: { offset: 3, epoch: 'e' } }, () => {
      w.socket.publish('c', 3, 'now');
      w.socket.publish('c', 3, 'too');
      w.socket.publish('c', 4, 'x');
    });
    assert.deepEqual(params, { channels: ['c'] });
    await sub.ready;
    w.socket.publish('c', 5, 'y');
    assert.equal(short(await read(sub[Symbol.asyncIterator]())), '3now 3too 4x 5y');
    assert.deepEqual(sub.position, { offset: 5, epoch: 'e' });
  });

  it('of several channels in one turn is one call; leaving the loop ends it', async () => {
    const w = await online();
    const [a, b] = [w.client.subscribe('a'), w.client.subscribe('b')];
    const params = await w.socket.subscribed({ a: { offset: 1, epoch: 'e' }, b: { offset: 1, epoch: 'e' } });
    assert.deepEqual(params, { channels: ['a', 'b'] });
    w.socket.publish('a', 2, '');
    for await (const _ of a) break;
    assert.deepEqual((await w.socket.next('channel.unsubscribe')).params, { channels: ['a'] });
    b.close();
    assert.equal((await b[Symbol.asyncIterator]().next()).done, true);
  });

  it('goes on after a break without losing or repeating', async () => {
    const w = await online();
    const sub = w.client.subscribe('c');
    await w.socket.subscribed({ c: { offset: 3, epoch: 'e' } }, () => w.socket.publish('c', 3, 'now'));
    w.socket.publish('c', 4, 'a');
    w.socket.breakOff();
    await w.time.pass(1_000);
    const params = await w.socket.subscribed({ c: { offset: 6, epoch: 'e', recovered: true } }, () => {
      for (const [offset, data] of [[4, 'a'], [5, 'b'], [6, 'c']]) w.socket.publish('c', offset, data);
    });
    assert.deepEqual(params.since, { c: { offset: 4, epoch: 'e' } });
    w.socket.publish('c', 6, 'c');
    w.socket.publish('c', 7, 'd');
    assert.equal(short(await read(sub[Symbol.asyncIterator]())), '3now 4a 5b 6c 7d');
  });

  it('says "start over" when its position is lost, before the present values', async () => {
    for (const epoch of ['e', 'f']) {
      const w = await online();
      const sub = w.client.subscribe('c');
      const heard = [];
      sub.on('publication', (one) => heard.push(one));
      sub.on('reset', (one) => heard.push(one));
      await w.socket.subscribed({ c: { offset: 3, epoch: 'e' } }, () => w.socket.publish('c', 3, 'now'));
      w.socket.breakOff();
      await w.time.pass(1_000);
      await w.socket.subscribed({ c: { offset: 900, epoch, recovered: false, reason: 'too long ago' } }, () => {
        w.socket.publish('c', 900, 'new', epoch);
        w.socket.publish('c', 901, 'next', epoch);
      });
      assert.equal(short(heard), '3now reset 900new 901next');
      assert.equal(heard[1].reason, 'too long ago');
    }
  });

  it('asks again for what is missing when an offset is left out', async () => {
    const w = await online();
    const sub = w.client.subscribe('c');
    await w.socket.subscribed({ c: { offset: 1, epoch: 'e' } });
    w.socket.publish('c', 4, 'x');
    const params = await w.socket.subscribed({ c: { offset: 4, epoch: 'e', recovered: true } }, () => {
      for (const [offset, data] of [[2, 'v'], [3, 'w'], [4, 'x']]) w.socket.publish('c', offset, data);
    });
    assert.deepEqual(params.since, { c: { offset: 1, epoch: 'e' } });
    assert.equal(short(await read(sub[Symbol.asyncIterator]())), '2v 3w 4x');
  });

  it('that is not answered before the connection is lost is asked for again', async () => {
    const w = await online();
    const sub = w.client.subscribe('c');
    await w.socket.next('channel.subscribe');
    w.socket.publish('c', 3, 'now');
    w.socket.breakOff();
    await w.time.pass(1_000);
    const params = await w.socket.subscribed({ c: { offset: 4, epoch: 'e' } }, () => w.socket.publish('c', 4, 'now'));
    assert.equal(params.since, undefined);
    assert.equal(short(await read(sub[Symbol.asyncIterator]())), '4now');
  });

  it('fails alone when the server refuses its channel', async () => {
    const w = await online();
    const [good, bad] = [w.client.subscribe('good'), w.client.subscribe('bad')];
    await w.socket.refuse('channel.subscribe', -32004, "there is no channel 'bad'");
    await w.socket.subscribed({ good: { offset: 1, epoch: 'e' } });
    await w.socket.refuse('channel.subscribe', -32004, "there is no channel 'bad'");
    await good.ready;
    await assert.rejects(bad.ready, /no channel 'bad'/);
    await assert.rejects(bad[Symbol.asyncIterator]().next(), /no channel 'bad'/);
  });

  it('is tried again when the server can’t just now', async () => {
    const w = await online();
    const sub = w.client.subscribe('c');
    await w.socket.refuse('channel.subscribe', -32001, 'unavailable');
    await w.time.pass(750);
    await w.socket.subscribed({ c: { offset: 1, epoch: 'e' } });
    await sub.ready;
  });

  it('whose reader is too slow starts over, and only this one', async () => {
    const w = await online();
    const [slow, quick] = [w.client.subscribe('c', { buffer: 3 }), w.client.subscribe('c')];
    const heard = [];
    quick.on('publication', (one) => heard.push(one));
    quick.on('reset', (one) => heard.push(one));
    await w.socket.subscribed({ c: { offset: 1, epoch: 'e' } }, () => w.socket.publish('c', 1, 'now'));
    for (const offset of [2, 3, 4]) w.socket.publish('c', offset, '');
    const params = await w.socket.subscribed({ c: { offset: 5, epoch: 'e' } }, () => {
      w.socket.publish('c', 5, 'live');
      w.socket.publish('c', 5, 'now');
      w.socket.publish('c', 6, '');
    });
    assert.equal(params.since, undefined);
    assert.equal(short(await read(slow[Symbol.asyncIterator]())), 'reset 5now 6');
    await turn();
    assert.equal(short(heard), '1now 2 3 4 5live 6');
  });

  it('of a second reader gets the present values, the first nothing twice', async () => {
    const w = await online();
    const one = w.client.subscribe('c');
    await w.socket.subscribed({ c: { offset: 1, epoch: 'e' } }, () => w.socket.publish('c', 1, 'now'));
    const two = w.client.subscribe('c');
    await turn();
    w.socket.publish('c', 2, 'a');
    await w.socket.subscribed({ c: { offset: 2, epoch: 'e' } }, () => {
      w.socket.publish('c', 2, 'now');
      w.socket.publish('c', 3, 'b');
    });
    w.socket.publish('c', 4, 'c');
    assert.equal(short(await read(one[Symbol.asyncIterator]())), '1now 2a 3b 4c');
    assert.equal(short(await read(two[Symbol.asyncIterator]())), '2now 3b 4c');
  });

  it('of a second reader that comes during a break does not cost the first one anything', async () => {
    const w = await online();
    const one = w.client.subscribe('c');
    await w.socket.subscribed({ c: { offset: 1, epoch: 'e' } });
    w.socket.breakOff();
    const two = w.client.subscribe('c');
    await w.time.pass(1_000);
    const first = await w.socket.subscribed({ c: { offset: 2, epoch: 'e', recovered: true } }, () => w.socket.publish('c', 2, 'a'));
    assert.ok(first.since);
    const second = await w.socket.subscribed({ c: { offset: 2, epoch: 'e' } }, () => w.socket.publish('c', 2, 'now'));
    assert.equal(second.since, undefined);
    assert.equal(short(await read(one[Symbol.asyncIterator]())), '2a');
    assert.equal(short(await read(two[Symbol.asyncIterator]())), '2now');
  });

  it('goes on where an earlier program stopped', async () => {
    const w = await online();
    const sub = w.client.subscribe('c', { since: { offset: 7, epoch: 'e' } });
    const params = await w.socket.subscribed({ c: { offset: 8, epoch: 'e', recovered: true } }, () => w.socket.publish('c', 8, 'x'));
    assert.deepEqual(params.since, { c: { offset: 7, epoch: 'e' } });
    assert.equal(short(await read(sub[Symbol.asyncIterator]())), '8x');
  });
});
