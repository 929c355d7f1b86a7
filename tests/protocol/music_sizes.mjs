// SPDX-License-Identifier: Apache-2.0
// Every part of the music place: findings of axe on a desk in the light and on a phone in the dark, targets, nothing
// that goes beyond the window; the slowest of them with text twice as large.
//   node tests/protocol/music_sizes.mjs http://127.0.0.1:8000
import { accessible, check, end, fits, go, open, quiet, rpc } from './in_browser.mjs';

const station = 'main';
const { albums } = await rpc('library.albums', { limit: 1 });
const { tracks } = await rpc('library.search', { text: '', limit: 3 });
await rpc('playlist.create', { station, name: 'A list', tracks: tracks.map((track) => track.id) });
await rpc('collection.create', { name: 'A collection', query: 'year:2000..2030' });

const places = {
  albums: ['#/music/albums', '.card-title'],
  album: [`#/music/album/${albums[0].id}`, '.album-page .row-title'],
  artists: ['#/music/artists', '.music .row-title'],
  songs: ['#/music/songs', '.music .row-title'],
  playlist: ['#/music/playlist/A%20list', '.list-page .row-title'],
  collection: ['#/music/collection/A%20collection', '.music .row-title'],
  genres: ['#/music/genres', '.tile'],
  song: [`#/music/song/${tracks[0].id}`, '.song-page .details'],
  tags: ['#/music/tags', '.tag-rows'],
  random: ['#/music/random', '.rules fieldset'],
  upload: ['#/music/upload', '.choose-files'],
};
const wanted = process.env.PLACES?.split(',') ?? Object.keys(places);

const looks = {
  'a desk, light': { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  'a phone, dark': { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true },
};
for (const [look, options] of Object.entries(looks)) {
  const page = await open('#/music/albums', options);
  await check(`no serious finding, everything fits and can be met: ${look}`, async () => {
    for (const name of wanted) {
      const [address, selector] = places[name];
      await go(page, address, selector);
      try {
        await accessible(page);
        await fits(page);
      } catch (error) {
        throw new Error(`${name}: ${error.message}`);
      }
    }
    return wanted.join(', ');
  });
  await quiet(page);
  await page.context().close();
}

const small = await open('#/music/albums', { viewport: { width: 320, height: 640 }, hasTouch: true });
await check('a small phone: nothing goes beyond the window', async () => {
  for (const name of wanted) {
    await go(small, ...places[name]);
    await fits(small).catch((error) => {
      throw new Error(`${name}: ${error.message}`);
    });
  }
});
await end();
