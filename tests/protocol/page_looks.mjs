// SPDX-License-Identifier: Apache-2.0
// The page in Chromium in windows of all sizes, light and dark, and with text twice as large: findings of axe, targets, nothing that
// goes beyond the window.
//   node tests/protocol/page_looks.mjs http://127.0.0.1:8000
// SHOTS: a folder for pictures.
import { accessible, becomes, check, end, equal, launch, sideways } from './in_browser.mjs';
import { fillQueue, open } from './receiver.mjs';

async function everywhere() {
  const sizes = { desk: [1440, 900], phone: [390, 844], 'small phone': [320, 640], tablet: [820, 1100], '4K': [3840, 2160] };
  for (const [name, [width, height]] of Object.entries(sizes)) {
    const page = await open({ viewport: { width, height }, colorScheme: 'light', hasTouch: width < 500 });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const tab of ['queue', 'library', 'history']) {
        const button = page.locator(`#tab-${tab}`);
        if (await button.count()) await button.click();
        if (tab !== 'library' && width !== 390) continue;
        await page.waitForTimeout(300); // colours fade in
        await check(`no serious accessibility finding: ${name}, ${colorScheme}, ${tab}`, () => accessible(page));
      }
      if (colorScheme === 'dark') continue;
      await check(`fits, and every target is 44 px: ${name}`, async () => {
        await becomes(async () => Math.max(0, await sideways(page)), 0, 'too wide');
        const small = await page.$$eval('button, input', (all) =>
          all.map((one) => ({ box: one.getBoundingClientRect(), name: one.className || one.id || one.type }))
            .filter(({ box }) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
            .map(({ box, name: what }) => `${what} ${box.width.toFixed(0)}x${box.height.toFixed(0)}`));
        equal(small, [], 'too small');
      });
    }
    await page.context().close();
  }
}

/** Text twice as large by the browser's own setting, which the media queries see too. */
async function largeText() {
  const where = await launch('--blink-settings=defaultFontSize=32');
  for (const [width, height] of [[1440, 900], [820, 1100], [390, 844], [320, 640]]) {
    const page = await open({ viewport: { width, height }, where });
    await check(`text at 200 % fits: ${width} px`, async () => {
      equal(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize), '32px', 'size of text');
      await becomes(async () => Math.max(0, await sideways(page)), 0, 'too wide');
    });
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/large-${width}.png` });
    await page.context().close();
  }
}

await fillQueue(6);
await everywhere();
await largeText();
await end();
