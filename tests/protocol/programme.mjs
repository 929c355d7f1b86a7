// SPDX-License-Identifier: Apache-2.0
// The programme place in a real browser: a programme is begun, a show drawn, dragged, moved by keys, edited, refused and
// undone; two browsers see the same; accessibility; the directory.
//   node tests/protocol/programme.mjs URL
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [url] = process.argv.slice(2);
const base = url.replace(/\/$/, '');
let passed = 0;
const problems = [];
async function step(name, act) {
  try {
    await act();
    passed++;
    console.log(`ok   ${name}`);
  } catch (error) {
    problems.push(name);
    console.log(`FAIL ${name}: ${String(error.message ?? error).split('\n').slice(0, 6).join(' | ')}`);
  }
}
const patience = 40_000;
const check = (so, what) => {
  if (!so) throw new Error(what);
};
async function until(what, test) {
  const end = Date.now() + patience;
  for (;;) {
    const seen = await test();
    if (seen === true) return;
    if (Date.now() > end) throw new Error(`${what}; seen: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--mute-audio'],
});
const errors = [];
async function open(address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(base + address);
  return page;
}
const label = (page, name) => page.locator('.block', { has: page.locator('.unseen', { hasText: `${name},` }) });
const said = (page, name) => label(page, name).first().locator('.unseen').innerText();
/** What is offered to be undone from now on: a change is shown before the server has it, and so before its notice. */
const forget = (page) => page.locator('.notice').evaluateAll((all) => all.forEach((one) => one.setAttribute('data-old', '')));
const undo = (page, said) => page.locator('.notice:not([data-old])', { hasText: said }).getByRole('button', { name: 'Undo' }).last().click();
const shows = (page) => page.locator('.block').count();

const mara = await open('/#/programme/week');
const jonas = await open('/#/programme/week');

await step('an empty programme begins with everything', async () => {
  await mara.locator('.plan-off .button, .week').first().waitFor();
  const begin = mara.getByRole('button', { name: 'Begin with everything in the library' });
  if (await begin.count()) await begin.click();
  await mara.locator('.week[data-editable="true"]').waitFor();
});

await step('a show is drawn over the calendar and named', async () => {
  const before = await shows(mara);
  const day = mara.locator('[data-day="2"]');
  await mara.locator('.week-hour').nth(13).scrollIntoViewIfNeeded();
  const box = await day.boundingBox();
  const y = (hour) => box.y + (box.height * hour) / 24;
  await mara.mouse.move(box.x + box.width / 2, y(12.1));
  await mara.mouse.down();
  await mara.mouse.move(box.x + box.width / 2, y(13), { steps: 4 });
  await mara.mouse.move(box.x + box.width / 2, y(13.9), { steps: 4 });
  await mara.mouse.up();
  const form = mara.getByRole('dialog');
  await form.getByLabel('Name').fill('Lunch');
  await form.getByRole('button', { name: 'Save' }).click();
  await label(mara, 'Lunch').waitFor();
  check((await shows(mara)) === before + 1, 'one more block');
  check((await said(mara, 'Lunch')).includes('Wednesday, 12:00 to 14:00'), await said(mara, 'Lunch'));
});

await step('another browser has it in a moment, without asking', () => until('the other browser', async () => (await label(jonas, 'Lunch').count()) === 1));

await step('dragged to another day and time', async () => {
  const block = await label(mara, 'Lunch').boundingBox();
  const column = await mara.locator('[data-day="3"]').boundingBox();
  const hour = column.height / 24;
  await mara.mouse.move(block.x + 20, block.y + hour);
  await mara.mouse.down();
  await mara.mouse.move(column.x + 30, block.y + hour * 1.5, { steps: 6 });
  await mara.mouse.move(column.x + 30, block.y + hour * 2, { steps: 6 });
  await mara.mouse.up();
  await until('Thursday 13:00', async () => (await said(mara, 'Lunch')).includes('Thursday, 13:00 to 15:00') || said(mara, 'Lunch'));
});

await step('its end is dragged', async () => {
  const end = await label(mara, 'Lunch').locator('.block-end').boundingBox();
  const hour = (await mara.locator('[data-day="3"]').boundingBox()).height / 24;
  await mara.mouse.move(end.x + end.width / 2, end.y + end.height / 2);
  await mara.mouse.down();
  await mara.mouse.move(end.x + end.width / 2, end.y + end.height / 2 + hour / 2, { steps: 6 });
  await mara.mouse.up();
  await until('until 15:30', async () => (await said(mara, 'Lunch')).includes('13:00 to 15:30') || said(mara, 'Lunch'));
});

await step('Escape lets go of what is dragged, and nothing changes', async () => {
  const block = await label(mara, 'Lunch').boundingBox();
  await mara.mouse.move(block.x + 20, block.y + 30);
  await mara.mouse.down();
  await mara.mouse.move(block.x + 20, block.y + 130, { steps: 5 });
  await mara.keyboard.press('Escape');
  await mara.mouse.up();
  check((await said(mara, 'Lunch')).includes('13:00 to 15:30'), await said(mara, 'Lunch'));
  check((await mara.getByRole('dialog').count()) === 0, 'letting go is no click');
});

await step('keys alone: moved, stretched, opened, closed, with the focus on it all the time', async () => {
  await label(mara, 'Lunch').focus();
  await mara.keyboard.down('Alt');
  await mara.keyboard.press('ArrowUp');
  await mara.keyboard.press('ArrowUp');
  await mara.keyboard.press('ArrowRight');
  await mara.keyboard.up('Alt');
  await until('Friday 12:30', async () => (await said(mara, 'Lunch')).includes('Friday, 12:30 to 15:00') || said(mara, 'Lunch'));
  const focused = () => mara.evaluate(() => document.activeElement?.querySelector('.unseen')?.textContent ?? '');
  check((await focused()).startsWith('Lunch'), await focused());
  await mara.keyboard.press('Alt+Shift+ArrowUp');
  await until('until 14:45', async () => (await said(mara, 'Lunch')).includes('12:30 to 14:45') || said(mara, 'Lunch'));
  await mara.keyboard.press('Enter');
  await mara.getByRole('dialog').waitFor();
  await mara.keyboard.press('Escape');
  await until('back on the block', async () => (await focused()).startsWith('Lunch') || focused());
});

await step('the other browser sees where it is now', () => until('there, too', async () => (await said(jonas, 'Lunch')).includes('Friday, 12:30 to 14:45') || said(jonas, 'Lunch')));

await step('deleted by a key, and back with Undo', async () => {
  await label(mara, 'Lunch').focus();
  await forget(mara);
  await mara.keyboard.press('Delete');
  await until('gone', async () => (await label(mara, 'Lunch').count()) === 0);
  await undo(mara, 'Lunch');
  await label(mara, 'Lunch').waitFor();
});

await step('a playlist of songs: made, filled, its order kept', async () => {
  await mara.goto(base + '/#/programme/playlists');
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
  await mara.goto(base + '/#/programme/inserts');
  await mara.getByRole('button', { name: 'New jingle' }).click();
  await mara.getByRole('dialog').getByLabel('Name').fill('Call sign');
  await mara.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await mara.locator('.plan-row', { hasText: 'Call sign' }).waitFor();
  await mara.goto(base + '/#/programme/clocks');
  await mara.getByRole('button', { name: 'New clock' }).click();
  await mara.getByRole('dialog').getByLabel('Name').fill('By day');
  await mara.getByRole('dialog').getByRole('button', { name: 'Add a step' }).click();
  await mara.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await mara.locator('.clock-row', { hasText: 'By day' }).locator('.clock-slot').nth(1).waitFor();
});

await step('a song is asked for, seen by others at once, taken back and asked for again with Undo', async () => {
  await mara.goto(base + '/#/programme/requests');
  await jonas.goto(base + '/#/programme/requests');
  await mara.getByRole('button', { name: 'Switch the programme on' }).click();
  await mara.getByRole('searchbox', { name: 'Find a song to ask for' }).fill('a');
  await mara.locator('.finder-hit .tool').first().click();
  const waiting = (page) => page.locator('.requests li').count();
  await until('it waits', async () => (await waiting(mara)) === 1);
  await until('it waits for others, too', async () => (await waiting(jonas)) === 1);
  const taking = jonas.locator('.requests .tool');
  const title = await jonas.locator('.requests .row-title').innerText();
  await forget(jonas);
  await taking.click();
  await until('taken back', async () => (await waiting(mara)) === 0);
  await undo(jonas, title);
  await until('asked for again', async () => (await waiting(mara)) === 1 && (await mara.locator('.requests .row-title').innerText()) === title);
});

await step('a limit of an artist, found by name', async () => {
  await mara.goto(base + '/#/programme/rules');
  await mara.getByRole('button', { name: 'New limit' }).click();
  const form = mara.getByRole('dialog');
  await form.getByLabel('What may come only so often').selectOption('artist');
  check(await form.getByRole('button', { name: 'Save' }).isDisabled(), 'nobody is chosen yet');
  await form.getByRole('searchbox').fill('player');
  await form.getByRole('radio').first().check();
  await form.getByRole('button', { name: 'Save' }).click();
  await mara.locator('.plan-limit', { hasText: 'Player' }).waitFor();
});

await step('rules are changed and undone', async () => {
  await mara.goto(base + '/#/programme/rules');
  const field = mara.getByLabel('the same artist');
  const before = await field.inputValue();
  await forget(mara);
  await field.fill('45');
  await field.blur();
  await undo(mara, 'Changed the rules');
  await until('as before', async () => (await field.inputValue()) === before);
});

await step('the coming day is looked at, with what goes wrong', async () => {
  await mara.goto(base + '/#/programme/preview');
  await mara.locator('#preview-list .row[data-index="3"] .row-length').waitFor();
  await mara.locator('.plan-well, .violations').first().waitFor();
});

await step('what was played says why, and how many listened', async () => {
  await mara.goto(base + '/#/programme/played');
  await mara.locator('.played .row-sub').first().waitFor();
  await mara.locator('svg.listening-lines').waitFor();
  await mara.getByRole('button', { name: '7 days' }).click();
  await mara.locator('.listening-times span').first().waitFor();
});

await step('no serious finding of axe, on a desk and on a phone', async () => {
  const phone = await open('/#/programme/week', { viewport: { width: 360, height: 700 }, hasTouch: true, colorScheme: 'dark' });
  const dark = ['week', 'requests', 'preview', 'played'];
  for (const page of [mara, phone]) {
    for (const view of ['week', 'playlists', 'clocks', 'inserts', 'requests', 'rules', 'preview', 'played', 'people']) {
      await page.goto(`${base}/#/programme/${view}`);
      await page.locator(`.plan-section[aria-current][href$="/${view}"]`).waitFor();
      await page.locator('.plan-head, .rights').first().waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(wide <= 0, `${view} is ${wide} px too wide`);
      if (page === phone && !dark.includes(view)) continue; // an analysis takes a second of both cores
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
      const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      check(bad.length === 0, `${view}: ${bad.map(({ id, nodes }) => `${id} ${nodes[0].html.slice(0, 160)}`).join('; ')}`);
    }
  }
  await phone.context().close();
});

await step('the directory names the station and what it plays, and leads there', async () => {
  const page = await open('/stations');
  const card = page.locator('.station-card').first();
  await card.waitFor();
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  check(bad.length === 0, bad.map(({ id, nodes }) => `${id} ${nodes[0].html.slice(0, 160)}`).join('; '));
  await card.click();
  await page.locator('.receiver').waitFor();
});

await step('no error on any page', () => check(errors.length === 0, errors.join('; ')));

await browser.close();
console.log(`${passed} passed, ${problems.length} failed`);
process.exit(problems.length > 0 ? 1 : 0);
