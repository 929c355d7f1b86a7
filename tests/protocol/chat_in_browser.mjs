// SPDX-License-Identifier: Apache-2.0
// The chat in Chromium: node chat_in_browser.mjs HOST:PORT. First the original's client in a page of another origin, then the
// chat's own page in two windows. Prints what was seen as JSON.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const address = process.argv[2];
const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

const elsewhere = createServer((request, answer) => {
  const script = request.url === '/original_client.mjs';
  answer.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
  answer.end(script ? readFileSync(new URL('./original_client.mjs', import.meta.url)) : '<!doctype html><title>elsewhere</title>');
});
await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({ timeout: 180_000, executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
  const session = await page.evaluate(async (url) => (await import('/original_client.mjs')).chat_session(url), `ws://${address}`);

  const windows = [];
  for (const name of ['ada', 'bob']) {
    const window = await browser.newPage();
    window.setDefaultTimeout(60_000);
    window.on('pageerror', (error) => { throw error; });
    await window.goto(`http://${address}/`);
    await window.fill('#name', name);
    await window.click('#naming button');
    windows.push(window);
  }
  const [ada, bob] = windows;
  await ada.waitForFunction(() => document.querySelector('#clients').textContent === 'ada, bob');
  await bob.fill('#text', 'good evening');
  await bob.click('#saying button');
  await ada.waitForSelector('#messages li');
  const page_saw = await ada.textContent('#messages li');
  await bob.close();
  await ada.waitForFunction(() => document.querySelector('#clients').textContent === 'ada');
  console.log(JSON.stringify({ session, page_saw }));
} finally {
  await browser.close();
  elsewhere.close();
}
