// SPDX-License-Identifier: Apache-2.0
// A station's people in Chromium: an owner makes a station from the directory, gives and takes roles, renames and removes
// it; a viewer sees and changes nothing; a listener doesn't see the place. Looks, narrow screens, accessibility.
//   node tests/protocol/station_people.mjs URL USER=KEY …   (KEY: a cookie's value)
// LONGWAVE_SHOTS: a folder for pictures.
import { createRequire } from 'node:module';
import { findings } from './axe.mjs';
const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const [url, ...keys] = process.argv.slice(2);
const base = url.replace(/\/$/, '');
const cookies = Object.fromEntries(keys.map((one) => one.split('=')));
const shots = process.env.LONGWAVE_SHOTS;
const patience = 40_000;
let passed = 0;
const problems = [];
async function step(name, act) {
  try {
    await act();
    passed++;
    console.log(`ok    ${name}`);
  } catch (error) {
    problems.push(name);
    console.log(`FAIL  ${name}: ${String(error.message ?? error).split('\n').slice(0, 6).join(' | ')}`);
  }
}
const check = (so, what) => {
  if (!so) throw new Error(what);
};

const browser = await chromium.launch({
  timeout: 180_000,
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--mute-audio'],
});
const errors = [];
async function open(user, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB', ...options });
  await context.addCookies([{ name: 'longwave_session', value: cookies[user], url: base }]);
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(base + address);
  return page;
}
async function accessible(page) {
  const found = await findings(page);
  check(found.length === 0, found.map(({ text }) => text).join('; '));
}
const shot = (page, name) => shots && page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });

const owner = await open('olga', '/stations');
await step('a station is made from the directory, by keys alone, and its page opens', async () => {
  const button = owner.getByRole('button', { name: 'New station' });
  await button.focus();
  await owner.keyboard.press('Enter');
  await owner.getByLabel('Name').fill('Späte Nacht');
  await owner.waitForFunction(() => document.querySelector('#rights-slug').value === 'spaete-nacht'); // it follows the name
  await shot(owner, 'new-station');
  await accessible(owner);
  await owner.locator('#rights-slug').fill('main');
  await owner.keyboard.press('Enter');
  await owner.getByRole('alert').filter({ hasText: "station 'main' already" }).waitFor();
  await owner.locator('#rights-slug').fill('night');
  await owner.keyboard.press('Enter');
  await owner.waitForURL(`${base}/s/night`);
  await owner.getByRole('link', { name: 'Programme' }).waitFor();
});

await step('its owner gives, changes and takes roles', async () => {
  await owner.goto(`${base}/s/night#/programme/people`);
  await owner.getByText('Your role on this station: owner.').waitFor();
  for (const [user, role] of [['vera', 'viewer'], ['dora', 'dj']]) {
    await owner.locator('#rights-user').fill(user);
    await owner.locator('#rights-role').selectOption(role);
    await owner.getByRole('button', { name: 'Give role' }).click();
    await owner.getByLabel(`Role of ${user}`, { exact: true }).waitFor();
  }
  await shot(owner, 'people');
  await accessible(owner);
  await owner.getByLabel('Role of dora', { exact: true }).selectOption('programmer');
  await owner.getByText('dora is programmer now').waitFor();
  await owner.getByRole('button', { name: 'Take the role of dora away' }).click();
  await owner.getByLabel('Role of dora', { exact: true }).waitFor({ state: 'detached' });
  await owner.locator('#rights-user').fill('nobody-there');
  await owner.getByRole('button', { name: 'Give role' }).click();
  await owner.getByText("there is no user 'nobody-there'").waitFor();
  await owner.getByLabel('Role of olga', { exact: true }).selectOption('dj');
  await owner.getByText('would have no owner').waitFor();
});

await step('a viewer sees the programme and the people, and can change neither; nor steer', async () => {
  const viewer = await open('vera', '/s/night#/programme/people');
  await viewer.getByText('Your role on this station: viewer.').waitFor();
  check((await viewer.locator('.rights select, .rights form').count()) === 0, 'something to change is offered');
  await viewer.goto(`${base}/s/night#/`);
  await viewer.getByRole('link', { name: 'Programme' }).waitFor();
  check((await viewer.getByRole('button', { name: 'Skip' }).count()) === 0, 'skip is offered');
  await viewer.context().close();
});

await step('a listener doesn’t see the place', async () => {
  const listener = await open('nobody', '/s/night');
  await listener.getByRole('link', { name: 'Music' }).waitFor();
  check((await listener.getByRole('link', { name: 'Programme' }).count()) === 0, 'the place is offered');
  await listener.context().close();
});

await step('fits a phone of 360 px, dark', async () => {
  const phone = await open('olga', '/s/night#/programme/people', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await phone.getByLabel('Role of vera', { exact: true }).waitFor();
  const [wide, room] = await phone.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  check(wide <= room, `${wide} px in ${room}`);
  await shot(phone, 'people-phone-dark');
  await accessible(phone);
  await phone.context().close();
});

await step('renamed for all, removed only when its address is typed', async () => {
  const other = await open('nobody', '/stations');
  await other.getByText('Späte Nacht').waitFor();
  await owner.locator('#rights-name').fill('Late night');
  await owner.getByRole('button', { name: 'Rename' }).click();
  await other.getByText('Late night').waitFor();
  await owner.getByRole('button', { name: 'Remove the station' }).click();
  const last = owner.getByRole('button', { name: 'Remove for good' });
  check(await last.isDisabled(), 'it can be removed without a word');
  await owner.getByLabel(/type its address/).fill('night');
  await shot(owner, 'remove');
  await last.click();
  await owner.waitForURL(`${base}/stations`);
  await other.getByText('Late night').waitFor({ state: 'detached' });
});

await browser.close();
if (errors.length > 0) {
  problems.push('errors');
  console.log(`FAIL  errors in the pages: ${errors.slice(0, 3).join(' | ')}`);
}
console.log(`${passed} passed, ${problems.length} failed`);
process.exit(problems.length ? 1 : 0);
