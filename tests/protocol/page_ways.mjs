// SPDX-License-Identifier: Apache-2.0
// Other ways to the page in Chromium: without WebSockets, with the keyboard alone, with a finger.
//   node tests/protocol/page_ways.mjs http://127.0.0.1:8000
// As page.mjs.
import { becomes, check, end, expect, until } from './in_browser.mjs';
import { audioTime, fillQueue, focused, open, queueOf, same, settled, writing } from './receiver.mjs';

/** Only keys, from opening the page to a changed queue. */
async function keyboardOnly() {
  const page = await open();
  await check('with the keyboard alone: play, search, add, move, remove, stop', async () => {
    await page.keyboard.press('Space');
    await until('sound', async () => (await audioTime(page)) > 0);
    const before = (await queueOf(page)).length;
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await until('an entry', async () => (await queueOf(page)).length === before + 1 && (await settled(page)));
    for (let i = 0; i < 60 && !(await focused(page)).startsWith('row row-glides'); i++) await page.keyboard.press('Shift+Tab');
    expect((await focused(page)).startsWith('row row-glides'), 'the queue is not reached');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Alt+ArrowDown');
    await until('the answer', () => settled(page));
    await page.keyboard.press('Delete');
    await until('the removal', async () => (await queueOf(page)).length === before && (await settled(page)));
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await until('the dialog gone', async () => (await page.locator('dialog').count()) === 0);
    await page.keyboard.press('Space');
    await becomes(() => page.getAttribute('.transport', 'data-sound'), 'stopped', 'sound');
  });
  await page.context().close();
}

/** A network without WebSockets: the page works over SSE and POST. */
async function withoutSockets() {
  const other = await open();
  const page = await open({ blocked: true });
  await check('where WebSocket is blocked the page works: changes both ways, names, a break', async () => {
    await becomes(() => page.evaluate(() => document.querySelector('.link').dataset.transport), 'sse', 'transport');
    await until('the queue', async () => (await queueOf(page)).length > 2);
    await page.locator('.panel-queue .row[data-index="2"]').focus();
    const before = await same(page, other);
    await page.keyboard.press('Delete');
    await until('its end there', async () => (await queueOf(other)).length === before.length - 1);
    await page.keyboard.press('Control+z');
    await until('the old order', async () => JSON.stringify(await queueOf(other)) === JSON.stringify(before));
    await page.click('.name-me');
    await writing(page);
    await page.keyboard.type('Sol');
    await page.keyboard.press('Enter');
    await until('the name', () => other.locator('.names li', { hasText: 'Sol' }).count());
    await page.context().setOffline(true);
    await page.waitForSelector('.link:not([data-link="online"])');
    await other.locator('.panel-queue .row[data-index="2"]').focus();
    await other.keyboard.press('Delete');
    await until('its end', async () => (await queueOf(other)).length === before.length - 1);
    await page.context().setOffline(false);
    await page.waitForSelector('.link[data-link="online"]');
    await same(page, other);
  });
  await page.context().close();
  await other.context().close();
}

async function touch() {
  const page = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await check('dragging with a finger moves an entry on a phone', async () => {
    await until('the queue', async () => (await queueOf(page)).length >= 4);
    const before = await queueOf(page);
    const grip = page.locator('.panel-queue .row[data-index="1"] .grip');
    // In the middle of the window: near its edge the list scrolls on under the finger for as long as it is held there.
    const box = await until('the row in its place', async () => {
      await grip.evaluate((one) => one.scrollIntoView({ block: 'center' }));
      const [a, b] = [await grip.boundingBox(), await new Promise((resolve) => setTimeout(() => resolve(grip.boundingBox()), 60))];
      return a.y === b.y && b.y > 150 && b.y < 640 && b;
    });
    const cdp = await page.context().newCDPSession(page);
    const finger = (type, y) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x: box.x + 20, y }] });
    await finger('touchStart', box.y + 20);
    for (let step = 1; step <= 6; step++) await finger('touchMove', box.y + 20 + step * 10);
    await finger('touchEnd', 0);
    // The one that was first may begin meanwhile: only the two that changed places are looked at.
    await until('the new order', async () => {
      const now = await queueOf(page);
      return now.includes(before[2]) && now.indexOf(before[1]) === now.indexOf(before[2]) + 1;
    });
  });
  await page.context().close();
}

await fillQueue(8);
await withoutSockets();
await keyboardOnly();
await touch();
await end();
