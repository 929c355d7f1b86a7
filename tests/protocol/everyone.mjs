// SPDX-License-Identifier: Apache-2.0
// The page in Chromium, for tests/protocol/everyone_test.py: each line of standard input is {"method", "params"} to be called by the
// page, or {"shows": true} for the titles of the queue that it shows; each is answered by a line.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const url = process.argv[2];
const browser = await chromium.launch({
  timeout: 180_000,
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--mute-audio'],
});
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })).newPage();
page.setDefaultTimeout(60_000);
await page.goto(url);
await page.waitForSelector('.link[data-link="online"]');

const call = (message) =>
  page.evaluate(async ({ method, params }) => {
    const answer = await fetch('/rpc', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return answer.json();
  }, message);
const shows = () =>
  page.$$eval('.panel-queue .row', (rows) =>
    rows
      .map((row) => ({ place: Number(row.dataset.index), title: row.querySelector('.row-title').textContent }))
      .sort((a, b) => a.place - b.place)
      .map((row) => row.title),
  );

console.log('"ready"');
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  console.log(JSON.stringify(message.shows ? await shows() : await call(message)));
}
await browser.close();
