// SPDX-License-Identifier: Apache-2.0
// The music place in Chromium: browsing, carrying, playlists and collections.
//   node tests/protocol/music.mjs http://127.0.0.1:8000
// The station must be reached from this machine and have the music of music_place_test.py.
import { becomes, carry, check, end, expect, go, open, quiet, rpc, until } from './in_browser.mjs';

const station = 'main';
const queue = async () => {
  const { entries, cursor } = await rpc('queue.list', { station });
  return entries.slice(cursor + 1).map((entry) => entry.track.title);
};
const listed = async (name) => (await rpc('playlist.get', { station, name, limit: 500 })).entries.map((entry) => entry.track.title);
const shown = (page) => page.$$eval('.list-page .row[data-index]', (rows) => rows.sort((a, b) => a.dataset.index - b.dataset.index).map((row) => row.querySelector('.row-title').textContent));
const same = (page, name) => until('the same list here and there', async () => {
  const [here, there] = [await shown(page), await listed(name)];
  return JSON.stringify(here) === JSON.stringify(there) && here;
});
const notice = (page, text) => until(`the notice “${text}”`, async () => (await page.locator('.notice').allTextContents()).some((one) => one.includes(text)));
const undo = (page, text) => page.locator('.notice', { hasText: text }).last().locator('.button').click();

const page = await open('#/music/albums');
await page.waitForSelector('.card-title');
const { albums } = await rpc('library.albums', { limit: 100 });

await check('albums are shown as covers, and one opens with its songs', async () => {
  await until('the first three', async () => {
    const titles = await page.$$eval('.card-title', (all) => all.map((one) => one.textContent));
    return albums.slice(0, 3).every((album) => titles.includes(album.title));
  });
  await page.locator('.card-link', { hasText: albums[1].title }).click();
  await page.waitForSelector('.album-page .row-title');
  const { tracks } = await rpc('library.album', { id: albums[1].id });
  await becomes(() => page.$$eval('.album-page .row-title', (all) => all.map((one) => one.textContent)), tracks.map((track) => track.title), 'songs');
});

await check('an album goes into the queue, and undo takes all of it out', async () => {
  const before = await queue();
  await page.locator('.album-tools .button-strong').click();
  await until('its songs', async () => (await queue()).length > before.length + 2);
  await undo(page, 'Added');
  await until('the queue as it was', async () => JSON.stringify(await queue()) === JSON.stringify(before));
});

await check('back is where one was', async () => {
  await page.goBack();
  await page.waitForSelector('.card-link');
});

await check('a cover is carried into the queue, at the place where it is let go', async () => {
  const before = await queue();
  await page.waitForSelector('.panel-queue .row');
  await carry(page, page.locator('.card-link').first(), page.locator('.panel-queue .row').first(), { before: true });
  const { tracks } = await rpc('library.album', { id: albums[0].id });
  await until('its songs at the beginning', async () => JSON.stringify((await queue()).slice(0, tracks.length)) === JSON.stringify(tracks.map((track) => track.title)));
  await undo(page, 'Added');
  await until('the queue as it was', async () => (await queue()).length === before.length);
});

await check('with the keyboard alone: find an album, open it, make a playlist of a song', async () => {
  await page.keyboard.press('/');
  await becomes(() => page.evaluate(() => document.activeElement.id), 'search', 'focus');
  await page.keyboard.type(albums[2].title);
  await until('one cover', async () => (await page.locator('.card').count()) === 1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.album-page .row');
  await page.locator('.album-page .row').first().focus();
  await page.keyboard.press('Shift+F10');
  await page.waitForSelector('.menu');
  for (let n = 0; n < 3; n++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open]');
  await page.keyboard.type('Friday');
  await page.keyboard.press('Enter');
  await until('the list', async () => (await rpc('playlist.list', { station })).playlists.some((list) => list.name === 'Friday' && list.entries === 1));
  await page.waitForSelector('.section:has-text("Friday")');
});

await check('songs are carried onto a playlist beside', async () => {
  await carry(page, page.locator('.album-page .row .row-main').nth(1), page.locator('.section', { hasText: 'Friday' }));
  await until('two songs', async () => (await listed('Friday')).length === 2);
  await go(page, '#/music/songs', '.music .row-title');
  for (const n of [0, 3]) {
    const before = (await listed('Friday')).length;
    await carry(page, page.locator('.music .row .row-main').nth(n), page.locator('.section', { hasText: 'Friday' }));
    await until('one more', async () => (await listed('Friday')).length === before + 1);
  }
});

await check('a playlist is put in order with the keyboard, a song removed and brought back', async () => {
  await page.locator('.section', { hasText: 'Friday' }).click();
  await page.waitForSelector('.list-page .row');
  const before = await same(page, 'Friday');
  await page.locator('.list-page .row[data-index="0"]').focus();
  await page.keyboard.press('Alt+ArrowDown');
  const moved = [before[1], before[0], ...before.slice(2)];
  await until('the new order', async () => JSON.stringify(await listed('Friday')) === JSON.stringify(moved));
  await page.keyboard.press('Delete');
  await until('one less', async () => (await listed('Friday')).length === before.length - 1);
  await page.keyboard.press('Control+z');
  await until('the song in its place', async () => JSON.stringify(await listed('Friday')) === JSON.stringify(moved));
  await same(page, 'Friday');
});

await check('a change that is refused goes back, with a sentence', async () => {
  const before = await same(page, 'Friday');
  page.refused.add('playlist.move');
  await page.locator('.list-page .row[data-index="1"]').focus();
  await page.keyboard.press('Alt+ArrowUp');
  await notice(page, 'could not save it');
  await becomes(() => shown(page), before, 'the list');
  page.refused.clear();
});

await check('a deleted playlist comes back', async () => {
  const before = await listed('Friday');
  await page.locator('.list-page .album-tools .tool').click();
  await page.locator('.menu-item', { hasText: 'Delete' }).click();
  await until('no list', async () => !(await rpc('playlist.list', { station })).playlists.some((list) => list.name === 'Friday'));
  await notice(page, 'Deleted');
  await page.locator('.notice', { hasText: 'Deleted' }).locator('.button').click();
  await until('the list', async () => JSON.stringify(await listed('Friday').catch(() => [])) === JSON.stringify(before));
});

await check('a wrong query is marked at its place; a right one is saved and finds its songs', async () => {
  await go(page, '#/music/collection', '#collection-query');
  await page.fill('#collection-name', 'Early');
  await page.fill('#collection-query', 'é year:nineteen');
  const mark = await until('the mark', () => page.locator('.misread mark').textContent({ timeout: 500 }).catch(() => ''));
  expect('year:nineteen'.includes(mark) && mark.length > 2, `marked “${mark}”`);
  await becomes(() => page.locator('.query-form .button-strong').isDisabled(), true, 'it can’t be saved');
  await page.fill('#collection-query', '"Player 1" year:2020..2025');
  await until('no mark', async () => (await page.locator('.misread mark').count()) === 0);
  await page.locator('.query-form .button-strong:enabled').click();
  await page.waitForSelector('.section:has-text("Early")');
  const { total } = await rpc('collection.get', { name: 'Early' });
  expect(total > 0, 'it finds nothing');
  await until('its songs', async () => (await page.locator('.music .row').count()) === total);
  return `marked “${mark}”, then ${total} songs`;
});

await check('what another does with lists is here at once', async () => {
  await rpc('playlist.create', { station, name: 'From afar' });
  await page.waitForSelector('.section:has-text("From afar")');
});

await quiet(page);
await end();
