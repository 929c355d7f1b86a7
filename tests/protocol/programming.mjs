// SPDX-License-Identifier: Apache-2.0
// The programme place in Chromium: opened, with what a test of it needs.
import { equal, open as open_page, rpc, until as until_true } from './in_browser.mjs';

const station = 'main';
const errors = [];

export async function open(address = '#/programme/week', options = {}) {
  const page = await open_page(address, { viewport: { width: 1280, height: 860 }, prepare: (one) => one.on('pageerror', (error) => errors.push(String(error))), ...options });
  return page;
}
export const silent = () => equal(errors, [], 'errors');

/** Waits for true; tells what else was seen. */
export async function until(what, test) {
  let seen;
  await until_true(what, async () => (seen = await test()) === true).catch((late) => {
    throw new Error(`${late.message}; seen: ${JSON.stringify(seen)}`);
  });
}

export const label = (page, name) => page.locator('.block', { has: page.locator('.unseen', { hasText: `${name},` }) });
export const said = (page, name) => label(page, name).first().locator('.unseen').innerText();
/** What is offered to be undone from now on: a change is shown before the server has it, and so before its notice. */
export const forget = (page) => page.locator('.notice').evaluateAll((all) => all.forEach((one) => one.setAttribute('data-old', '')));
export const undo = (page, said) => page.locator('.notice:not([data-old])', { hasText: said }).getByRole('button', { name: 'Undo' }).last().click();

/** A programme that plays everything; its playlist. */
export async function begun() {
  const { id } = await rpc('programme.put', { station, part: 'playlists', item: { name: 'Everything', library: true } });
  await rpc('programme.set', { station, default_playlist: id });
  return id;
}
