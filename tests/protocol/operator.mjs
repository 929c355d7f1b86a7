// SPDX-License-Identifier: Apache-2.0
// The operator's page in Chromium against a running station, as people.mjs.
//   node tests/protocol/operator.mjs http://127.0.0.1:8000
import { accessible, becomes, check, end, equal, rpc, sideways, until } from './in_browser.mjs';
import { open, phone, picture, sees, say, toChat } from './chat.mjs';

async function operating(jonas) {
  const page = await open('platform');
  await check('the operator’s page says that all is well, and draws what happens', async () => {
    await page.waitForSelector('.health:not(.health-bad)');
    await page.waitForSelector('.chart-path', { state: 'attached' });
    await until('three connections', async () => Number(await page.textContent('.chart-now >> nth=0')) >= 3);
    await becomes(() => page.locator('.node').count(), 1, 'nodes');
  });
  await check('connections have name, address, transport, channels', async () => {
    const row = page.locator('tr', { hasText: 'Jonas' }).first();
    await row.waitFor();
    for (const part of ['127.0.0.1', 'websocket', 'chat:main']) await until(part, async () => (await row.innerText()).includes(part));
  });
  await check('a connection is closed: its row goes, and its page says why', async () => {
    await page.locator('tr', { hasText: 'Jonas' }).first().locator('button').click();
    await until('Jonas gone', async () => (await page.locator('tr', { hasText: 'Jonas' }).count()) === 0);
    await until('the sentence', async () => (await jonas.locator('.link[data-link="offline"], .link[data-link="refused"]').count()) === 1);
  });
  await check('the rule of a channel is changed, in force, kept, and undone', async () => {
    await page.click('#tab-channels');
    await page.locator('[data-channel="chat:main"] button').click();
    await page.fill('#rule-history_size', '7');
    await page.selectOption('#rule-publish', 'admin');
    await page.locator('dialog button[type=submit]').click();
    const rule = async () => (await rpc('platform.rules')).rules.find((one) => one.pattern === 'chat:main');
    const changed = await until('the rule', rule);
    equal([changed.config.history_size, changed.config.publish, changed.own], [7, 'admin', true], 'rule');
    await until('the mark', async () => (await page.locator('[data-channel="chat:main"] .mark').count()) === 1);
    await page.locator('.notice .button').last().click();
    await until('the old rule', async () => !(await rule()));
  });
  await check('no serious finding of accessibility on the operator’s page', () => accessible(page));
  for (const list of ['connections', 'channels']) {
    await page.click(`#tab-${list}`);
    await page.waitForSelector('.rows tbody tr');
    await picture(page, `platform-${list}-desk`);
  }
  await page.setViewportSize(phone);
  await check('it works on a phone', async () => {
    await page.click('#tab-connections');
    await page.waitForSelector('.rows tbody tr');
    await becomes(() => sideways(page), 0, 'sideways');
    await accessible(page);
    await picture(page, 'platform-phone');
    await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
    await becomes(() => sideways(page), 0, '200 %');
  });
  await check('who isn’t an administrator sees a door', async () => {
    const stranger = await open('platform', { extraHTTPHeaders: { 'X-Forwarded-For': '192.0.2.1' } });
    await stranger.waitForSelector('.door');
    equal(await stranger.locator('.charts, .rows').count(), 0, 'figures');
    await stranger.context().close();
  });
  await check('nothing was said on the consoles', async () => equal(page.problems, [], 'problems'));
}

const mara = await open('', { name: 'Mara' });
const jonas = await open('', { name: 'Jonas' });
for (const page of [mara, jonas]) await toChat(page);
await say(jonas, 'good evening');
await sees(mara, 'good evening');
await operating(jonas);
await end();
