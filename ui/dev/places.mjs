// SPDX-License-Identifier: Apache-2.0
// A development tool: pictures of the music place before a running server, light and dark, desk and phone.
//   node dev/places.mjs http://127.0.0.1:8000 FOLDER [name...]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [url, folder, ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--mute-audio'],
});
const sizes = { desk: [1440, 900], phone: [390, 844] };
const rpc = async (method, params = {}) => {
  const answer = await fetch(`${url}/rpc`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
  return (await answer.json()).result;
};
const album = (await rpc('library.albums', { limit: 9 })).albums.at(-1);
const places = {
  station: { hash: '' },
  albums: { hash: '#/music/albums' },
  album: { hash: `#/music/album/${album.id}` },
  artists: { hash: '#/music/artists' },
  songs: { hash: '#/music/songs' },
  menu: { hash: `#/music/album/${album.id}`, go: (page) => page.locator('.music .more').nth(1).click() },
};
for (const [name, { hash, go, locale }] of Object.entries(places)) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const [size, [width, height]] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale: locale ?? 'en-GB', hasTouch: size === 'phone' });
      const page = await context.newPage();
      page.on('console', (message) => message.type() === 'error' && console.log('   ', message.text()));
      page.on('pageerror', (error) => console.log('   ', String(error)));
      await page.goto(`${url}/${hash}`);
      await page.waitForSelector('.link[data-link="online"]');
      await page.waitForTimeout(900);
      await go?.(page);
      await page.waitForTimeout(300);
      const file = `${name}-${size}-${colorScheme}.png`;
      await page.screenshot({ path: join(folder, file) });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      console.log(file, over > 0 ? `OVERFLOWS by ${over}px` : '');
      await context.close();
    }
  }
}
await browser.close();
