// SPDX-License-Identifier: Apache-2.0
// @longwave/client in Chromium, loaded as the package has it, before a running station: node browser.mjs CLIENT URL CONTROL
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { check, end, equal, until } from './try.mjs';

const [folder, url, control] = process.argv.slice(2);
const { chromium } = createRequire(new URL('../../../ui/package.json', import.meta.url))('playwright-core');
const browser = await chromium.launch({
  timeout: 180_000,
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

/** A page of the server's own origin that has the module; WebSockets of it pass through the hands of the test. */
async function open(blocked) {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  page.blocked = blocked;
  page.sockets = [];
  page.posts = 0;
  await page.route('**/module/**', (route) => {
    const name = new URL(route.request().url()).pathname.split('/').pop();
    return route.fulfill({ contentType: 'text/javascript', body: readFileSync(`${folder}/dist/${name}`, 'utf8') });
  });
  page.on('request', (request) => (page.posts += Number(request.method() === 'POST')));
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    if (page.blocked) return void socket.close({ code: 3000 });
    socket.connectToServer();
    page.sockets.push(socket);
  });
  await page.addInitScript(`if (${blocked}) {
    const Real = WebSocket;
    window.free = () => (window.WebSocket = Real);
    window.WebSocket = function () { throw new DOMException('blocked', 'SecurityError'); };
  }`);
  await page.goto(`${url}/health`); // any document of the server itself: what a test makes up counts as another network
  await page.evaluate(async () => {
    const { Client } = await import('/module/index.js');
    window.client = new Client(location.origin);
    window.seen = { states: [], versions: [], resets: 0 };
    client.on('state', ({ state, transport }) => seen.states.push(transport ?? state));
    const news = client.subscribe('station:main');
    news.on('publication', ({ method, data }) => method === 'queue.changed' && seen.versions.push(data.version));
    news.on('reset', () => seen.resets++);
    await news.ready;
  });
  return page;
}

const add = (page) => page.evaluate(async () => {
  const { tracks } = await client.call('library.search', { text: '', limit: 1 });
  return (await client.call('queue.add', { station: 'main', tracks: [tracks[0].id] })).version;
});
const version = (page) => page.evaluate(async () => (await client.call('queue.list', { station: 'main', limit: 1 })).version);
const seen = (page) => page.evaluate(() => seen);

/** All versions after `first`, at least so many, each once and in order. */
async function told(page, first, least) {
  await until('the changes', async () => (await seen(page)).versions.at(-1) >= first + least);
  const versions = (await seen(page)).versions.filter((one) => one > first);
  equal(versions, Array.from(versions, (_, i) => first + 1 + i), 'versions');
}

for (const blocked of [false, true]) {
  const kind = blocked ? 'sse' : 'websocket';
  const page = await open(blocked);
  const other = await open(false);
  await check(`calls and changes over ${kind}`, async () => {
    equal((await seen(page)).states, ['connecting', kind]);
    const first = await version(page);
    for (let i = 0; i < 5; i++) await add(i % 2 ? page : other);
    await told(page, first, 5);
    equal(page.posts > 0, blocked, 'calls by POST');
  });
  await check(`a break over ${kind}: nothing lost, nothing twice`, async () => {
    const first = await version(other);
    if (blocked) await page.context().setOffline(true);
    else await page.sockets.at(-1).close({ code: 3012 });
    if (blocked) await until('the break', async () => (await seen(page)).states.includes('waiting'));
    for (let i = 0; i < 4; i++) await add(other);
    await page.context().setOffline(false);
    await told(page, first, 4);
    equal((await seen(page)).resets, 0, 'resets');
  });
  await check(`a server that is killed in the middle of a call, over ${kind}`, async () => {
    await fetch(`${control}/stop`);
    await page.evaluate(() => void (window.dying = client.call('session.info').catch((error) => [error.name, error.sent])));
    await page.waitForTimeout(100);
    await fetch(`${control}/kill`);
    equal(await page.evaluate(() => dying), ['Disconnected', true]);
    const waiting = page.evaluate(async () => (await client.call('session.info')).role);
    await fetch(`${control}/start`);
    equal(await waiting, 'admin');
    await until('the reset', async () => (await seen(page)).resets === 1);
    return (await seen(page)).states.join(' ');
  });
  await page.context().close();
  await other.context().close();
}
await browser.close();
end();
