// SPDX-License-Identifier: Apache-2.0
// What a screen reader is given in each state of the page: Chromium's accessibility tree, as an outline.
//   node dev/spoken.mjs [state...]        docs/page.md has the table that was read off it
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const only = process.argv.slice(2);
const first = Number(process.env.PORT ?? 21660);
const states = {
  playing: { go: (page) => page.click('.play') },
  search: { go: async (page) => { await page.keyboard.press('/'); await page.keyboard.type('signal'); } },
  nothing: { go: async (page) => { await page.keyboard.press('/'); await page.keyboard.type('zzz'); } },
  history: { go: (page) => page.click('#tab-history') },
  empty: { flags: ['--empty'] },
  starting: { flags: ['--starting'] },
  scan: { flags: ['--scan'] },
  removed: { go: async (page) => { await page.locator('.panel-queue .row').nth(1).focus(); await page.keyboard.press('Delete'); } },
  failed: { flags: ['--refusemove'], go: async (page) => { await page.locator('.panel-queue .row').nth(1).focus(); await page.keyboard.press('Alt+ArrowDown'); } },
  offline: { go: async (page, server) => { server.kill(); await page.waitForTimeout(3_000); } },
  refused: { flags: ['--refuse'], wait: 3_000 },
  shortcuts: { go: (page) => page.keyboard.press('?') },
  signin: { flags: ['--anyone'], go: (page) => page.click('.account .button >> nth=0') },
};
const quiet = new Set(['none', 'generic', 'StaticText', 'InlineTextBox', 'LineBreak', 'ListMarker', 'RootWebArea', 'paragraph', 'strong', 'emphasis']);
const acts = new Set(['button', 'link', 'textbox', 'searchbox', 'slider', 'tab', 'row', 'gridcell', 'combobox', 'checkbox', 'dialog']);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--mute-audio'] });
let nameless = 0;

const value = (node, name) => node.properties?.find((one) => one.name === name)?.value.value;

/** Roles with names, indented; live regions and the focus are marked, text only where it stands alone. */
function outline(nodes) {
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const rows = new Map();
  const walk = (node, depth) => {
    const role = node.role?.value ?? 'none';
    const name = (node.name?.value ?? '').trim().replace(/\s+/g, ' ');
    const live = value(node, 'live');
    const shown = !node.ignored && (!quiet.has(role) || (live && role !== 'StaticText'));
    if (shown) {
      rows.set(role, (rows.get(role) ?? 0) + 1);
      const states = ['focused', 'expanded', 'selected', 'pressed', 'disabled', 'modal', 'busy'].filter((one) => value(node, one) === true || value(node, one) === 'true');
      if (acts.has(role) && name === '') { nameless++; states.push('HAS NO NAME'); }
      const said = node.value?.value !== undefined && role !== 'row' ? ` = ${node.value.value}` : '';
      if (!['row', 'gridcell'].includes(role) || rows.get(role) <= 3) {
        console.log(`${'  '.repeat(depth)}${role} "${name.slice(0, 90)}"${said}${live ? ` [live ${live}]` : ''}${states.length ? ` [${states.join(', ')}]` : ''}`);
      }
    } else if (role === 'StaticText' && !node.ignored && name && depth < 6) console.log(`${'  '.repeat(depth)}- ${name.slice(0, 90)}`);
    for (const id of node.childIds ?? []) if (byId.has(id)) walk(byId.get(id), shown ? depth + 1 : depth);
  };
  walk(nodes[0], 0);
}

let port = first;
for (const [name, { flags = [], go, wait = 1_000 }] of Object.entries(states)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const mine = port++;
  const server = spawn('node', [join(here, 'fake-server.mjs'), String(mine), ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => server.stdout.once('data', resolve));
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' })).newPage();
  await page.goto(`http://127.0.0.1:${mine}/`);
  await page.waitForTimeout(wait);
  await go?.(page, server);
  await page.waitForTimeout(800);
  const cdp = await page.context().newCDPSession(page);
  console.log(`\n==== ${name}`);
  outline((await cdp.send('Accessibility.getFullAXTree')).nodes);
  await page.context().close();
  server.kill();
}
await browser.close();
console.log(`\n${nameless} things to act on have no name`);
process.exit(nameless === 0 ? 0 : 1);
