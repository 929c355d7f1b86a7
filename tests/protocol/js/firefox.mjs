// SPDX-License-Identifier: Apache-2.0
// The page in Firefox before a running station: node firefox.mjs URL. It is steered by WebDriver BiDi, which Firefox
// speaks itself.
import puppeteer from 'puppeteer-core';
import { check, end, equal, until } from './try.mjs';

const url = process.argv[2];
const browser = await puppeteer.launch({
  browser: 'firefox',
  executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
  headless: true,
  timeout: 180_000,
  protocolTimeout: 400_000,
  extraPrefsFirefox: { 'media.cubeb.backend': 'alsa', 'media.volume_scale': '0.0', 'intl.accept_languages': 'en-GB' },
});

async function rpc(method, params) {
  const answer = await fetch(`${url}/rpc`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
  return (await answer.json()).result;
}

async function open(blocked = false) {
  const page = await browser.newPage();
  await page.setViewport({ width: 1440, height: 900 });
  await page.evaluateOnNewDocument(`
    if (${blocked}) window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 })); } };
    const Real = window.Audio;
    window.Audio = function () { return (window.theAudio = new Real()); };
  `);
  await page.goto(url);
  await page.waitForSelector('.link[data-link="online"]', { timeout: 60_000 });
  await page.waitForSelector('.panel-library .row-title');
  return page;
}
const queueOf = (page) => page.$$eval('.panel-queue .row', (rows) =>
  rows.map((row) => [Number(row.dataset.index), row.querySelector('.row-title').textContent]).sort((a, b) => a[0] - b[0]).map((row) => row[1]));
const serverQueue = async () => {
  const { entries, cursor } = await rpc('queue.list', { station: 'main' });
  return entries.slice(cursor + 1).map((entry) => entry.track.title);
};

/** As the page shows it and as the server has it, when they are the same. */
const same = (page) => until('the same queue', async () => {
  const [mine, its] = [await queueOf(page), await serverQueue()];
  return JSON.stringify(mine) === JSON.stringify(its) && (await page.$$('.row-pending')).length === 0 && mine;
});

const { tracks } = await rpc('library.search', { text: '', limit: 6 });
await rpc('queue.add', { station: 'main', tracks: tracks.map((track) => track.id) });

for (const [kind, page] of [['websocket', await open()], ['sse', await open(true)]]) {
  await page.bringToFront();
  await check(`loads over ${kind}`, async () => {
    equal(await page.$eval('.link', (one) => one.dataset.transport), kind);
    return browser.version();
  });
  await check(`fits over ${kind}`, async () => {
    const wide = await page.$$eval('.panel, .panel *, html', (all) => all.filter((one) => /auto|scroll/.test(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth).map((one) => `${one.className} ${one.scrollWidth - one.clientWidth} px`));
    equal(wide, [], 'too wide');
  });
  await check(`plays over ${kind}`, async () => {
    await page.click('.play');
    await until('sound', () => page.evaluate(() => window.theAudio.currentTime > 0.5));
    await page.click('.play');
  });
  await check(`an entry moves by keys over ${kind}`, async () => {
    const before = await same(page);
    await page.focus('.panel-queue .row[data-index="3"]');
    await page.keyboard.down('Alt');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.up('Alt');
    const want = [...before];
    want.splice(2, 0, ...want.splice(3, 1));
    await until('the new order', async () => JSON.stringify(await serverQueue()) === JSON.stringify(want));
    await same(page);
  });
  await check(`an entry moves by the pointer over ${kind}`, async () => {
    const before = await same(page);
    let box;
    await until('it stands still', async () => {
      const before = JSON.stringify(box);
      box = await (await page.$('.panel-queue .row[data-index="1"] .grip')).boundingBox();
      return JSON.stringify(box) === before;
    });
    const row = await (await page.$('.panel-queue .row[data-index="1"]')).boundingBox();
    await page.mouse.move(box.x + 20, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 16, box.y + 20 + row.height * 2, { steps: 8 });
    await page.mouse.up();
    const want = [...before];
    want.splice(3, 0, ...want.splice(1, 1));
    await until('the new order', async () => JSON.stringify(await serverQueue()) === JSON.stringify(want));
    await same(page);
  });
  await check(`what others add appears over ${kind}`, async () => {
    const before = await same(page);
    await rpc('queue.add', { station: 'main', tracks: [tracks[0].id], at: 3 });
    await until('the entry', async () => (await queueOf(page)).length === before.length + 1);
    await same(page);
  });
}
if (process.env.SHOTS) await (await browser.pages()).at(-1).screenshot({ path: `${process.env.SHOTS}/firefox.png` });
await browser.close();
end();
