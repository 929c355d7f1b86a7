// SPDX-License-Identifier: Apache-2.0
// The other parts of the programme place in a real browser: playlists, jingles, clocks, requests, limits, rules, the coming day, what
// was played; two browsers see the same.
//   node tests/protocol/programme_parts.mjs URL
import { check as step, end, rpc, url as base } from './in_browser.mjs';
import { begun, forget, open, silent, undo, until } from './programming.mjs';

await begun();
const mara = await open();
const jonas = await open();

await step('a playlist of songs: made, filled, its order kept', async () => {
  await mara.goto(`${base}/#/programme/playlists`);
  await mara.getByRole('button', { name: 'New playlist' }).click();
  await mara.getByRole('dialog').getByLabel('Name').fill('Chosen');
  await mara.keyboard.press('Enter');
  await mara.getByRole('searchbox', { name: 'Find songs to add' }).fill('a');
  await mara.locator('.finder-hit .tool').first().click();
  await until('one song', async () => (await mara.locator('.plan .row[data-index]').count()) === 1);
  await mara.locator('.finder-hit .tool').first().click();
  await until('two songs', async () => (await mara.locator('.plan .row[data-index]').count()) === 2);
  const first = await mara.locator('.plan .row[data-index="0"] .row-title').innerText();
  await mara.locator('.plan .row[data-index="0"]').focus();
  await mara.keyboard.press('Alt+ArrowDown');
  await until('moved', async () => (await mara.locator('.plan .row[data-index="1"] .row-title').innerText()) === first);
});

await step('a jingle and a clock are made', async () => {
  await mara.goto(`${base}/#/programme/inserts`);
  await mara.getByRole('button', { name: 'New jingle' }).click();
  await mara.getByRole('dialog').getByLabel('Name').fill('Call sign');
  await mara.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await mara.locator('.plan-row', { hasText: 'Call sign' }).waitFor();
  await mara.goto(`${base}/#/programme/clocks`);
  await mara.getByRole('button', { name: 'New clock' }).click();
  await mara.getByRole('dialog').getByLabel('Name').fill('By day');
  await mara.getByRole('dialog').getByRole('button', { name: 'Add a step' }).click();
  await mara.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await mara.locator('.clock-row', { hasText: 'By day' }).locator('.clock-slot').nth(1).waitFor();
});

await step('a song is asked for, seen by others at once, taken back and asked for again with Undo', async () => {
  await mara.goto(`${base}/#/programme/requests`);
  await jonas.goto(`${base}/#/programme/requests`);
  await mara.getByRole('button', { name: 'Switch the programme on' }).click();
  // What is asked for is played when the next song is chosen: that is to wait.
  await until('the next songs are chosen', async () => {
    const { entries, cursor } = await rpc('queue.list', { station: 'main' });
    const coming = entries.slice(cursor + 1).map((entry) => entry.reason.rule);
    return (coming.length > 1 && coming.every((rule) => rule.startsWith('programme.'))) || coming;
  });
  await rpc('playback.pause', { station: 'main' });
  await mara.getByRole('searchbox', { name: 'Find a song to ask for' }).fill('a');
  await mara.locator('.finder-hit .tool').first().click();
  const waiting = (page) => page.locator('.requests li').count();
  await until('it waits', async () => (await waiting(mara)) === 1);
  await until('it waits for others, too', async () => (await waiting(jonas)) === 1);
  const taking = jonas.locator('.requests .tool');
  const title = await mara.locator('.requests .row-title').innerText();
  await until('its title', async () => (await jonas.locator('.requests .row-title').innerText()) === title || title);
  await forget(jonas);
  await taking.click();
  await until('taken back', async () => (await waiting(mara)) === 0);
  await undo(jonas, title);
  await until('asked for again', async () => {
    const [shown, said] = [await mara.locator('.requests .row-title').allInnerTexts(), await jonas.locator('.notice').allInnerTexts()];
    return (shown.length === 1 && shown[0] === title) || [shown, said];
  });
  await rpc('playback.play', { station: 'main' });
});

await step('a limit of an artist, found by name', async () => {
  await mara.goto(`${base}/#/programme/rules`);
  await mara.getByRole('button', { name: 'New limit' }).click();
  const form = mara.getByRole('dialog');
  await form.getByLabel('What may come only so often').selectOption('artist');
  await until('nobody is chosen yet', () => form.getByRole('button', { name: 'Save' }).isDisabled());
  await form.getByRole('searchbox').fill('player');
  await form.getByRole('radio').first().check();
  await form.getByRole('button', { name: 'Save' }).click();
  await mara.locator('.plan-limit', { hasText: 'Player' }).waitFor();
});

await step('rules are changed and undone', async () => {
  await mara.goto(`${base}/#/programme/rules`);
  const field = mara.getByLabel('the same artist');
  const before = await field.inputValue();
  await forget(mara);
  await field.fill('45');
  await field.blur();
  await undo(mara, 'Changed the rules');
  await until('as before', async () => (await field.inputValue()) === before);
});

await step('the coming day is looked at, with what goes wrong', async () => {
  await mara.goto(`${base}/#/programme/preview`);
  await mara.locator('#preview-list .row[data-index="3"] .row-length').waitFor();
  await mara.locator('.plan-well, .violations').first().waitFor();
});

await step('what was played says why, and how many listened', async () => {
  await mara.goto(`${base}/#/programme/played`);
  await mara.locator('.played .row-sub').first().waitFor();
  await mara.locator('svg.listening-lines').waitFor();
  await mara.getByRole('button', { name: '7 days' }).click();
  await mara.locator('.listening-times span').first().waitFor();
});

await step('no error on any page', silent);
await end();
