// SPDX-License-Identifier: Apache-2.0
// Lists of any length, uploads in pieces, and changes that are taken back.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { browser, FakeSocket, load } from './load.mjs';

browser();
after(() => setTimeout(() => process.exit(), 50).unref());

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
async function until(what, test) {
  const end = Date.now() + 10_000;
  while (!(await test())) {
    if (Date.now() > end) throw new Error(`waited for ${what}`);
    await turn();
  }
}

let page;
beforeEach(async () => {
  page = await load(`
    export * as paged from './state/paged';
    export * as uploads from './state/uploads';
    export * as optimistic from './state/optimistic';
    export * as connection from './state/connection';
    export * as notices from './state/notices';
    export * as place from './state/place';
    export { signal } from '@preact/signals';
  `);
  page.connection.start([]);
  await turn();
});

describe('a list of any length', () => {
  const source = (size) => {
    const asked = [];
    const list = new page.paged.Paged(async (offset, limit) => {
      asked.push(offset);
      return { items: Array.from({ length: Math.min(limit, size - offset) }, (_, i) => offset + i), total: size };
    });
    return { list, asked };
  };

  it('asks only for what is near', async () => {
    const { list, asked } = source(100_000);
    list.need(0, 20);
    await until('the first page', () => list.total.value === 100_000);
    list.need(50_000, 50_020);
    await until('the page in the middle', () => list.at(50_010) === 50_010);
    assert.deepEqual(asked, [0, 49_980, 50_040, 49_920], 'what is seen first, then what is near');
    assert.equal(list.at(3), 3);
    assert.equal(list.at(70_000), undefined);
  });

  it('asks for a page once, however often it is needed', async () => {
    const { list, asked } = source(500);
    for (let i = 0; i < 30; i++) list.need(0, 20 + i);
    await until('the page', () => list.at(10) === 10);
    assert.deepEqual(asked, [0]);
  });

  it('keeps what is shown until the new is there, and takes no late answer of before', async () => {
    const waiting = [];
    const list = new page.paged.Paged(() => new Promise((resolve) => waiting.push(resolve)));
    list.need(0, 10);
    waiting.shift()({ items: ['old'], total: 1 });
    await until('old', () => list.at(0) === 'old');
    list.need(0, 10);
    list.freshen();
    list.freshen();
    assert.equal(list.at(0), 'old');
    const [late, right] = waiting;
    right({ items: ['new'], total: 1 });
    await until('new', () => list.at(0) === 'new');
    late({ items: ['late'], total: 1 });
    await turn();
    assert.equal(list.at(0), 'new');
  });

  it('says what went wrong when nothing is there yet, and goes on when asked again', async () => {
    let bad = true;
    const list = new page.paged.Paged(async () => {
      if (bad) throw new Error('no');
      return { items: [1], total: 1 };
    });
    list.need(0, 10);
    await until('the problem', () => list.problem.value !== null);
    bad = false;
    list.need(0, 10);
    await until('the item', () => list.at(0) === 1);
    assert.equal(list.problem.value, null);
  });
});

describe('an optimistic change', () => {
  it('stays when it is taken, goes with a sentence when it is refused', async () => {
    const value = page.signal('a');
    assert.equal(await page.optimistic.optimistic(value, 'b', async () => {}, (why) => why), true);
    assert.equal(value.value, 'b');
    const refused = page.optimistic.optimistic(value, 'c', async () => { throw new Error('full'); }, (why) => `Not done: ${why}`);
    assert.equal(value.value, 'c');
    assert.equal(await refused, false);
    assert.equal(value.value, 'b');
    assert.match(page.notices.notices.value.at(-1).text, /^Not done: .*full/);
  });

  it('never takes back what somebody else has changed meanwhile', async () => {
    const value = page.signal('a');
    const refused = page.optimistic.optimistic(value, 'b', async () => { value.value = 'theirs'; throw new Error('no'); }, (why) => why);
    await refused;
    assert.equal(value.value, 'theirs');
  });
});

describe('an upload', () => {
  let sent;
  let broken;
  const file = (size) => ({ name: 'one.mp3', size, slice: (from, to) => ({ arrayBuffer: async () => new ArrayBuffer(Math.min(to, size) - from) }) });
  const answering = async (handlers) => {
    const socket = FakeSocket.last;
    for (;;) {
      const call = socket.sent.find((one) => handlers[one.method]);
      if (!call) return;
      socket.sent.splice(socket.sent.indexOf(call), 1);
      socket.receive({ id: call.id, result: handlers[call.method](call.params) });
      await turn();
    }
  };
  const row = () => page.uploads.uploads.value[0];
  const handlers = {
    'upload.begin': () => ({ upload: { id: 'u1', received: 0 }, chunk_bytes: 61_440 }),
    'upload.finish': () => ({ upload: { id: 'u1', received: 0, state: 'imported' } }),
    'upload.cancel': () => ({ upload: { id: 'u1' } }),
    'upload.info': () => ({ upload: { id: 'u1', received: 1 << 20 } }),
  };
  const reach = (state) => until(state, async () => (await answering(handlers), row().state === state));

  beforeEach(() => {
    sent = [];
    broken = 0;
    globalThis.fetch = async (address, { body }) => {
      const offset = Number(new URL(address, 'http://test').searchParams.get('offset'));
      if (broken-- > 0) throw new TypeError('network');
      sent.push([offset, body.byteLength]);
      return { ok: true, status: 200, json: async () => ({ upload: { received: offset + body.byteLength } }) };
    };
  });

  it('goes piece by piece and tells how far it is', async () => {
    page.uploads.upload([file((1 << 20) * 2 + 5)]);
    await reach('done');
    assert.deepEqual(sent, [[0, 1 << 20], [1 << 20, 1 << 20], [2 << 20, 5]]);
    assert.equal(row().sent, (1 << 20) * 2 + 5);
  });

  it('goes on where it was after a break', async () => {
    broken = 2;
    page.uploads.upload([file(7)]);
    await reach('done');
    assert.deepEqual(sent, [[0, 7]]);
  });

  it('asks how far it is when the server has more than we think', async () => {
    const real = globalThis.fetch;
    let once = true;
    globalThis.fetch = async (...args) => (once ? ((once = false), { ok: false, status: 409, json: async () => ({}) }) : real(...args));
    page.uploads.upload([file((1 << 20) + 9)]);
    await reach('done');
    assert.deepEqual(sent, [[1 << 20, 9]]);
  });

  it('that the server refuses says why', async () => {
    globalThis.fetch = async () => ({ ok: false, status: 413, json: async () => ({ error: { message: 'the file is too large' } }) });
    page.uploads.upload([file(7)]);
    await reach('failed');
    assert.match(row().problem, /too large/);
  });

  it('ends when it is cancelled, and the server is told', async () => {
    let told = false;
    const waits = { ...handlers, 'upload.cancel': () => ((told = true), { upload: { id: 'u1' } }) };
    let release;
    globalThis.fetch = (_address, { signal }) => new Promise((_resolve, reject) => {
      release = reject;
      signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    });
    page.uploads.upload([file(7)]);
    await until('sending', async () => (await answering(waits), release !== undefined));
    page.uploads.cancel(row().key);
    await until('the server', async () => (await answering(waits), told));
    assert.equal(row().state, 'cancelled');
  });
});

describe('an address', () => {
  it('holds any name', () => {
    location.hash = page.place.to('playlist', 'Sør / "50 %" #1');
    assert.ok(!location.hash.slice(2).includes('#1'));
    assert.equal(location.hash.split('/').length, 4);
  });
});
