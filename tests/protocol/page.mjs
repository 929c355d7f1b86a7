// SPDX-License-Identifier: Apache-2.0
// The page in Chromium against a running station: two browsers on one queue.
//   node tests/protocol/page.mjs http://127.0.0.1:8000
// The station must be reached from this machine (so that the page may steer) and have at least 20 tracks.
// LONGWAVE_RESTART: a shell command that restarts the server and returns when it listens again; without it the
// connections are only cut. CHROMIUM: the browser, /usr/bin/chromium if not set.
import { execSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const url = (process.argv[2] ?? 'http://127.0.0.1:8000').replace(/\/$/, '');
const chromiumArgs = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--mute-audio',
];

let passed = 0;
let failed = 0;
async function check(what, test) {
  try {
    const seen = await test();
    passed++;
    console.log(`ok    ${what}${seen === undefined ? '' : `: ${seen}`}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${what}: ${String(error.message ?? error).split('\n').slice(0, 4).join(' | ')}`);
  }
}
function expect(condition, message) {
  if (!condition) throw new Error(message);
}
const equal = (have, want, what) =>
  expect(JSON.stringify(have) === JSON.stringify(want), `${what}: ${JSON.stringify(have)} instead of ${JSON.stringify(want)}`);

async function rpc(method, params = {}) {
  const answer = await fetch(`${url}/rpc`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const message = await answer.json();
  if (message.error) throw new Error(`${method}: ${message.error.message}`);
  return message.result;
}

async function until(what, test, limit_ms = 5000) {
  const end = Date.now() + limit_ms;
  for (;;) {
    const value = await test();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limit_ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// ---- a browser with the page, and what it shows

const launch = { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: chromiumArgs };
const browser = await chromium.launch(launch);

async function open({ blocked = false, ...options } = {}, where = browser) {
  const context = await where.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.problems = [];
  page.sockets = [];
  page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()));
  page.on('pageerror', (error) => page.problems.push(String(error)));
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer();
    page.sockets.push({ socket, server });
    socket.onMessage((text) => server.send(text));
    server.onMessage((text) => {
      const message = JSON.parse(text);
      if (message.method === 'listener.started') page.started = message.params;
      socket.send(text);
    });
  });
  if (blocked) await page.addInitScript('window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 })); } };');
  await page.addInitScript(() => {
    const Real = window.Audio;
    window.Audio = function () {
      window.theAudio = new Real();
      return window.theAudio;
    };
  });
  await page.goto(url);
  await page.waitForSelector('.link[data-link="online"]');
  await page.waitForSelector('.title');
  await page.waitForSelector('.panel-library .row-title, .tabs');
  return page;
}

const queueOf = (page) =>
  page.$$eval('.panel-queue .row', (rows) =>
    rows
      .map((row) => ({ place: Number(row.dataset.index), title: row.querySelector('.row-title').textContent }))
      .sort((a, b) => a.place - b.place)
      .map((row) => row.title),
  );
const serverQueue = async () => {
  const { entries, cursor } = await rpc('queue.list', { station: 'main' });
  return entries.slice(cursor + 1).map((entry) => entry.track.title);
};
const settled = (page) => page.locator('.row-pending').count().then((n) => n === 0);
const same = (page, other) =>
  until('the same queue everywhere', async () => {
    if (!(await settled(page))) return false;
    const [a, b, c] = [await queueOf(page), await queueOf(other), await serverQueue()];
    return JSON.stringify(a) === JSON.stringify(b) && JSON.stringify(a) === JSON.stringify(c.slice(0, a.length)) && a;
  });
const audioTime = (page) => page.evaluate(() => window.theAudio.currentTime);
const focused = (page) => page.evaluate(() => document.activeElement.className || document.activeElement.tagName);

async function fillQueue(want) {
  const { tracks } = await rpc('library.search', { text: '', limit: 40 });
  await rpc('queue.clear', { station: 'main' });
  const long = tracks.filter((track) => track.state === 'ok' && track.duration_ms > 60_000);
  await rpc('queue.add', { station: 'main', tracks: long.slice(0, want).map((track) => track.id) });
}

// ---- the checks

async function hearing(page) {
  await check('play is the first thing that takes the focus', async () => {
    await page.keyboard.press('Tab');
    equal(await focused(page), 'play', 'focus');
  });
  await check('play starts the sound, and its position advances', async () => {
    await page.keyboard.press('Enter');
    const before = Date.now();
    await until('sound', async () => (await audioTime(page)) > 0.1, 10_000);
    const first = Date.now() - before;
    const from = await audioTime(page);
    await page.waitForTimeout(2000);
    const advanced = (await audioTime(page)) - from;
    expect(advanced > 1.6 && advanced < 2.4, `${advanced} s in 2 s`);
    return `heard after ${first} ms, ${advanced.toFixed(2)} s in 2 s`;
  });
  await check('the page knows the position of its first byte', async () => {
    await until('listener.started', () => page.started);
    return `stream position ${page.started.position_ms} ms`;
  });
  await check('the needle moves', async () => {
    const place = () => page.$eval('.needle', (needle) => needle.getBoundingClientRect().x);
    const from = await place();
    await page.waitForTimeout(1500);
    expect((await place()) > from, 'it stood still');
  });
  await check('the sound goes on while panels are changed', async () => {
    const from = await audioTime(page);
    await page.click('#tab-history');
    await page.waitForSelector('.panel-history');
    await page.click('#tab-library');
    await page.waitForTimeout(300);
    expect((await audioTime(page)) > from, 'it stopped');
  });
}

async function boundary(page) {
  await check('a title changes when it is heard (at most 0.2 s off)', async () => {
    await page.evaluate(() => {
      window.changes = [];
      let shown = document.querySelector('.onair').dataset.entry;
      const look = () => {
        const entry = document.querySelector('.onair')?.dataset.entry;
        if (entry === undefined || entry === shown) return;
        shown = entry;
        const title = document.querySelector('.title').textContent;
        window.changes.push({ entry: Number(entry), title, at: window.theAudio.currentTime });
      };
      new MutationObserver(look).observe(document.querySelector('.receiver'), { childList: true, subtree: true, attributes: true });
    });
    const now = () => rpc('station.now', { station: 'main' });
    const { current: before } = await now();
    await rpc('playback.skip', { station: 'main' }).catch(() => {}); // refused while the next is beginning anyway
    const current = await until('the next item', async () => {
      const { current: item, position_ms } = await now();
      return item.entry !== before.entry && item.starts_at_ms <= position_ms - 1000 && item;
    }, 15_000);
    const change = await until(
      `the title "${current.track.title}"`,
      () => page.evaluate((entry) => window.changes.find((one) => one.entry === entry), current.entry),
      30_000,
    );
    equal(change.title, current.track.title, 'title');
    const off = page.started.position_ms + change.at * 1000 - current.starts_at_ms;
    expect(Math.abs(off) <= 200, `${off.toFixed(0)} ms off`);
    return `${off.toFixed(0)} ms after the boundary`;
  });
  await check('what was played is in the history with its reason', async () => {
    await page.click('#tab-history');
    const reason = await until('a row', () => page.locator('.panel-history .row .row-sub').first().textContent().catch(() => ''), 20_000);
    await page.click('#tab-library');
    return reason;
  });
}

async function steering(one, two) {
  await fillQueue(6);
  await until('six entries', async () => (await queueOf(one)).length >= 6);
  await check('search as you type finds', async () => {
    await one.keyboard.press('/');
    equal(await one.evaluate(() => document.activeElement.id), 'search', 'focus');
    const { tracks } = await rpc('library.search', { text: '', limit: 30 });
    const word = tracks.at(-1).title.split(' ')[0];
    const { total } = await rpc('library.search', { text: word, limit: 1 });
    await one.keyboard.type(word, { delay: 15 });
    const line = await until('the count', async () => {
      const text = await one.textContent('.library-head .sum');
      return text.includes(word) && text;
    });
    expect(line.startsWith(String(total)), `${line} instead of ${total}`);
    return line;
  });
  await check('adding in one browser shows in the other', async () => {
    const before = (await queueOf(two)).length;
    await one.keyboard.press('ArrowDown');
    const start = Date.now();
    await one.keyboard.press('Enter');
    await until('the entry', async () => (await queueOf(two)).length === before + 1, 3000);
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
    const grip = await one.locator('.panel-queue .row[data-index="2"] .grip').boundingBox();
    const row = await one.locator('.panel-queue .row').first().boundingBox();
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
    equal(await one.evaluate(() => document.activeElement.dataset.index), '2', 'focused row');
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
    await one.waitForSelector('.link[data-link="online"]', { timeout: 25_000 });
    await same(one, two);
    return sentence;
  });
}

async function presence(one, two) {
  await check('a new name is seen by others', async () => {
    await one.click('.name-me');
    await one.keyboard.type('Marisol');
    await one.keyboard.press('Enter');
    await until('the name', () => two.locator('.names li', { hasText: 'Marisol' }).count());
  });
}

async function reconnecting(one, two) {
  await check('after a break the page comes back by itself and is right', async () => {
    await same(one, two);
    for (const page of [one, two]) for (const { socket } of page.sockets) await socket.close({ code: 3001 }).catch(() => undefined);
    await one.waitForSelector('.link:not([data-link="online"])');
    const { tracks } = await rpc('library.search', { text: '', limit: 5, offset: 8 });
    await rpc('queue.add', { station: 'main', tracks: [tracks[0].id], at: 3 });
    const start = Date.now();
    for (const page of [one, two]) await page.waitForSelector('.link[data-link="online"]', { timeout: 25_000 });
    await same(one, two);
    return `${Date.now() - start} ms`;
  });
  if (!process.env.LONGWAVE_RESTART) return;
  await check('after a restart of the server the page is right, and the sound comes back', async () => {
    execSync(process.env.LONGWAVE_RESTART, { stdio: 'ignore', timeout: 60_000 });
    const start = Date.now();
    for (const page of [one, two]) await page.waitForSelector('.link[data-link="online"]', { timeout: 40_000 });
    await same(one, two);
    const back = Date.now() - start;
    await until('sound', async () => (await one.getAttribute('.transport', 'data-sound')) === 'playing', 40_000);
    return `right after ${back} ms, heard after ${Date.now() - start} ms`;
  });
}

/** Only keys, from opening the page to a changed queue. */
async function keyboardOnly() {
  const page = await open();
  await check('with the keyboard alone: play, search, add, move, remove, stop', async () => {
    await page.keyboard.press('Space');
    await until('sound', async () => (await audioTime(page)) > 0, 10_000);
    const before = (await queueOf(page)).length;
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await until('an entry', async () => (await queueOf(page)).length === before + 1 && (await settled(page)));
    for (let i = 0; i < 60 && !(await focused(page)).startsWith('row row-glides'); i++) await page.keyboard.press('Shift+Tab');
    expect((await focused(page)).startsWith('row row-glides'), 'the queue is not reached');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Alt+ArrowDown');
    await until('the answer', () => settled(page));
    await page.keyboard.press('Delete');
    await until('the removal', async () => (await queueOf(page)).length === before && (await settled(page)));
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await until('the dialog gone', async () => (await page.locator('dialog').count()) === 0);
    await page.keyboard.press('Space');
    equal(await page.getAttribute('.transport', 'data-sound'), 'stopped', 'sound');
  });
  await page.context().close();
}

/** A network without WebSockets: the page works over SSE and POST. */
async function withoutSockets() {
  const other = await open();
  const page = await open({ blocked: true });
  await check('where WebSocket is blocked the page works: changes both ways, names, a break', async () => {
    equal(await page.evaluate(() => document.querySelector('.link').dataset.transport), 'sse', 'transport');
    await until('the queue', async () => (await queueOf(page)).length > 2);
    await page.locator('.panel-queue .row[data-index="2"]').focus();
    const before = await same(page, other);
    await page.keyboard.press('Delete');
    await until('its end there', async () => (await queueOf(other)).length === before.length - 1);
    await page.keyboard.press('Control+z');
    await until('the old order', async () => JSON.stringify(await queueOf(other)) === JSON.stringify(before));
    await page.click('.name-me');
    await page.keyboard.type('Sol');
    await page.keyboard.press('Enter');
    await until('the name', () => other.locator('.names li', { hasText: 'Sol' }).count());
    await page.context().setOffline(true);
    await page.waitForSelector('.link:not([data-link="online"])');
    await other.locator('.panel-queue .row[data-index="2"]').focus();
    await other.keyboard.press('Delete');
    await until('its end', async () => (await queueOf(other)).length === before.length - 1);
    await page.context().setOffline(false);
    await page.waitForSelector('.link[data-link="online"]', { timeout: 25_000 });
    await same(page, other);
  });
  await page.context().close();
  await other.context().close();
}

async function accessibility(page, where) {
  await check(`no serious accessibility finding: ${where}`, async () => {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Runtime.evaluate', { expression: axe });
    const result = await cdp.send('Runtime.evaluate', {
      expression: `axe.run(document, {resultTypes: ['violations']}).then((r) => JSON.stringify(r.violations.map((v) => [v.impact, v.id, v.nodes.map((n) => n.target.join(' ') + ' ' + n.any.map((a) => a.message).join(';')).slice(0, 3)])))`,
      awaitPromise: true,
    });
    const found = JSON.parse(result.result.value);
    const bad = found.filter(([impact]) => impact === 'serious' || impact === 'critical');
    expect(bad.length === 0, JSON.stringify(bad));
    return found.length === 0 ? 'nothing at all' : found.map(([impact, id]) => `${impact} ${id}`).join(', ');
  });
}

async function everywhere() {
  const sizes = { desk: [1440, 900], phone: [390, 844], 'small phone': [320, 640], tablet: [820, 1100], '4K': [3840, 2160] };
  for (const [name, [width, height]] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      const page = await open({ viewport: { width, height }, colorScheme, hasTouch: width < 500 });
      for (const tab of ['queue', 'library', 'history']) {
        const button = page.locator(`#tab-${tab}`);
        if (await button.count()) await button.click();
        if (tab !== 'library' && width !== 390) continue;
        await page.waitForTimeout(300);
        await accessibility(page, `${name}, ${colorScheme}, ${tab}`);
      }
      if (colorScheme === 'dark') {
        await page.context().close();
        continue;
      }
      await check(`fits, and every target is 44 px: ${name}`, async () => {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide <= 0, `${wide} px too wide`);
        const small = await page.$$eval('button, input', (all) =>
          all.map((one) => ({ box: one.getBoundingClientRect(), name: one.className || one.id || one.type }))
            .filter(({ box }) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
            .map(({ box, name: what }) => `${what} ${box.width.toFixed(0)}x${box.height.toFixed(0)}`));
        equal(small, [], 'too small');
      });
      await page.context().close();
    }
  }
}

/** Text twice as large by the browser's own setting, which the media queries see too. */
async function largeText() {
  const large = await chromium.launch({ ...launch, args: [...chromiumArgs, '--blink-settings=defaultFontSize=32'] });
  for (const [width, height] of [[1440, 900], [820, 1100], [390, 844], [320, 640]]) {
    const page = await open({ viewport: { width, height } }, large);
    await check(`text at 200 % fits: ${width} px`, async () => {
      equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), '32px', 'size of text');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide <= 0, `${wide} px too wide`);
    });
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/large-${width}.png` });
    await page.context().close();
  }
  await large.close();
}

async function touch() {
  const page = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await check('dragging with a finger moves an entry on a phone', async () => {
    await until('the queue', async () => (await queueOf(page)).length >= 4);
    const before = await queueOf(page);
    const grip = page.locator('.panel-queue .row[data-index="1"] .grip');
    // In the middle of the window: near its edge the list scrolls on under the finger for as long as it is held there.
    const box = await until('the row in its place', async () => {
      await grip.evaluate((one) => one.scrollIntoView({ block: 'center' }));
      const [a, b] = [await grip.boundingBox(), await new Promise((resolve) => setTimeout(() => resolve(grip.boundingBox()), 60))];
      return a.y === b.y && b.y > 150 && b.y < 640 && b;
    });
    const cdp = await page.context().newCDPSession(page);
    const finger = (type, y) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x: box.x + 20, y }] });
    await finger('touchStart', box.y + 20);
    for (let step = 1; step <= 6; step++) await finger('touchMove', box.y + 20 + step * 10);
    await finger('touchEnd', 0);
    // The one that was first may begin meanwhile: only the two that changed places are looked at.
    await until('the new order', async () => {
      const now = await queueOf(page);
      return now.includes(before[2]) && now.indexOf(before[1]) === now.indexOf(before[2]) + 1;
    });
  });
  await page.context().close();
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
await one.context().close();
await two.context().close();
await withoutSockets();
await keyboardOnly();
await touch();
await everywhere();
await largeText();
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
