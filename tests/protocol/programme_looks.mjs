// SPDX-License-Identifier: Apache-2.0
// Every part of the programme place, and the directory of stations: findings of axe, and nothing that goes beyond the window.
//   node tests/protocol/programme_looks.mjs URL
import { accessible, becomes, check as step, end, rpc, sideways, url as base } from './in_browser.mjs';
import { begun, open, silent } from './programming.mjs';

const station = 'main';
const playlist = await begun();
const { tracks } = await rpc('library.search', { text: '', limit: 4 });
const put = (part, item) => rpc('programme.put', { station, part, item });
await put('playlists', { name: 'Chosen' });
await put('shows', { name: 'Lunch', playlist, time: '12:00', duration_s: 7200 });
await put('clocks', { name: 'By day', slots: [{ kind: 'playlist', playlist }] });
await put('jingles', { name: 'Call sign', playlist, every_songs: 4 });
await rpc('programme.set', { station, enabled: true });
await rpc('programme.request', { station, track: tracks[3].id });

const looks = {
  'a desk': { viewport: { width: 1280, height: 860 } },
  'a phone, dark': { viewport: { width: 360, height: 700 }, hasTouch: true, colorScheme: 'dark' },
};
const parts = ['week', 'playlists', 'clocks', 'inserts', 'requests', 'rules', 'preview', 'played', 'people'];
const dark = ['week', 'requests', 'preview', 'played']; // an analysis takes a second of both cores
for (const [look, options] of Object.entries(looks)) {
  const page = await open('#/programme/week', options);
  for (const part of parts) {
    await step(`${part} on ${look}: no serious finding, and it fits`, async () => {
      await page.goto(`${base}/#/programme/${part}`);
      await page.locator(`.plan-section[aria-current][href$="/${part}"]`).waitFor();
      await page.locator('.plan-head, .rights').first().waitFor();
      await becomes(async () => Math.max(0, await sideways(page)), 0, 'too wide');
      if (look === 'a desk' || dark.includes(part)) await accessible(page);
    });
  }
  await page.context().close();
}

await step('the directory names the station and what it plays, and leads there', async () => {
  const page = await open('');
  await page.goto(`${base}/stations`);
  const card = page.locator('.station-card').first();
  await card.waitFor();
  await accessible(page);
  await card.click();
  await page.locator('.receiver').waitFor();
});

await step('no error on any page', silent);
await end();
