// SPDX-License-Identifier: Apache-2.0
// Chat and operator's page in Chromium against a running station.
//   node tests/protocol/people.mjs http://127.0.0.1:8000
// The station must be reached from this machine (so that the pages are an administrator's).
// LONGWAVE_RESTART: a shell command that restarts the server and returns when it listens again; without it that
// check is left out. LONGWAVE_SHOTS: a folder for pictures. CHROMIUM: the browser, /usr/bin/chromium if not set.
import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const url = (process.argv[2] ?? 'http://127.0.0.1:8000').replace(/\/$/, '');
const shots = process.env.LONGWAVE_SHOTS;
const limit_ms = 20_000;

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
async function until(what, test) {
  const end = Date.now() + limit_ms;
  for (;;) {
    const value = await test();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limit_ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
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

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--mute-audio'],
});
const desk = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

async function open(path, { name, refuse = null, ...options } = {}) {
  const context = await browser.newContext({ viewport: desk, locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(limit_ms);
  page.problems = [];
  page.loaded = [];
  page.sockets = [];
  page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()));
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('request', (request) => page.loaded.push(new URL(request.url()).pathname));
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer();
    page.sockets.push(socket);
    socket.onMessage((text) => {
      const call = JSON.parse(text);
      if (refuse && refuse(call)) return socket.send(JSON.stringify({ jsonrpc: '2.0', id: call.id, error: { code: -32001, message: 'the broker is away' } }));
      server.send(text);
    });
  });
  if (name) await page.addInitScript((chosen) => localStorage.getItem('longwave.name') ?? localStorage.setItem('longwave.name', chosen), name);
  await page.goto(url + path);
  await page.waitForSelector('.link[data-link="online"]');
  return page;
}
const toChat = async (page) => {
  await page.click('#tab-chat');
  await page.waitForSelector('.panel-chat');
};
const said = (page) => page.$$eval('.said-text', (all) => all.map((one) => one.firstChild.textContent));
const last = async (page) => (await said(page)).at(-1);
const sees = (page, text) => until(`“${text}” to be seen`, async () => (await said(page)).includes(text));
const misses = (page, text) => until(`“${text}” to be gone`, async () => !(await said(page)).includes(text));
const say = async (page, text) => {
  await page.fill('#say', text);
  await page.press('#say', 'Enter');
};
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName);
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
async function accessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const bad = violations.filter((one) => ['serious', 'critical'].includes(one.impact));
  expect(bad.length === 0, bad.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`).join('; '));
  return `${violations.length} lesser findings`;
}
async function picture(page, name) {
  if (!shots) return;
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: `${shots}/${name}-${scheme}.png` });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

// ---- the chat

async function talking(mara, jonas) {
  await check('who has no name is asked for one, and goes on with the field', async () => {
    await toChat(jonas);
    await jonas.fill('#chat-name', 'Jonas');
    await jonas.keyboard.press('Enter');
    await until('the field', async () => (await focused(jonas)) === 'say');
  });
  await check('names of who is here are a row, and come by themselves', async () => {
    const names = () => mara.$$eval('.people .name', (all) => all.map((one) => one.textContent));
    await until('Jonas among the names', async () => (await names()).some((one) => one.startsWith('Jonas')));
  });
  await check('what one says the other sees, with author and time', async () => {
    await toChat(mara);
    await say(mara, 'good evening');
    await sees(jonas, 'good evening');
    equal(await jonas.textContent('.said-name >> nth=-1'), 'Mara', 'author');
    await until('the acknowledgement', async () => (await mara.locator('.said-pending').count()) === 0);
    equal(await mara.inputValue('#say'), '', 'field');
  });
  await check('markup and links are text', async () => {
    await say(jonas, '<img src=x onerror=alert(1)> http://example.org/');
    await sees(mara, '<img src=x onerror=alert(1)> http://example.org/');
    equal(await mara.locator('.feed img, .feed a').count(), 0, 'elements');
  });
  await check('Shift Enter begins a line', async () => {
    await mara.click('#say');
    await mara.keyboard.type('one');
    await mara.keyboard.press('Shift+Enter');
    await mara.keyboard.type('two');
    await mara.keyboard.press('Enter');
    await sees(jonas, 'one\ntwo');
  });
  await check('what is said elsewhere is spoken politely', async () => {
    await say(jonas, 'spoken');
    await until('the live region', async () => (await mara.textContent('.panel-chat > [role=status]')) === 'Jonas: spoken');
  });
  await check('what nobody looks at is counted on the tab, and marked in the list', async () => {
    await mara.click('#tab-library');
    await say(jonas, 'first unread');
    await say(jonas, 'second unread');
    await until('the count', async () => (await mara.locator('#tab-chat .unread').count()) === 1 && (await mara.textContent('#tab-chat .unread [aria-hidden]')) === '2');
    await toChat(mara);
    await mara.waitForSelector('.chat-new');
    await until('no marks on the tab', async () => (await mara.locator('#tab-chat .unread').count()) === 0);
  });
}

async function changing(mara, jonas) {
  await check('↑ edits the last message, Escape leaves it', async () => {
    await say(mara, 'teh typo');
    await sees(jonas, 'teh typo');
    await until('the acknowledgement', async () => (await mara.locator('.said-pending').count()) === 0);
    await mara.press('#say', 'ArrowUp');
    await mara.waitForSelector('.edit textarea');
    await mara.keyboard.press('Escape');
    await until('no form', async () => (await mara.locator('.edit').count()) === 0);
    await until('the field again', async () => (await focused(mara)) === 'say');
  });
  await check('an edit is seen by the other, and undone by Ctrl Z', async () => {
    await mara.press('#say', 'ArrowUp');
    await mara.fill('.edit textarea', 'the typo');
    await mara.press('.edit textarea', 'Enter');
    await sees(jonas, 'the typo');
    await until('the mark', async () => (await jonas.locator('.said-mark').count()) > 0);
    await mara.click('.notice .button');
    await sees(jonas, 'teh typo');
  });
  await check('Delete removes for everybody at once; Undo brings it back in its place', async () => {
    const before = await said(jonas);
    await mara.locator('.feed-row').last().focus();
    await mara.keyboard.press('Delete');
    await misses(jonas, 'teh typo');
    await mara.locator('.notice .button').last().click();
    await sees(jonas, 'teh typo');
    equal(await said(jonas), before, 'order');
  });
  await check('who may moderate removes what others said', async () => {
    await mara.locator('.feed-row', { hasText: 'second unread' }).last().focus();
    await mara.keyboard.press('Delete');
    await misses(jonas, 'second unread');
  });
}

async function refusing() {
  await check('a message that is refused comes back to the field, with the reason', async () => {
    const page = await open('/', { name: 'Ines', refuse: (call) => call.method === 'channel.publish' });
    await toChat(page);
    await page.waitForSelector('.said-text, .empty');
    await say(page, 'nobody hears this');
    await until('the sentence', async () => (await page.locator('.notice-bad').count()) === 1);
    equal(await page.inputValue('#say'), 'nobody hears this', 'field');
    expect(!(await said(page)).includes('nobody hears this'), 'it is still in the list');
    await page.context().close();
  });
  await check('how much room is left is said before it is too late', async () => {
    const page = await open('/', { name: 'Ines' });
    await toChat(page);
    await page.fill('#say', 'x'.repeat(1_900));
    equal((await page.textContent('#say-room')).trim(), '100 characters left', 'the sentence');
    await page.fill('#say', 'x'.repeat(2_003));
    equal((await page.textContent('#say-room')).trim(), '3 characters too long', 'the sentence');
    expect(await page.isDisabled('.say button'), 'it can be sent');
    await page.context().close();
  });
}

async function breaking(mara, jonas) {
  await check('after a break what was missed is there, once and in order', async () => {
    const count = 12;
    const cut = mara.sockets.at(-1);
    await mara.context().setOffline(true);
    await cut.close({ code: 4000 }).catch(() => undefined);
    for (let i = 0; i < count; i++) await say(jonas, `missed ${i}`);
    await until('all acknowledged', async () => (await jonas.locator('.said-pending').count()) === 0);
    await mara.context().setOffline(false);
    await sees(mara, `missed ${count - 1}`);
    const seen = (await said(mara)).filter((one) => one.startsWith('missed'));
    equal(seen, Array.from({ length: count }, (_, i) => `missed ${i}`), 'messages');
  });
  if (!process.env.LONGWAVE_RESTART) return;
  await check('after a restart of the server both talk again, and nothing is shown twice', async () => {
    execSync(process.env.LONGWAVE_RESTART, { stdio: 'ignore' });
    for (const page of [mara, jonas]) await until('the connection', () => page.locator('.link[data-link="online"]').count());
    await say(mara, 'back again');
    await sees(jonas, 'back again');
    await say(jonas, 'me too');
    await sees(mara, 'me too');
    for (const page of [mara, jonas]) equal((await said(page)).filter((one) => one === 'back again').length, 1, 'times');
  });
}

async function long(mara) {
  await check('a long chat exists only near the window, older messages come while scrolling', async () => {
    for (let i = 0; i < 150; i++) await rpc('channel.publish', { channel: 'chat:main', data: { text: `line ${i}` } });
    const page = await open('/', { name: 'Ines' });
    await toChat(page);
    await sees(page, 'line 149');
    const rows = () => page.locator('.feed-row').count();
    await until('the end', () => page.$eval('.feed', (feed) => feed.scrollHeight - feed.scrollTop - feed.clientHeight < 40));
    await until('the beginning', async () => {
      await page.$eval('.feed', (feed) => feed.scrollBy(0, -900));
      return (await said(page)).includes('line 20');
    });
    const most = await rows();
    expect(most < 110, `${most} rows`);
    await page.click('.to-end');
    await sees(page, 'line 149');
    await page.context().close();
    return `${most} rows of 150`;
  });
  await check('Tab goes from the tab to the messages, to the field, to the button; arrows go from message to message', async () => {
    await mara.focus('#tab-chat');
    await mara.keyboard.press('Tab');
    expect((await focused(mara)).includes('feed'), await focused(mara));
    if ((await focused(mara)) === 'feed') await mara.keyboard.press('Tab'); // the scroller takes it, too
    equal(await focused(mara), 'feed-row', 'focus');
    const index = () => mara.evaluate(() => Number(document.activeElement.dataset.index));
    const at = await index();
    await mara.keyboard.press('ArrowUp');
    equal(await index(), at - 1, 'row');
    await mara.keyboard.press('Tab');
    equal(await focused(mara), 'say', 'focus');
    await mara.keyboard.type('by keys alone');
    await mara.keyboard.press('Tab');
    await mara.keyboard.press('Enter');
    await sees(mara, 'by keys alone');
  });
}

async function looking(mara) {
  await check('no serious finding of accessibility in the chat', () => accessible(mara));
  await picture(mara, 'chat-desk');
  await check('on a phone, with text twice as large, from right to left: nothing goes sideways', async () => {
    const page = await open('/', { name: 'Ines', viewport: phone, hasTouch: true, colorScheme: 'dark' });
    await toChat(page);
    await sees(page, 'by keys alone');
    await picture(page, 'chat-phone');
    equal(await sideways(page), 0, 'phone');
    await accessible(page);
    await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
    equal(await sideways(page), 0, '200 %');
    expect((await page.locator('#say').boundingBox()).width > 120, 'the field is too narrow');
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '';
      document.documentElement.dir = 'rtl';
    });
    equal(await sideways(page), 0, 'right to left');
    equal(page.problems, [], 'problems');
    await page.context().close();
  });
  await check('the station page loads nothing of the operator’s page', async () =>
    expect(!mara.loaded.some((path) => path.includes('platform')), 'it does'));
}

// ---- the operator's page

async function operating(jonas) {
  const page = await open('/platform');
  await check('the operator’s page says that all is well, and draws what happens', async () => {
    await page.waitForSelector('.health:not(.health-bad)');
    await page.waitForSelector('.chart-path', { state: 'attached' });
    expect(Number(await page.textContent('.chart-now >> nth=0')) >= 3, 'connections');
    equal(await page.locator('.node').count(), 1, 'nodes');
  });
  await check('connections have name, address, transport, channels', async () => {
    const row = page.locator('tr', { hasText: 'Jonas' }).first();
    await row.waitFor();
    const text = await row.innerText();
    for (const part of ['127.0.0.1', 'websocket', 'chat:main']) expect(text.includes(part), `${part} is missing: ${text}`);
  });
  await check('a connection is closed: its row goes, and its page says why', async () => {
    await page.locator('tr', { hasText: 'Jonas' }).first().locator('button').click();
    await until('Jonas gone', async () => (await page.locator('tr', { hasText: 'Jonas' }).count()) === 0);
    await until('the sentence', async () => (await jonas.locator('.link[data-link="offline"], .link[data-link="refused"]').count()) === 1);
  });
  await check('the rule of a channel is changed, in force, kept, and undone', async () => {
    await page.click('#tab-channels');
    await page.locator('[data-channel="chat:main"] button').click();
    await page.fill('#rule-history_size', '7');
    await page.selectOption('#rule-publish', 'admin');
    await page.locator('dialog button[type=submit]').click();
    const rule = async () => (await rpc('platform.rules')).rules.find((one) => one.pattern === 'chat:main');
    const changed = await until('the rule', rule);
    equal([changed.config.history_size, changed.config.publish, changed.own], [7, 'admin', true], 'rule');
    await until('the mark', async () => (await page.locator('[data-channel="chat:main"] .mark').count()) === 1);
    await page.locator('.notice .button').last().click();
    await until('the old rule', async () => !(await rule()));
  });
  await check('no serious finding of accessibility on the operator’s page', () => accessible(page));
  for (const list of ['connections', 'channels']) {
    await page.click(`#tab-${list}`);
    await page.waitForSelector('.rows tbody tr');
    await picture(page, `platform-${list}-desk`);
  }
  await page.setViewportSize(phone);
  await check('it works on a phone', async () => {
    await page.click('#tab-connections');
    await page.waitForSelector('.rows tbody tr');
    equal(await sideways(page), 0, 'sideways');
    await accessible(page);
    await picture(page, 'platform-phone');
    await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
    equal(await sideways(page), 0, '200 %');
  });
  await check('who isn’t an administrator sees a door', async () => {
    const stranger = await open('/platform', { extraHTTPHeaders: { 'X-Forwarded-For': '192.0.2.1' } });
    await stranger.waitForSelector('.door');
    equal(await stranger.locator('.charts, .rows').count(), 0, 'figures');
    await stranger.context().close();
  });
  await check('nothing was said on the consoles', async () => equal(page.problems, [], 'problems'));
}

const mara = await open('/', { name: 'Mara' });
const jonas = await open('/');
await talking(mara, jonas);
await changing(mara, jonas);
await refusing();
await breaking(mara, jonas);
await long(mara);
await looking(mara);
await operating(jonas);
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
