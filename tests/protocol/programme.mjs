// SPDX-License-Identifier: Apache-2.0
// The week of the programme place in a real browser: a programme is begun, a show drawn, dragged, moved by keys, edited, refused and
// undone; two browsers see the same.
//   node tests/protocol/programme.mjs URL
import { check as step, end, expect as check, quiet, still } from './in_browser.mjs';
import { forget, label, open, said, silent, undo, until } from './programming.mjs';

const mara = await open();
const jonas = await open();

await step('an empty programme begins with everything', async () => {
  await mara.locator('.plan-off .button, .week').first().waitFor();
  const begin = mara.getByRole('button', { name: 'Begin with everything in the library' });
  if (await begin.count()) await begin.click();
  await mara.locator('.week[data-editable="true"]').waitFor();
});

await step('a show is drawn over the calendar and named', async () => {
  const day = mara.locator('[data-day="2"]');
  await mara.locator('.week-hour').nth(13).scrollIntoViewIfNeeded();
  const box = await still(day);
  const y = (hour) => box.y + (box.height * hour) / 24;
  await mara.mouse.move(box.x + box.width / 2, y(12.1));
  await mara.mouse.down();
  await mara.mouse.move(box.x + box.width / 2, y(13), { steps: 4 });
  await mara.mouse.move(box.x + box.width / 2, y(13.9), { steps: 4 });
  await mara.mouse.up();
  const form = mara.getByRole('dialog');
  await form.getByLabel('Name').fill('Lunch');
  await form.getByRole('button', { name: 'Save' }).click();
  await until('one more block', async () => (await label(mara, 'Lunch').count()) === 1);
  await until('Wednesday, 12:00 to 14:00', async () => (await said(mara, 'Lunch')).includes('Wednesday, 12:00 to 14:00') || said(mara, 'Lunch'));
});

await step('another browser has it in a moment, without asking', () => until('the other browser', async () => (await label(jonas, 'Lunch').count()) === 1));

await step('dragged to another day and time', async () => {
  const block = await still(label(mara, 'Lunch').first());
  const column = await still(mara.locator('[data-day="3"]'));
  const hour = column.height / 24;
  await mara.mouse.move(block.x + 20, block.y + hour);
  await mara.mouse.down();
  await mara.mouse.move(column.x + 30, block.y + hour * 1.5, { steps: 6 });
  await mara.mouse.move(column.x + 30, block.y + hour * 2, { steps: 6 });
  await mara.mouse.up();
  await until('Thursday 13:00', async () => (await said(mara, 'Lunch')).includes('Thursday, 13:00 to 15:00') || said(mara, 'Lunch'));
});

await step('its end is dragged', async () => {
  const end = await still(label(mara, 'Lunch').locator('.block-end'));
  const hour = (await mara.locator('[data-day="3"]').boundingBox()).height / 24;
  await mara.mouse.move(end.x + end.width / 2, end.y + end.height / 2);
  await mara.mouse.down();
  await mara.mouse.move(end.x + end.width / 2, end.y + end.height / 2 + hour / 2, { steps: 6 });
  await mara.mouse.up();
  await until('until 15:30', async () => (await said(mara, 'Lunch')).includes('13:00 to 15:30') || said(mara, 'Lunch'));
});

await step('Escape lets go of what is dragged, and nothing changes', async () => {
  const block = await still(label(mara, 'Lunch').first());
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
  await until('the focus is on it', async () => (await focused()).startsWith('Lunch') || focused());
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

await step('no error on any page', silent);
await end();
