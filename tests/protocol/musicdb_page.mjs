// SPDX-License-Identifier: Apache-2.0
// Chromium on a page with MusicDB's dispatch rules, served by our listener; ends the server given by its process id.
//   node musicdb_page.mjs PORT PID
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../ui/package.json', import.meta.url))('playwright-core');
const [port, server] = process.argv.slice(2).map(Number);
const patience = { timeout: 60_000 };
const browser = await chromium.launch({
  timeout: 180_000,
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (said) => said.type() === 'error' && problems.push(said.text()));
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.waitForFunction(() => document.getElementById('state').innerText === 'playing' && document.querySelectorAll('#queue li').length > 0, null, patience);
  await page.waitForFunction(() => document.getElementById('cover').naturalWidth > 0, null, patience);
  const song = await page.evaluate(() => document.getElementById('song').innerText);
  if (!/^Tone \d of (Miles Davis|Kraftwerk), /.test(song)) throw new Error(song);
  await page.evaluate(() => send('call', 'SetAudioStreamState', null, { state: 'pause' }));
  await page.waitForFunction(() => document.getElementById('state').innerText === 'paused', null, patience);
  const ticks = await page.evaluate(() => seen.ticks);
  await page.waitForFunction((before) => seen.ticks >= before + 3, ticks, patience);
  await page.evaluate(() => send('call', 'SetAudioStreamState', null, { state: 'playpause' }));
  await page.waitForFunction(() => document.getElementById('state').innerText === 'playing', null, patience);
  // songs of a test are shorter than the two minutes that are usual
  await page.evaluate(() => send('call', 'SaveRandyConfiguration', null, { config: { meta: { version: 1 },
    Constraints: { NoDisabled: true, NoHated: true, NoBadFile: true, NoLiveMusic: false, MinSongLength: 1, MaxSongLength: 600 },
    BlackLists: { SongListLength: 0, AlbumListLength: 0, ArtistListLength: 0, VideoListLength: 0, MaxAge: 24 }, Limits: { MaxTries: 10 } } }));
  const before = await page.evaluate(() => document.querySelectorAll('#queue li').length);
  await page.evaluate(() => send('call', 'AddRandomSongToQueue', null, { position: 'last' }));
  await page.waitForFunction((n) => document.querySelectorAll('#queue li').length > n, before, patience);
  const seen = await page.evaluate(() => ({ expired: window.seen.expired, opened: window.seen.opened, errors: window.seen.errors }));
  if (seen.expired !== 0 || seen.opened !== 1 || seen.errors.length) throw new Error(JSON.stringify(seen));

  // A page of another origin gets no key.
  const foreign = await browser.newPage();
  await foreign.route('http://evil.example/', (route) => route.fulfill({ contentType: 'text/html', body: `<script src="http://127.0.0.1:${port}/webdata/config.js"></script>` }));
  await foreign.goto('http://evil.example/');
  if (await foreign.evaluate(() => typeof WEBSOCKET_APIKEY) !== 'undefined') throw new Error('a foreign page has the key');

  process.kill(server, 'SIGTERM');
  await page.waitForFunction(() => document.getElementById('state').innerText === 'closed 1000 Server shutdown', null, patience);
  if (problems.length) throw new Error(problems.join('\n'));
  console.log('ok');
} finally {
  await browser.close();
}
