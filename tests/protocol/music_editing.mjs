// SPDX-License-Identifier: Apache-2.0
// The music place in Chromium: a song with all that is known of it, uploads, packages, and the station's own switches.
//   node tests/protocol/music_editing.mjs http://127.0.0.1:8000 FILE
// FILE: music that the station doesn't have.
import { writeFileSync } from 'node:fs';
import { becomes, check, end, equal, expect, go, open, quiet, rpc, until, url } from './in_browser.mjs';

const station = 'main';
const fresh = process.argv[3];
const current = await until('an item on air', async () => (await rpc('station.now', { station })).current);
const id = current.track.id;
const [page, other] = await Promise.all([open(`#/music/song/${id}`), open()]);
await page.waitForSelector('#field-title');
const field = (name) => page.locator(`#field-${name}`);
/** Of the notice that says so. */
const undo = (text) => page.locator('.notice', { hasText: text }).last().locator('.button').click();

await check('a title that is set counts everywhere, and the file’s is one press away', async () => {
  const before = current.track.title;
  await field('title').fill('By another name');
  await field('title').press('Enter');
  await until('the title elsewhere', async () => (await other.locator('.onair .title').textContent()) === 'By another name');
  const says = await page.locator('#field-title-file').textContent();
  expect(says.includes(before), says);
  await page.locator('#field-title-file .button').click();
  await until('the file’s title', async () => (await field('title').inputValue()) === before);
  await undo('own value shows');
  await until('ours again', async () => (await field('title').inputValue()) === 'By another name');
  await page.locator('#field-title-file .button').click();
  await until('the end of it', async () => (await rpc('library.track', { id })).track.title === before);
});

await check('what is refused goes back to what it was', async () => {
  const before = await field('album').inputValue();
  page.refused.add('track.set');
  await field('album').fill('Nowhere');
  await field('album').press('Enter');
  await until('the sentence', async () => (await page.locator('.notice-bad').count()) > 0);
  await becomes(() => field('album').inputValue(), before, 'album');
  page.refused.clear();
});

await check('a mark is set and told', async () => {
  const one = page.locator('.switch').first();
  await one.click();
  await until('it', async () => (await rpc('track.get', { id })).marks.favourite === 1);
  await until('told', async () => (await one.getAttribute('aria-pressed')) === 'true');
});

await check('a mood is made, given to the song, taken away and given back', async () => {
  await go(page, '#/music/tags', '.tag-rows');
  await page.locator('.song-part', { hasText: 'Moods' }).locator('.part-head .button').click();
  await page.fill('#tag-name', 'Drifting');
  await page.fill('#tag-icon', '☾');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.tag-rows :text("Drifting")');
  await go(page, `#/music/song/${id}`, '.tags');
  await page.locator('.song-part', { hasText: 'Tags' }).first().locator('.part-head .button').click();
  await page.locator('.menu-item', { hasText: 'Drifting' }).click();
  const has = async () => (await rpc('track.get', { id })).tags.some((tag) => tag.name === 'Drifting');
  await until('the mood', has);
  await page.locator('.tag', { hasText: 'Drifting' }).locator('.tool').click();
  await until('none', async () => !(await has()));
  await undo('Took');
  await until('the mood again', has);
});

await check('a mood that is removed is gone for everybody at once, and undo gives it back with its songs', async () => {
  const there = async () => (await rpc('tag.list')).tags.some((tag) => tag.name === 'Drifting');
  const has = async () => (await rpc('track.get', { id })).tags.some((tag) => tag.name === 'Drifting');
  await go(page, '#/music/tags', '.tag-rows');
  await page.locator('.tag-rows li', { hasText: 'Drifting' }).locator('.tool').last().click();
  const offered = page.locator('.notice', { hasText: 'Drifting' }).last();
  await offered.hover(); // it stays as long as the pointer is there
  await until('no such mood', async () => !(await there()));
  await offered.locator('.button').click();
  await until('the mood and its song', async () => (await there()) && (await has()));
  await go(page, `#/music/song/${id}`, '.tags');
});

await check('words with times follow the music', async () => {
  await page.locator('.lyrics .part-head .button').click();
  const lines = Array.from({ length: 70 }, (_, i) => `[${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}.00]Line ${i}`);
  await page.fill('.lyrics textarea', lines.join('\n'));
  await page.locator('.lyrics-editor .button-strong').click();
  const on = (await rpc('station.now', { station })).current.track.id;
  await go(page, `#/music/song/${on}`, '.lyrics');
  if (on !== id) await rpc('track.set_lyrics', { id: on, text: lines.join('\n') });
  const sung = () => page.locator('.sung').textContent({ timeout: 500 }).catch(() => '');
  const first = await until('a line', sung);
  const later = await until('another line', async () => {
    const now = await sung();
    return now && now !== first && now;
  });
  return `${first}, then ${later}`;
});

await check('a file that is chosen with the keyboard is in the library; one that is no music is refused, with the reason', async () => {
  const { total } = await rpc('library.search', { text: '', limit: 1 });
  writeFileSync(`${fresh}.txt.mp3`, 'this is no music '.repeat(4000));
  await go(page, '#/music/upload', '.choose-files');
  const choosing = page.waitForEvent('filechooser');
  await page.locator('.music .choose-files input').focus();
  await page.keyboard.press('Enter');
  await (await choosing).setFiles([fresh, `${fresh}.txt.mp3`]);
  await page.waitForSelector('.upload[data-state="done"]', { timeout: 60_000 });
  await page.waitForSelector('.upload[data-state="failed"] .trouble', { timeout: 60_000 });
  await until('the song', async () => (await rpc('library.search', { text: '', limit: 1 })).total === total + 1);
  return page.locator('.upload[data-state="failed"] .trouble').textContent();
});

await check('an upload is cancelled, and nothing of it stays', async () => {
  const { total } = await rpc('library.search', { text: '', limit: 1 });
  let held;
  await page.route(/\/upload\//, (route) => void (held = route));
  await page.setInputFiles('.music input[type=file]', [fresh]);
  await until('its first piece', () => held);
  await page.locator('.upload[data-state="sending"] .tool').click();
  await page.waitForSelector('.upload[data-state="cancelled"]');
  await page.unroute(/\/upload\//);
  await until('no open upload', async () => (await rpc('upload.list')).uploads.every((one) => !['receiving', 'checking', 'ready', 'importing'].includes(one.state)));
  equal((await rpc('library.search', { text: '', limit: 1 })).total, total, 'songs');
});

await check('a playlist is packed, item by item, and downloaded, with the keyboard alone', async () => {
  const { tracks } = await rpc('library.search', { text: '', limit: 3 });
  await rpc('playlist.create', { station, name: 'To take home', tracks: tracks.map((track) => track.id) });
  await go(page, '#/music/playlist/To%20take%20home', '.list-page .row');
  const coming = page.waitForEvent('download', { timeout: 60_000 });
  await page.locator('.list-page .album-tools .tool').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('.menu');
  for (let n = 0; n < 20 && !(await page.evaluate(() => document.activeElement.textContent)).includes('ZIP'); n++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const made = await coming;
  expect(new URL(made.url()).origin === new URL(url).origin, made.url());
  return made.suggestedFilename();
});

await check('pause, volume and modes are everybody’s; what is refused goes back', async () => {
  await go(page, '#/', '.receiver > .steering');
  await page.locator('.receiver > .steering .tool').first().click();
  await until('paused', async () => (await rpc('station.state', { station })).state === 'paused');
  await other.waitForSelector('.receiver > .steering [aria-label^="Let the station"]');
  const at = () => other.locator('.scale').getAttribute('aria-valuetext');
  const held = await until('the needle to stand', async () => {
    const [one, two] = [await at(), await new Promise((resolve) => setTimeout(() => resolve(at()), 1_200))];
    return one === two && one;
  });
  await page.locator('.volume-station input').fill('35');
  await until('the volume there', async () => (await other.locator('.volume-station input').inputValue()) === '35');
  equal(await at(), held, 'the needle of a paused station');
  await page.locator('.modes').click();
  await page.locator('.menu-item', { hasText: 'Begin again' }).click();
  await until('repeat', async () => (await rpc('station.state', { station })).modes.repeat === true);
  page.refused.add('station.modes');
  await page.locator('.modes').click();
  await page.locator('.menu-item', { hasText: 'random order' }).click();
  await until('the sentence', async () => (await page.locator('.notice-bad').count()) > 0);
  await page.locator('.modes').click();
  await becomes(() => page.locator('.menu-item', { hasText: 'random order' }).getAttribute('aria-checked'), 'false', 'random');
  await page.keyboard.press('Escape');
  page.refused.clear();
  await page.locator('.receiver > .steering .tool').first().click();
  await until('playing', async () => (await rpc('station.state', { station })).state === 'playing');
});

await check('the needle is moved with the keyboard', async () => {
  await until('a needle', async () => (await page.locator('.seek').count()) > 0);
  await rpc('playback.seek', { station, position_ms: 5_000 }); // so that there are thirty seconds to go on
  await until('it at the beginning', async () => Number(await page.locator('.seek').inputValue()) < 30);
  await page.locator('.seek').focus();
  const elapsed = async () => (await rpc('station.now', { station })).elapsed_ms;
  const [before, since] = [await elapsed(), Date.now()];
  await page.keyboard.press('PageUp');
  await until('30 seconds on', async () => Math.abs((await elapsed()) - before - (Date.now() - since) - 30_000) < 12_000);
});

await check('rules of the random choice are changed and undone', async () => {
  await go(page, '#/music/random', '.rules');
  await page.locator('.rules .check input[type=radio]').nth(1).click();
  await until('by album', async () => (await rpc('station.state', { station })).random.selection === 'albums');
  await undo('choice was changed');
  await until('rotation', async () => (await rpc('station.state', { station })).random.selection === 'rotation');
  const genres = async () => (await rpc('station.state', { station })).random.genres;
  const { tags } = await rpc('tag.list', { kind: 'genre' });
  await page.locator('.rules .switch', { hasText: tags.at(-1).name }).focus();
  await page.keyboard.press('Enter');
  await until('one genre alone', async () => (await genres()).map((one) => one.genre).join() === String(tags.at(-1).id));
  await undo('choice was changed');
  await until('all genres', async () => (await genres()).length === 0);
});

await quiet(page);
await end();
