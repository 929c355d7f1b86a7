// SPDX-License-Identifier: Apache-2.0
// The chat in Chromium against a running station.
//   node tests/protocol/people.mjs http://127.0.0.1:8000
// The station must be reached from this machine (so that the pages are an administrator's).
// LONGWAVE_RESTART: a shell command that restarts the server and returns when it listens again; without it that
// check is left out. LONGWAVE_SHOTS: a folder for pictures. CHROMIUM: the browser, /usr/bin/chromium if not set.
import { execSync } from 'node:child_process';
import { accessible, becomes, check, end, equal, expect, rpc, sideways, until } from './in_browser.mjs';
import { focused, misses, open, phone, picture, said, say, sees, toChat } from './chat.mjs';

async function talking(mara, jonas) {
  await check('who has no name is asked for one, and goes on with the field', async () => {
    await toChat(jonas);
    await jonas.fill('#chat-name', 'Jonas');
    await jonas.keyboard.press('Enter');
    await until('the field', async () => (await focused(jonas)) === 'say');
  });
  await check('names of who is here are a row, and come by themselves', async () => {
    const names = () => mara.$$eval('.people .name', (all) => all.map((one) => one.textContent));
    await until('Jonas among the names', async () => (await names()).some((one) => one.startsWith('Jonas')));
  });
  await check('what one says the other sees, with author and time', async () => {
    await toChat(mara);
    await say(mara, 'good evening');
    await sees(jonas, 'good evening');
    await becomes(() => jonas.textContent('.said-name >> nth=-1'), 'Mara', 'author');
    await until('the acknowledgement', async () => (await mara.locator('.said-pending').count()) === 0);
    await becomes(() => mara.inputValue('#say'), '', 'field');
  });
  await check('markup and links are text', async () => {
    await say(jonas, '<img src=x onerror=alert(1)> http://example.org/');
    await sees(mara, '<img src=x onerror=alert(1)> http://example.org/');
    equal(await mara.locator('.feed img, .feed a').count(), 0, 'elements');
  });
  await check('Shift Enter begins a line', async () => {
    await mara.click('#say');
    await mara.keyboard.type('one');
    await mara.keyboard.press('Shift+Enter');
    await mara.keyboard.type('two');
    await mara.keyboard.press('Enter');
    await sees(jonas, 'one\ntwo');
  });
  await check('what is said elsewhere is spoken politely', async () => {
    await say(jonas, 'spoken');
    await until('the live region', async () => (await mara.textContent('.panel-chat > [role=status]')) === 'Jonas: spoken');
  });
  await check('what nobody looks at is counted on the tab, and marked in the list', async () => {
    await mara.click('#tab-library');
    await say(jonas, 'first unread');
    await say(jonas, 'second unread');
    await until('the count', async () => (await mara.locator('#tab-chat .unread').count()) === 1 && (await mara.textContent('#tab-chat .unread [aria-hidden]')) === '2');
    await toChat(mara);
    await mara.waitForSelector('.chat-new');
    await until('no marks on the tab', async () => (await mara.locator('#tab-chat .unread').count()) === 0);
  });
}

async function changing(mara, jonas) {
  await check('↑ edits the last message, Escape leaves it', async () => {
    await say(mara, 'teh typo');
    await sees(jonas, 'teh typo');
    await until('the acknowledgement', async () => (await mara.locator('.said-pending').count()) === 0);
    await mara.press('#say', 'ArrowUp');
    await mara.waitForSelector('.edit textarea');
    await mara.keyboard.press('Escape');
    await until('no form', async () => (await mara.locator('.edit').count()) === 0);
    await until('the field again', async () => (await focused(mara)) === 'say');
  });
  await check('an edit is seen by the other, and undone by Ctrl Z', async () => {
    await mara.press('#say', 'ArrowUp');
    await mara.fill('.edit textarea', 'the typo');
    await mara.press('.edit textarea', 'Enter');
    await sees(jonas, 'the typo');
    await until('the mark', async () => (await jonas.locator('.said-mark').count()) > 0);
    await mara.click('.notice .button');
    await sees(jonas, 'teh typo');
  });
  await check('Delete removes for everybody at once; Undo brings it back in its place', async () => {
    const before = await said(jonas);
    // a change is shown before the server has it, and so before its notice
    await mara.locator('.notice').evaluateAll((all) => all.forEach((one) => one.setAttribute('data-old', '')));
    await mara.locator('.feed-row').last().focus();
    await mara.keyboard.press('Delete');
    const offered = mara.locator('.notice:not([data-old])').last();
    await offered.hover(); // it stays as long as the pointer is there
    await misses(jonas, 'teh typo');
    await offered.locator('.button').click();
    await sees(jonas, 'teh typo');
    await becomes(() => said(jonas), before, 'order');
  });
  await check('who may moderate removes what others said', async () => {
    await mara.locator('.feed-row', { hasText: 'second unread' }).last().focus();
    await mara.keyboard.press('Delete');
    await misses(jonas, 'second unread');
  });
}

async function refusing() {
  await check('a message that is refused comes back to the field, with the reason', async () => {
    const page = await open('', { name: 'Ines' });
    page.refused.add('channel.publish');
    await toChat(page);
    await page.waitForSelector('.said-text, .empty');
    await say(page, 'nobody hears this');
    await until('the sentence', async () => (await page.locator('.notice-bad').count()) === 1);
    await becomes(() => page.inputValue('#say'), 'nobody hears this', 'field');
    await misses(page, 'nobody hears this');
    await page.context().close();
  });
  await check('how much room is left is said before it is too late', async () => {
    const page = await open('', { name: 'Ines' });
    await toChat(page);
    await page.fill('#say', 'x'.repeat(1_900));
    const room = async () => (await page.textContent('#say-room')).trim();
    await becomes(room, '100 characters left', 'the sentence');
    await page.fill('#say', 'x'.repeat(2_003));
    await becomes(room, '3 characters too long', 'the sentence');
    await becomes(() => page.isDisabled('.say button'), true, 'it can’t be sent');
    await page.context().close();
  });
}

async function breaking(mara, jonas) {
  await check('after a break what was missed is there, once and in order', async () => {
    const count = 12;
    const { socket: cut } = mara.sockets.at(-1);
    await mara.context().setOffline(true);
    await cut.close({ code: 4000 }).catch(() => undefined);
    for (let i = 0; i < count; i++) await say(jonas, `missed ${i}`);
    await until('all acknowledged', async () => (await jonas.locator('.said-pending').count()) === 0);
    await mara.context().setOffline(false);
    await sees(mara, `missed ${count - 1}`);
    const seen = (await said(mara)).filter((one) => one.startsWith('missed'));
    equal(seen, Array.from({ length: count }, (_, i) => `missed ${i}`), 'messages');
  });
  if (!process.env.LONGWAVE_RESTART) return;
  await check('after a restart of the server both talk again, and nothing is shown twice', async () => {
    execSync(process.env.LONGWAVE_RESTART, { stdio: 'ignore', timeout: 180_000 });
    for (const page of [mara, jonas]) await until('the connection', () => page.locator('.link[data-link="online"]').count());
    await say(mara, 'back again');
    await sees(jonas, 'back again');
    await say(jonas, 'me too');
    await sees(mara, 'me too');
    for (const page of [mara, jonas]) equal((await said(page)).filter((one) => one === 'back again').length, 1, 'times');
  });
}

async function long(mara) {
  await check('a long chat exists only near the window, older messages come while scrolling', async () => {
    for (let i = 0; i < 150; i++) await rpc('channel.publish', { channel: 'chat:main', data: { text: `line ${i}` } });
    const page = await open('', { name: 'Ines' });
    await toChat(page);
    await sees(page, 'line 149');
    const rows = () => page.locator('.feed-row').count();
    await until('the end', () => page.$eval('.feed', (feed) => feed.scrollHeight - feed.scrollTop - feed.clientHeight < 40));
    await until('the beginning', async () => {
      await page.$eval('.feed', (feed) => feed.scrollBy(0, -900));
      return (await said(page)).includes('line 20');
    });
    const most = await rows();
    expect(most < 110, `${most} rows`);
    await page.click('.to-end');
    await sees(page, 'line 149');
    await page.context().close();
    return `${most} rows of 150`;
  });
  await check('Tab goes from the tab to the messages, to the field, to the button; arrows go from message to message', async () => {
    await mara.focus('#tab-chat');
    await mara.keyboard.press('Tab');
    await until('the messages', async () => (await focused(mara)).includes('feed'));
    if ((await focused(mara)) === 'feed') await mara.keyboard.press('Tab'); // the scroller takes it, too
    await becomes(() => focused(mara), 'feed-row', 'focus');
    const index = () => mara.evaluate(() => Number(document.activeElement.dataset.index));
    const at = await index();
    await mara.keyboard.press('ArrowUp');
    await becomes(index, at - 1, 'row');
    await mara.keyboard.press('Tab');
    await becomes(() => focused(mara), 'say', 'focus');
    await mara.keyboard.type('by keys alone');
    await mara.keyboard.press('Tab');
    await mara.keyboard.press('Enter');
    await sees(mara, 'by keys alone');
  });
}

async function looking(mara) {
  await check('no serious finding of accessibility in the chat', () => accessible(mara));
  await picture(mara, 'chat-desk');
  await check('on a phone, with text twice as large, from right to left: nothing goes sideways', async () => {
    const page = await open('', { name: 'Ines', viewport: phone, hasTouch: true, colorScheme: 'dark' });
    await toChat(page);
    await sees(page, 'by keys alone');
    await picture(page, 'chat-phone');
    await becomes(() => sideways(page), 0, 'phone');
    await accessible(page);
    await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
    await becomes(() => sideways(page), 0, '200 %');
    await until('a field that is wide enough', async () => (await page.locator('#say').boundingBox()).width > 120);
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '';
      document.documentElement.dir = 'rtl';
    });
    await becomes(() => sideways(page), 0, 'right to left');
    equal(page.problems, [], 'problems');
    await page.context().close();
  });
  await check('the station page loads nothing of the operator’s page', async () =>
    expect(!mara.loaded.some((path) => path.includes('platform')), 'it does'));
}

const mara = await open('', { name: 'Mara' });
const jonas = await open('');
await talking(mara, jonas);
await changing(mara, jonas);
await refusing();
await breaking(mara, jonas);
await long(mara);
await looking(mara);
await end();
