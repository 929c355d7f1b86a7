// SPDX-License-Identifier: Apache-2.0
// Chromium: the demo page, and the browser build of socket.io-client 0.9.16 on pages of ours and of another origin.
//   node legacy_page.mjs PORT [SCREENSHOT]
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { findings } from './axe.mjs';
import { check, end, equal, until } from './js/try.mjs';

const { chromium } = createRequire(new URL('../../ui/package.json', import.meta.url))('playwright-core');
const library = readFileSync(new URL('./node_modules/legacy-socket-io/dist/socket.io.js', import.meta.url), 'utf8');
const base = `http://127.0.0.1:${process.argv[2]}`;

const sign = (text, at = Math.floor(Date.now() / 1000)) =>
  `${createHmac('sha256', 'secret').update(`${text}.${at}`).digest('base64')}.${at}`;
async function rest(path, body) {
  const answer = await fetch(base + path, { method: 'POST', headers: { 'x-channelstream-secret': sign(path) }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

const browser = await chromium.launch({
  timeout: 180_000,
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

async function demo(problems, polls = false) {
  const page = await browser.newPage();
  page.setDefaultTimeout(40_000);
  page.on('console', (said) => said.type() === 'error' && problems.push(said.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => request.url().startsWith(base) || request.url().startsWith(base.replace('http', 'ws')) || problems.push(request.url()));
  if (polls) await page.addInitScript(() => delete window.WebSocket);
  await page.goto(`${base}/demo`);
  await page.waitForFunction(() => document.querySelectorAll('#channels li').length === 2, null, { timeout: 40_000 });
  return page;
}

const log = (page) => page.locator('#log').innerText();

for (const polls of [false, true]) {
  await check(`the demo page over ${polls ? 'polls' : 'a WebSocket'}: two people talk, in a channel, in another one and in private`, async () => {
    const problems = [];
    const [ada, bob] = [await demo(problems, polls), await demo(problems, polls)];
    const name = await ada.locator('#name').innerText();
    await bob.locator('input[name=text]').fill('hello <b>all</b> 😀');
    await bob.locator('#say button').click();
    for (const page of [ada, bob]) await until('the message', async () => (await log(page)).includes('[pub_chan] ') && (await log(page)).includes('hello <b>all</b> 😀'));
    for (const page of [ada, bob]) {
      await page.locator('#join button').click();
      await until('the third channel', async () => (await page.locator('#channels li').count()) === 3);
    }
    await bob.locator('input[name=to]').fill(name);
    await bob.locator('input[name=text]').fill('psst');
    await bob.locator('#say button').click();
    await until('the private one', async () => (await log(ada)).includes('psst'));
    if ((await log(bob)).includes('psst')) throw new Error('private, but told to somebody else');
    if (process.argv[3] && !polls) await ada.screenshot({ path: process.argv[3] });
    equal(await findings(ada), [], 'accessibility');
    await ada.setViewportSize({ width: 360, height: 640 });
    if (await ada.evaluate(() => document.documentElement.scrollWidth > innerWidth)) throw new Error('wider than a phone');
    await ada.locator('#disconnect').click();
    await until('the end', async () => (await ada.locator('#state').innerText()) === 'not connected');
    equal(problems, [], 'nothing blocked, nothing from elsewhere');
    await ada.close();
    await bob.close();
  });
}

/** A page that has the original's library, and what its events were. */
async function original(page, user, transport) {
  await page.evaluate(library);
  await page.evaluate(([url, wanted]) => {
    window.heard = [];
    const socket = window.io.connect(url, { 'force new connection': true, transports: [wanted], 'try multiple transports': false });
    window.socket = socket;
    for (const name of ['connect', 'join', 'message', 'connect_failed', 'error', 'disconnect']) {
      socket.on(name, (...args) => window.heard.push([name, ...args]));
    }
    socket.on('connect', () => socket.emit('join', ['page']));
  }, [`${base}/stream?username=${user}&sig=${encodeURIComponent(sign(user))}`, transport]);
  return (name) => until(name, () => page.evaluate((wanted) => window.heard.find((one) => one[0] === wanted), name));
}

const elsewhere = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<title>a web application</title>'));
await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
const foreign = `http://127.0.0.1:${elsewhere.address().port}/`;

for (const [where, url] of [['a page of ours', `${base}/demo/demo.css`], ['a page of another origin', foreign]]) {
  for (const transport of ['websocket', 'xhr-polling']) {
    await check(`socket.io.js 0.9.16 on ${where} over ${transport}`, async () => {
      const user = `page-${transport}-${url === foreign}`;
      await rest('/connect', { user, channels: ['page'] });
      const context = await browser.newContext({ bypassCSP: true });
      const page = await context.newPage();
      await page.goto(url);
      const hears = await original(page, user, transport);
      equal(await hears('join'), ['join', ['page']], 'joined');
      await rest('/message', { channel: 'page', user: 'web', message: 'κόσμε 😀' });
      equal((await hears('message'))[1][0].message, 'κόσμε 😀', 'message');
      await context.close();
    });
  }
}

elsewhere.close();
await browser.close();
end();
