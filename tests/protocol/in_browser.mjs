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

export async function until(what, test, limit_ms = 10_000) {
  const end = Date.now() + limit_ms;
  for (;;) {
    const value = await test();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limit_ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--mute-audio',
  ],
});

/** A page at an address; `refused` holds methods that get an error instead of the server's answer. */
export async function open(address = '', options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.problems = [];
  page.refused = new Set();
  page.on('console', (message) => message.type() === 'error' && page.problems.push(message.text()));
  page.on('pageerror', (error) => page.problems.push(String(error)));
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const call = JSON.parse(text);
      if (!page.refused.has(call.method)) return server.send(text);
      return socket.send(JSON.stringify({ jsonrpc: '2.0', id: call.id, error: { code: -32001, message: 'the disk is full' } }));
    });
    server.onMessage((text) => socket.send(text));
  });
  await page.goto(`${url}/${address}`);
  await page.waitForSelector('.link[data-link="online"]');
  return page;
}

/** Goes to another place without loading the page again. */
export async function go(page, address, selector) {
  await page.evaluate((hash) => (location.hash = hash), address);
  if (selector) await page.waitForSelector(selector);
}

/** Carries one thing to the middle of another, as a mouse does. */
export async function carry(page, from, to, { before = false } = {}) {
  await from.scrollIntoViewIfNeeded();
  const [a, b] = [await from.boundingBox(), await to.boundingBox()];
  await page.mouse.move(a.x + Math.min(60, a.width / 2), a.y + a.height / 2);
  await page.mouse.down();
  const y = before ? b.y + 3 : b.y + b.height / 2;
  await page.mouse.move(b.x + b.width / 2, y, { steps: 6 });
  await page.waitForSelector('.carry-takes');
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
  await browser.close();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
