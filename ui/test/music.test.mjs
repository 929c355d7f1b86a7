// SPDX-License-Identifier: Apache-2.0
// Lists of any length, and changes that are taken back.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { browser, load } from './load.mjs';

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
    assert.deepEqual(asked, [0, 49_980]);
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

describe('an address', () => {
  it('holds any name', () => {
    location.hash = page.place.to('playlist', 'Sør / "50 %" #1');
    assert.ok(!location.hash.slice(2).includes('#1'));
    assert.equal(location.hash.split('/').length, 4);
  });
});
