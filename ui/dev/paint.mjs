// SPDX-License-Identifier: Apache-2.0
// How soon the page is there on a slow phone: node dev/paint.mjs http://127.0.0.1:8000 [times]. A processor four times
// slower, 1.6 Mbit/s and 150 ms (Lighthouse's slow 4G). Painted: the browser's own first contentful paint. Usable: Play
// can be pressed and the station's state is shown. Nothing is in the cache.
import { chromium } from 'playwright-core';

const [url, times = '5'] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--mute-audio'],
});
const places = { station: ['', '.play:not(:disabled)', '.onair .title'], albums: ['#/music/albums', '.play:not(:disabled)', '.card-title'] };
console.log('| | first paint, ms | usable, ms | sent, KB |\n|---|---|---|---|');
for (const [name, [hash, play, content]] of Object.entries(places)) {
  const painted = [];
  const usable = [];
  let bytes = 0;
  for (let n = 0; n < Number(times); n++) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.enable');
    bytes = 0;
    cdp.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 });
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await page.goto(`${url}/${hash}`, { waitUntil: 'commit' });
    await page.waitForSelector(play);
    await page.waitForSelector(content);
    const now = await page.evaluate(() => ({ paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN, at: performance.now() }));
    painted.push(now.paint);
    usable.push(now.at);
    await context.close();
  }
  const middle = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)].toFixed(0);
  const most = (list) => Math.max(...list).toFixed(0);
  console.log(`| ${name} | ${middle(painted)} (at most ${most(painted)}) | ${middle(usable)} (at most ${most(usable)}) | ${(bytes / 1024).toFixed(0)} |`);
}
await browser.close();
