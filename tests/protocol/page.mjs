// SPDX-License-Identifier: Apache-2.0
// The page in Chromium against a running station: two browsers on one queue.
//   node tests/protocol/page.mjs http://127.0.0.1:8000
// The station must be reached from this machine (so that the page may steer) and have at least 20 tracks.
// LONGWAVE_RESTART: a shell command that restarts the server and returns when it listens again; without it the
// connections are only cut. CHROMIUM: the browser, /usr/bin/chromium if not set.
import { execSync } from 'node:child_process';
import { becomes, check, end, equal, expect, rpc, still, until } from './in_browser.mjs';
import { audioTime, fillQueue, focused, open, queueOf, same, writing } from './receiver.mjs';

async function hearing(page) {
  await check('play is the first thing that takes the focus', async () => {
    await page.keyboard.press('Tab');
    await becomes(() => focused(page), 'play', 'focus');
  });
  await check('play starts the sound, and its position advances', async () => {
    await page.keyboard.press('Enter');
    const before = Date.now();
    await until('sound', async () => (await audioTime(page)) > 0.1);
    const first = Date.now() - before;
    const moment = () => page.evaluate(() => [window.theAudio.currentTime, performance.now() / 1000]);
    // what else the machine does may hold it up for a moment, not again and again
    const pace = await until('it goes on as the clock does', async () => {
      const [from, since] = await moment();
      await page.waitForTimeout(2000);
      const [to, now] = await moment();
      const each = (to - from) / (now - since);
      return each > 0.8 && each < 1.2 && each;
    });
    return `heard after ${first} ms, ${pace.toFixed(2)} s of sound in a second`;
  });
  await check('the page knows the position of its first byte', async () => {
    await until('listener.started', () => page.started);
    return `stream position ${page.started.position_ms} ms`;
  });
  await check('the needle moves', async () => {
    const place = () => page.$eval('.needle', (needle) => needle.getBoundingClientRect().x);
    const from = await place();
    await until('it to move', async () => (await place()) > from);
  });
  await check('the sound goes on while panels are changed', async () => {
    const from = await audioTime(page);
    await page.click('#tab-history');
    await page.waitForSelector('.panel-history');
    await page.click('#tab-library');
    await page.waitForSelector('.panel-library');
    await until('more sound', async () => (await audioTime(page)) > from + 0.3);
  });
}

async function boundary(page) {
  await check('a title changes when it is heard (at most 0.2 s off)', async () => {
    await page.evaluate(() => {
      window.changes = [];
      // how long the page's own thread was held up, by what else the machine does
      let last = performance.now();
      let held = [];
      setInterval(() => {
        const now = performance.now();
        held = [...held.slice(-40), now - last - 25];
        last = now;
      }, 25);
      let shown = document.querySelector('.onair').dataset.entry;
      const look = () => {
        const entry = document.querySelector('.onair')?.dataset.entry;
        if (entry === undefined || entry === shown) return;
        shown = entry;
        const title = document.querySelector('.title').textContent;
        window.changes.push({ entry: Number(entry), title, at: window.theAudio.currentTime, held: Math.max(0, ...held, performance.now() - last - 25) });
      };
      new MutationObserver(look).observe(document.querySelector('.receiver'), { childList: true, subtree: true, attributes: true });
    });
    const now = () => rpc('station.now', { station: 'main' });
    const { current: before } = await now();
    await rpc('playback.skip', { station: 'main' }).catch(() => {}); // refused while the next is beginning anyway
    const current = await until('the next item', async () => {
      const { current: item, position_ms } = await now();
      return item.entry !== before.entry && item.starts_at_ms <= position_ms - 1000 && item;
    });
    const change = await until(
      `the title "${current.track.title}"`,
      () => page.evaluate((entry) => window.changes.find((one) => one.entry === entry), current.entry),
    );
    equal(change.title, current.track.title, 'title');
    const off = page.started.position_ms + change.at * 1000 - current.starts_at_ms;
    expect(Math.abs(off) <= 200 + change.held, `${off.toFixed(0)} ms off, and the page was held up for ${change.held.toFixed(0)} ms`);
    return `${off.toFixed(0)} ms after the boundary, the page was held up for ${change.held.toFixed(0)} ms`;
  });
  await check('what was played is in the history with its reason', async () => {
    await page.click('#tab-history');
    const reason = await until('a row', () => page.locator('.panel-history .row .row-sub').first().textContent().catch(() => ''));
    await page.click('#tab-library');
    return reason;
  });
}

async function steering(one, two) {
  await fillQueue(6);
  await until('six entries', async () => (await queueOf(one)).length >= 6);
  await check('search as you type finds', async () => {
    await one.keyboard.press('/');
    await becomes(() => one.evaluate(() => document.activeElement.id), 'search', 'focus');
    const { tracks } = await rpc('library.search', { text: '', limit: 30 });
    const word = tracks.at(-1).title.split(' ')[0];
    const { total } = await rpc('library.search', { text: word, limit: 1 });
    await one.keyboard.type(word, { delay: 15 });
    return until(`${total} of “${word}”`, async () => {
      const text = await one.textContent('.library-head .sum');
      return text.includes(word) && text.startsWith(String(total)) && text;
    });
  });
  await check('adding in one browser shows in the other', async () => {
    const before = (await queueOf(two)).length;
    await one.keyboard.press('ArrowDown');
    await until('a row with the focus', async () => (await focused(one)).startsWith('row'));
    const start = Date.now();
    await one.keyboard.press('Enter');
    await until('the entry', async () => (await queueOf(two)).length === before + 1);
    const took = Date.now() - start;
    await same(one, two);
    return `after ${took} ms`;
  });
  await check('undo takes it back', async () => {
    const before = (await queueOf(two)).length;
    await one.keyboard.press('Control+z');
    await until('its end', async () => (await queueOf(two)).length === before - 1);
    await same(one, two);
  });
  await check('dragging with the pointer moves an entry for both', async () => {
    const before = await same(one, two);
    const grip = await still(one.locator('.panel-queue .row[data-index="2"] .grip'));
    const row = await still(one.locator('.panel-queue .row').first());
    await one.mouse.move(grip.x + 20, grip.y + 20);
    await one.mouse.down();
    await one.mouse.move(grip.x + 16, grip.y + 20 + row.height * 2, { steps: 8 });
    await one.mouse.up();
    const want = [...before];
    want.splice(4, 0, ...want.splice(2, 1));
    await until('the new order', async () => JSON.stringify(await queueOf(two)) === JSON.stringify(want));
    await same(one, two);
  });
  await check('Alt and an arrow key moves an entry and keeps the focus on it', async () => {
    const before = await same(one, two);
    await one.locator('.panel-queue .row[data-index="3"]').focus();
    await one.keyboard.press('Alt+ArrowUp');
    const want = [...before];
    want.splice(2, 0, ...want.splice(3, 1));
    await until('the new order', async () => JSON.stringify(await queueOf(two)) === JSON.stringify(want));
    await same(one, two);
    await becomes(() => one.evaluate(() => document.activeElement.dataset.index), '2', 'focused row');
  });
  await check('removing, and undoing it, puts the entry back in its place', async () => {
    const before = await same(one, two);
    await one.locator('.panel-queue .row[data-index="3"]').focus();
    await one.keyboard.press('Delete');
    await until('its end', async () => (await queueOf(two)).length === before.length - 1);
    await one.keyboard.press('Control+z');
    await until('the old order', async () => JSON.stringify(await queueOf(two)) === JSON.stringify(before));
  });
  await check('a refused change is taken back with a sentence', async () => {
    const before = await same(one, two);
    const { entries } = await rpc('queue.list', { station: 'main' });
    const lost = entries.at(-1);
    const holding = one.sockets.at(-1);
    let held = true;
    holding.server.onMessage((text) => (held && JSON.parse(text).method === 'queue.changed' ? undefined : holding.socket.send(text)));
    await rpc('queue.remove', { station: 'main', entry: lost.id });
    await until('its end elsewhere', async () => (await queueOf(two)).length === before.length - 1);
    await one.locator(`.panel-queue .row[data-index="${before.length - 1}"]`).focus();
    await one.keyboard.press('Alt+ArrowUp');
    const sentence = await until('the sentence', () => one.locator('.notice-bad').textContent().catch(() => ''));
    held = false;
    await one.click('.notice-bad .tool');
    holding.socket.close({ code: 3001 });
    await one.waitForSelector('.link[data-link="online"]');
    await same(one, two);
    return sentence;
  });
}

async function presence(one, two) {
  await check('a new name is seen by others', async () => {
    await one.click('.name-me');
    await writing(one);
    await one.keyboard.type('Marisol');
    await one.keyboard.press('Enter');
    await until('the name', () => two.locator('.names li', { hasText: 'Marisol' }).count());
  });
}

async function reconnecting(one, two) {
  await check('after a break the page comes back by itself and is right', async () => {
    await same(one, two);
    await one.evaluate(() => {
      const look = () => (window.lost ||= document.querySelector('.link')?.dataset.link !== 'online');
      new MutationObserver(look).observe(document.body, { subtree: true, attributes: true, childList: true });
    });
    for (const page of [one, two]) for (const { socket } of page.sockets) await socket.close({ code: 3001 }).catch(() => undefined);
    await until('the break', () => one.evaluate(() => window.lost));
    const { tracks } = await rpc('library.search', { text: '', limit: 5, offset: 8 });
    await rpc('queue.add', { station: 'main', tracks: [tracks[0].id], at: 3 });
    const start = Date.now();
    for (const page of [one, two]) await page.waitForSelector('.link[data-link="online"]');
    await same(one, two);
    return `${Date.now() - start} ms`;
  });
  if (!process.env.LONGWAVE_RESTART) return;
  await check('after a restart of the server the page is right, and the sound comes back', async () => {
    execSync(process.env.LONGWAVE_RESTART, { stdio: 'ignore', timeout: 180_000 });
    const start = Date.now();
    for (const page of [one, two]) await page.waitForSelector('.link[data-link="online"]');
    await same(one, two);
    const back = Date.now() - start;
    await until('sound', async () => (await one.getAttribute('.transport', 'data-sound')) === 'playing');
    return `right after ${back} ms, heard after ${Date.now() - start} ms`;
  });
}

const one = await open();
const two = await open();
await hearing(one);
await steering(one, two);
await boundary(one);
await presence(one, two);
await reconnecting(one, two);
await check('no error on the console, nothing that the content policy refused', () => {
  const real = [...one.problems, ...two.problems].filter((text) => !/WebSocket|ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/.test(text));
  equal(real, [], 'console');
});
await end();
