// SPDX-License-Identifier: Apache-2.0
// What tests of the page in Chromium have in common: a browser, checks that are counted, calls, axe.
import { createRequire } from 'node:module';
import { serious } from './axe.mjs';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');

export const url = (process.argv[2] ?? 'http://127.0.0.1:8000').replace(/\/$/, '');

let passed = 0;
let failed = 0;

export async function check(what, test) {
  const began = Date.now();
  try {
    const seen = await test();
    passed++;
    console.log(`ok    ${what}${seen === undefined ? '' : `: ${seen}`} (${Date.now() - began} ms)`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${what}: ${String(error.message ?? error).split('\n').slice(0, 4).join(' | ')}`);
  }
}

export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

export const equal = (have, want, what) =>
  expect(JSON.stringify(have) === JSON.stringify(want), `${what}: ${JSON.stringify(have)} instead of ${JSON.stringify(want)}`);

export async function rpc(method, params = {}) {
  const answer = await fetch(`${url}/rpc`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const message = await answer.json();
  if (message.error) throw new Error(`${method}: ${message.error.message}`);
  return message.result;
}

export async function until(what, test, limit_ms = 40_000) {
  const end = Date.now() + limit_ms;
  for (;;) {
    const value = await test();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limit_ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const started = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--mute-audio',
  ],
};
const browsers = [];
export async function launch(...args) {
  browsers.push(await chromium.launch({ ...started, args: [...started.args, ...args], timeout: 180_000 }));
  return browsers.at(-1);
}
const browser = await launch();

/** A page at an address; `refused` holds methods that get an error instead of the server's answer, `sockets` its connections, `hears` is
 * given what the server says. `prepare` is called before anything is loaded. */
export async function open(address = '', { prepare, where = browser, ...options } = {}) {
  const context = await where.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options });
  context.setDefaultTimeout(40_000);
  const page = await context.newPage();
  page.problems = [];
  page.refused = new Set();
  page.sockets = [];
  page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()));
  page.on('pageerror', (error) => page.problems.push(String(error)));
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer();
    page.sockets.push({ socket, server });
    socket.onMessage((text) => {
      const call = JSON.parse(text);
      if (!page.refused.has(call.method)) return server.send(text);
      return socket.send(JSON.stringify({ jsonrpc: '2.0', id: call.id, error: { code: -32001, message: 'the disk is full' } }));
    });
    server.onMessage((text) => {
      page.hears?.(JSON.parse(text));
      socket.send(text);
    });
  });
  // What is offered to be undone is offered for longer: on a slow machine nine seconds are over soon.
  await page.addInitScript(() => {
    const real = window.setTimeout;
    window.setTimeout = (call, wait, ...more) => real.call(window, call, wait === 9_000 ? 30_000 : wait, ...more);
  });
  await prepare?.(page);
  await page.goto(`${url}/${address}`);
  await page.waitForSelector('.link[data-link="online"]');
  return page;
}

export const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** Goes to another place without loading the page again. */
export async function go(page, address, selector) {
  await page.evaluate((hash) => (location.hash = hash), address);
  if (selector) await page.waitForSelector(selector);
}

/** Where something is, when it doesn't move any more. */
export const still = (locator) =>
  until('it stands still', async () => {
    const [a, b] = [await locator.boundingBox(), await new Promise((resolve) => setTimeout(() => resolve(locator.boundingBox()), 60))];
    return a && b && a.x === b.x && a.y === b.y && b;
  });

/** Waits until what is seen is what is wanted. */
export const becomes = async (look, want, what) => {
  let have;
  await until(what, async () => JSON.stringify((have = await look())) === JSON.stringify(want)).catch(() => equal(have, want, what));
};

/** Carries one thing to the middle of another, as a mouse does. */
export async function carry(page, from, to, { before = false } = {}) {
  await from.scrollIntoViewIfNeeded();
  const a = await still(from);
  await page.mouse.move(a.x + Math.min(60, a.width / 2), a.y + a.height / 2);
  await page.mouse.down();
  await until('it takes what is carried', async () => {
    const b = await still(to);
    await page.mouse.move(b.x + b.width / 2, before ? b.y + 3 : b.y + b.height / 2, { steps: 6 });
    return page.waitForSelector('.carry-takes', { timeout: 2_000 }).catch(() => null);
  });
  await page.mouse.up();
}

export async function accessible(page) {
  equal(await serious(page), [], 'findings');
}

/** Nothing goes beyond the window, and a finger meets everything. */
export async function fits(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide <= 0, `${wide} px too wide`);
  const small = await page.$$eval('button, input, select, textarea, .section, .place, .menu-item, .card-link, .tile, .row-link', (all) =>
    all
      .map((one) => ({ box: (one.closest('.check') ?? one.closest('.number') ?? one).getBoundingClientRect(), name: one.className || one.id || one.type }))
      .filter(({ box }) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
      .map(({ box, name }) => `${name} ${box.width.toFixed(0)}x${box.height.toFixed(0)}`),
  );
  equal(small, [], 'too small');
}

export const quiet = (page) => check('no error on the console', () => equal(page.problems.filter((text) => !/Failed to load resource/.test(text)), [], 'console'));

export async function end() {
  for (const one of browsers) await one.close();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
