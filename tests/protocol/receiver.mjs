// SPDX-License-Identifier: Apache-2.0
// The first page in Chromium: opened, with its sound within reach, and the queue that it shows.
import { open as open_page, rpc, until } from './in_browser.mjs';

/** `blocked`: without WebSockets. */
export async function open({ blocked = false, ...options } = {}) {
  const page = await open_page('', {
    ...options,
    prepare: async (one) => {
      one.hears = (message) => message.method === 'listener.started' && (one.started = message.params);
      if (blocked) await one.addInitScript('window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 })); } };');
      await one.addInitScript(() => {
        const Real = window.Audio;
        window.Audio = function () {
          window.theAudio = new Real();
          return window.theAudio;
        };
      });
    },
  });
  await page.waitForSelector('.title');
  await page.waitForSelector('.panel-library .row-title, .tabs');
  return page;
}

export const queueOf = (page) =>
  page.$$eval('.panel-queue .row', (rows) =>
    rows
      .map((row) => ({ place: Number(row.dataset.index), title: row.querySelector('.row-title').textContent }))
      .sort((a, b) => a.place - b.place)
      .map((row) => row.title),
  );
const serverQueue = async () => {
  const { entries, cursor } = await rpc('queue.list', { station: 'main' });
  return entries.slice(cursor + 1).map((entry) => entry.track.title);
};
export const settled = (page) => page.locator('.row-pending').count().then((n) => n === 0);
export const same = (page, other) =>
  until('the same queue everywhere', async () => {
    if (!(await settled(page))) return false;
    const [a, b, c] = [await queueOf(page), await queueOf(other), await serverQueue()];
    return JSON.stringify(a) === JSON.stringify(b) && JSON.stringify(a) === JSON.stringify(c.slice(0, a.length)) && a;
  });
export const focused = (page) => page.evaluate(() => document.activeElement.className || document.activeElement.tagName);
export const audioTime = (page) => page.evaluate(() => window.theAudio.currentTime);

/** Whether the text field that has just been opened has the focus. */
export const writing = (page) => until('a field with the focus', () => page.evaluate(() => document.activeElement.tagName === 'INPUT'));

export async function fillQueue(want) {
  const { tracks } = await rpc('library.search', { text: '', limit: 40 });
  await rpc('queue.clear', { station: 'main' });
  const long = tracks.filter((track) => track.state === 'ok' && track.duration_ms > 60_000);
  await rpc('queue.add', { station: 'main', tracks: long.slice(0, want).map((track) => track.id) });
}
