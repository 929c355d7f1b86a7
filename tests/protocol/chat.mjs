// SPDX-License-Identifier: Apache-2.0
// The chat beside the first page in Chromium: opened under a name, and what is said there.
import { open as open_page, until } from './in_browser.mjs';

const shots = process.env.LONGWAVE_SHOTS;
export const phone = { width: 390, height: 844 };

/** `name`: that was given before. */
export const open = (address, { name, ...options } = {}) =>
  open_page(address, {
    ...options,
    prepare: async (page) => {
      page.loaded = [];
      page.on('request', (request) => page.loaded.push(new URL(request.url()).pathname));
      if (name) await page.addInitScript((chosen) => localStorage.getItem('longwave.name') ?? localStorage.setItem('longwave.name', chosen), name);
    },
  });
export const toChat = async (page) => {
  await page.click('#tab-chat');
  await page.waitForSelector('.panel-chat');
};
export const said = (page) => page.$$eval('.said-text', (all) => all.map((one) => one.firstChild.textContent));
export const sees = (page, text) => until(`“${text}” to be seen`, async () => (await said(page)).includes(text));
export const misses = (page, text) => until(`“${text}” to be gone`, async () => !(await said(page)).includes(text));
export const say = async (page, text) => {
  await page.fill('#say', text);
  await page.press('#say', 'Enter');
};
export const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName);

export async function picture(page, name) {
  if (!shots) return;
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: `${shots}/${name}-${scheme}.png` });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
