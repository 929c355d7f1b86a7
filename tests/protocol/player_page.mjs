// SPDX-License-Identifier: Apache-2.0
// /player in Chromium.  node tests/protocol/player_page.mjs client|own http://127.0.0.1:8000 [FOLDER for a picture]
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const [kind, url, pictures] = process.argv.slice(2);
const browser = await chromium.launch({
  timeout: 180_000,
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--mute-audio'],
});
const errors = [];
const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
page.setDefaultTimeout(60000);
// The original's handler throws on the position -1 of an empty list; its socket survives.
page.on('pageerror', (error) => !/classList/.test(error.message) && errors.push(error.message));
page.on('console', (message) => message.type() === 'error' && !message.text().startsWith('Failed to load') && errors.push(message.text()));
page.on('response', (answer) => answer.status() >= 400 && !answer.url().endsWith('/favicon.ico') && errors.push(`${answer.status()} ${answer.url()}`));
const expect = (condition, message) => { if (!condition) throw new Error(message); };

async function client() {
  await page.goto(`${url}/player`);
  await page.waitForFunction(() => window.ready);
  expect(await page.evaluate(() => window.api_url) === `${url}/api`, 'api_url');
  expect(await page.evaluate(() => window.base_url) === `${url}/`, 'base_url');
  expect(await page.evaluate(() => window.socket_url) === `${url.replace('http', 'ws')}/socket`, 'socket_url');
  await page.waitForFunction(() => document.querySelector('.connected').textContent === '1');
  for (let i = 0; i < 3; i++) {
    await page.locator('.medialib-container .row').nth(i).click();
    await page.waitForFunction((n) => window.log.filter((f) => f.method === 'broadcast.playlist_changed').length === n, i + 1);
  }
  await page.reload();
  await page.waitForFunction(() => window.ready && document.querySelectorAll('.playlist-container .row').length === 3);
  await page.waitForFunction(() => window.log.some((f) => f.method === 'broadcast.playlist_current_pos'));  // the snapshot
  await page.evaluate(() => window.send('playback.start', []));
  await page.waitForFunction(() => document.querySelector('.nav-controls').dataset.status === '1');
  await page.locator('.playlist-container .row').nth(2).click();
  await page.waitForFunction(() => document.querySelectorAll('.playlist-container .row')[2].classList.contains('active'));
  await page.evaluate(() => window.send('playback.previous', []));
  await page.waitForFunction(() => document.querySelectorAll('.playlist-container .row')[1].classList.contains('active'));
  await page.evaluate(() => window.send('server.volume', [42.857]));
  await page.waitForFunction(() => document.querySelector('.nav-controls').dataset.volume === '43');
  await page.waitForFunction(() => JSON.stringify(window.log.filter((f) => f.id !== null).map((f) => f.id)) === '[0,1,2,3]');
  await page.fill('#newPlayList', 'Jazz');
  await Promise.all([page.waitForEvent('load'), page.press('#newPlayList', 'Enter')]);
  await page.waitForFunction(() => window.ready);
  expect((await page.locator('#playlists #list').innerText()).includes('Jazz'), 'the new list is shown');
  expect((await page.evaluate(() => window.failures)).length === 0, 'calls failed');
}

async function own() {
  await page.goto(`${url}/player`);
  await page.locator('#library li').first().waitFor();
  expect(await page.locator('#playlist li').count() === 0 && await page.locator('#playlist-empty').isVisible(), 'an empty list says so');
  for (let i = 0; i < 3; i++) {
    await page.locator('#library .song').nth(i).click();
    await page.locator('#playlist li').nth(i).waitFor();
  }
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  await page.locator('#playlist .song').nth(1).click();
  await page.waitForFunction(() => document.querySelectorAll('#playlist li')[1].classList.contains('current'));
  if (pictures) await page.screenshot({ path: `${pictures}/player.png` });
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
  await page.fill('#new-name', 'Jazz');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.locator('#playlists option', { hasText: 'Jazz' }).waitFor({ state: 'attached' });
  await page.locator('#playlist li').first().getByRole('button', { name: /Remove/ }).click();
  const listed = (count) => page.waitForFunction((want) => document.querySelectorAll('#playlist li').length === want, count);
  await listed(2);
  await page.getByRole('button', { name: 'Put it at the end' }).click();
  await listed(3);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await listed(0);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await listed(3);
  await page.fill('#filter', 'Tone 4');
  await page.waitForFunction(() => document.querySelectorAll('#library li').length === 1);
  if (pictures) {
    await page.setViewportSize({ width: 390, height: 800 });
    await page.screenshot({ path: `${pictures}/player-narrow.png` });
  }
}

try {
  await (kind === 'client' ? client : own)();
  expect(errors.length === 0, `the page complained: ${errors.join('; ')}`);
  console.log('ok');
} finally {
  await browser.close();
}
