// SPDX-License-Identifier: Apache-2.0
// A development tool: pictures of every state of the page, light and dark, desk and phone, to be looked at.
//   node dev/shots.mjs FOLDER [name...]
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? 'shots';
const only = process.argv.slice(3);
mkdirSync(folder, { recursive: true });

const launch = {
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
};
const sizes = { desk: [1440, 900], phone: [390, 844], small: [320, 640], tablet: [820, 1100], wide: [2560, 1300] };

let port = 21610;
async function serve(flags) {
  const mine = port++;
  const child = spawn('node', [join(here, 'fake-server.mjs'), String(mine), ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return { url: `http://127.0.0.1:${mine}/`, stop: () => child.kill() };
}

const tab = (name) => async (page) => {
  const one = page.locator(`#tab-${name}`);
  if (await one.count()) await one.click();
};
const states = {
  playing: { flags: [], go: async (page) => { await page.click('.play'); await page.waitForTimeout(1500); } },
  listener: { flags: ['--anyone', '--first', '3'] },
  library: { flags: [], go: tab('library') },
  search: { flags: [], go: async (page) => { await page.keyboard.press('/'); await page.keyboard.type('signal'); await page.waitForTimeout(500); } },
  nothing: { flags: [], go: async (page) => { await page.keyboard.press('/'); await page.keyboard.type('zzz'); await page.waitForTimeout(500); } },
  history: { flags: [], go: tab('history') },
  chat: { flags: ['--name'], go: async (page) => { await tab('chat')(page); await page.waitForTimeout(400); await page.locator('#say').fill('Good evening from the harbour'); await page.keyboard.press('Enter'); await page.waitForTimeout(500); } },
  chatname: { flags: ['--anyone'], go: tab('chat') },
  chatempty: { flags: ['--name', '--nochat'], go: tab('chat') },
  chatpending: { flags: ['--name', '--slow', '4000'], settle: 13000, go: async (page) => { await tab('chat')(page); await page.waitForTimeout(4500); await page.locator('#say').fill('Is anybody there?'); await page.keyboard.press('Enter'); await page.waitForTimeout(700); } },
  chatrefused: { flags: ['--name', '--refusesay'], go: async (page) => { await tab('chat')(page); await page.waitForTimeout(400); await page.locator('#say').fill('Is anybody there?'); await page.keyboard.press('Enter'); await page.waitForTimeout(700); } },
  chatedit: { flags: ['--name'], go: async (page) => { await tab('chat')(page); await page.waitForTimeout(400); await page.locator('.feed-row').nth(-2).focus(); await page.keyboard.press('Enter'); await page.waitForTimeout(400); } },
  chatunread: { flags: ['--name', '--talk'], go: async (page) => { await tab('library')(page); await page.waitForTimeout(3500); } },
  emptyqueue: { flags: ['--noqueue'] },
  empty: { flags: ['--empty'] },
  starting: { flags: ['--starting'] },
  loading: { flags: ['--hang'] },
  scan: { flags: ['--scan'], go: tab('library') },
  refused: { flags: ['--refuse'], wait: 3500 },
  removed: { flags: [], go: async (page) => { await tab('queue')(page); await page.locator('.panel-queue .row').nth(1).hover(); await page.locator('.panel-queue .row').nth(1).locator('.tool').first().click(); await page.waitForTimeout(500); } },
  failed: { flags: ['--refusemove', '--slow', '10'], go: async (page) => { await tab('queue')(page); await page.locator('.panel-queue .row').nth(1).focus(); await page.keyboard.press('Alt+ArrowDown'); await page.waitForTimeout(700); } },
  pending: { flags: ['--slow', '4000'], settle: 13000, go: async (page) => { await tab('queue')(page); await page.locator('.panel-queue .row').nth(2).focus(); await page.keyboard.press('Alt+ArrowDown'); await page.waitForTimeout(400); } },
  offline: { flags: [], go: async (page, server) => { server.stop(); await page.waitForTimeout(3500); } },
  shortcuts: { flags: [], go: async (page) => { await page.keyboard.press('?'); await page.waitForTimeout(400); } },
  signin: { flags: ['--anyone'], go: async (page) => { await page.click('.account .button >> nth=0'); await page.waitForTimeout(400); } },
  drag: { flags: [], go: async (page) => { await tab('queue')(page); const grip = page.locator('.panel-queue .row .grip').nth(1); const box = await grip.boundingBox(); await page.mouse.move(box.x + 20, box.y + 20); await page.mouse.down(); await page.mouse.move(box.x + 10, box.y + 150, { steps: 8 }); await page.waitForTimeout(400); } },
  name: { flags: [], go: async (page) => { await page.click('.name-me'); await page.waitForTimeout(200); } },
  german: { flags: [], locale: 'de-DE' },
  ...Object.fromEntries(['week', 'playlists', 'playlist/1', 'clocks', 'inserts', 'requests', 'rules', 'preview', 'played', 'people'].map((view) => [`programme-${view.replace('/', '-')}`, { flags: [], at: `#/programme/${view}` }])),
  stations: { flags: [], at: 'stations' },
};
const plan = (name) =>
  name === 'playing' || name === 'chat' ? Object.keys(sizes) : name === 'stations' || name.startsWith('programme-') ? ['desk', 'phone', 'small'] : ['library', 'chatname', 'chatedit', 'chatpending', 'history', 'emptyqueue', 'offline', 'removed', 'signin'].includes(name) ? ['desk', 'phone'] : ['desk'];

const browser = await chromium.launch(launch);
for (const [name, state] of Object.entries(states)) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const size of plan(name)) {
    const [width, height] = sizes[size];
    for (const scheme of ['playing', 'chat', 'library'].includes(name) || name === 'removed' || name === 'stations' || name.startsWith('programme-') ? ['light', 'dark'] : ['light']) {
      const server = await serve(state.flags);
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: state.locale ?? 'en-GB', hasTouch: size === 'phone' });

      const page = await context.newPage();
      const problems = [];
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      page.on('pageerror', (error) => problems.push(String(error)));
      if (state.flags.includes('--name')) await page.addInitScript(() => localStorage.setItem('longwave.name', 'Ines'));
      await page.goto(server.url + (state.at ?? ''));
      await page.waitForTimeout(state.wait ?? state.settle ?? 1200);
      await state.go?.(page, server);
      const file = `${name}-${size}-${scheme}.png`;
      await page.screenshot({ path: join(folder, file) });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      console.log(file, overflow > 0 ? `OVERFLOWS by ${overflow}px` : '', ...(name === 'offline' || name === 'refused' ? [] : problems));
      await page.close();
      await context.close();
      server.stop();
    }
  }
}
await browser.close();
