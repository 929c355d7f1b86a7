// SPDX-License-Identifier: Apache-2.0
// How the lists scroll with many rows: node dev/scroll.mjs [rows]. A fake server with that many tracks and as many in
// the queue; Chromium without a window; steady scrolling, then jumps. A frame is late when more than 1.5 intervals
// of 60 Hz passed since the one before; how many of them are the machine's shows a page with nothing but long text, scrolled
// the same way between the lists. On a busy machine only the CPU time of the page's main thread says something about the
// page: its mean per frame, and the frames in which it worked for more than a frame takes (16.7 ms), from a trace. Those
// it would drop on any machine like this one.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const rows = Number(process.argv[2] ?? 100_000);
const port = Number(process.env.PORT ?? 21690);
const here = dirname(fileURLToPath(import.meta.url));
const server = spawn('node', [join(here, 'fake-server.mjs'), String(port), '--tracks', String(rows), '--queue', String(rows)], { stdio: ['ignore', 'pipe', 'inherit'] });
await new Promise((resolve) => server.stdout.once('data', resolve));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--mute-audio'],
});

/** Scrolls the thing around a list by `speed` px/s for `ms`; the frames' distances, the rows that existed, empty ones. */
async function scroll({ list, speed, ms, jump }) {
  const grid = document.querySelector(`${list} .list, ${list} .covers`);
  let scroller = grid;
  while (scroller && !(scroller.scrollHeight > scroller.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(scroller).overflowY))) scroller = scroller.parentElement;
  scroller ??= document.scrollingElement;
  const gaps = [];
  let most = 0;
  let blank = 0;
  let last = await new Promise(requestAnimationFrame);
  const end = last + ms;
  let n = 0;
  const top = scroller.getBoundingClientRect().top;
  while (last < end) {
    const now = await new Promise(requestAnimationFrame);
    gaps.push(now - last);
    if (jump) {
      if (n++ % 15 === 0) scroller.scrollTop = ((n * 7919) % 100) / 100 * scroller.scrollHeight;
    } else scroller.scrollTop += (speed * (now - last)) / 1000;
    last = now;
    most = Math.max(most, grid.querySelectorAll('.row, .card').length);
    const seen = document.elementFromPoint(grid.getBoundingClientRect().left + 60, Math.max(0, top) + scroller.clientHeight / 2);
    if (!seen?.closest('.row, .card')) blank++;
  }
  return { gaps, most, blank, at: Math.round(scroller.scrollTop) };
}

/** CPU time of the page's main thread from frame to frame. */
function ownFrames(events) {
  const isFrame = (one) => one.name === 'AnimationFrame' && one.ph === 'b';
  const busiest = new Map();
  for (const one of events) if (isFrame(one)) busiest.set(`${one.pid}/${one.tid}`, (busiest.get(`${one.pid}/${one.tid}`) ?? 0) + 1);
  const [thread] = [...busiest].sort((a, b) => b[1] - a[1])[0] ?? [''];
  const work = [];
  for (const one of events.filter((each) => `${each.pid}/${each.tid}` === thread).sort((a, b) => a.ts - b.ts)) {
    if (isFrame(one)) work.push(0);
    else if (one.name === 'RunTask' && one.tdur !== undefined && work.length > 0) work[work.length - 1] += one.tdur / 1000;
  }
  work.pop();
  return { all: work.length, over: work.filter((ms) => ms > 1000 / 60).length, most: Math.max(0, ...work) };
}

/** The machine's own share: a page of text. */
async function nothing(name, page, cdp) {
  await page.goto('about:blank');
  await page.setContent(`<div class="nothing"><div class="list">${'<p class="row">A row of text</p>'.repeat(3000)}</div></div>`);
  await measure(`${name}: nothing but text, 3,000 px/s`, page, cdp, { list: '.nothing', speed: 3_000, ms: 6_000 });
}

async function measure(what, page, cdp, options) {
  const metric = async () => Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  const before = await metric();
  await browser.startTracing(page, { categories: ['-*', 'devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  const { gaps, most, blank, at } = await page.evaluate(scroll, options);
  const after = await metric();
  const frames = ownFrames(JSON.parse((await browser.stopTracing()).toString()).traceEvents);
  const sorted = [...gaps].sort((a, b) => a - b);
  const share = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(1);
  const busy = (name) => (((after[name] - before[name]) * 1000) / gaps.length).toFixed(2);
  const late = gaps.filter((gap) => gap > 25).length;
  console.log(`| ${what} | ${gaps.length} | ${share(0.5)} / ${share(0.95)} / ${share(0.99)} / ${share(1)} | ${late} | ${frames.over} of ${frames.all}, most ${frames.most.toFixed(1)} | ${busy('TaskDuration')} (${busy('ScriptDuration')} script, ${busy('LayoutDuration')} layout, ${busy('RecalcStyleDuration')} style) | ${most} | ${blank} | ${at} |`);
}

console.log(`${rows} rows`);
console.log('| | frames | frame ms, p50 / p95 / p99 / most | late | own work over 16.7 ms | CPU of the main thread, ms per frame | rows that exist, at most | frames without a row in the middle | ends at px |');
console.log('|---|---|---|---|---|---|---|---|---|');
for (const [name, viewport] of [['desk', { width: 1440, height: 900 }], ['phone', { width: 390, height: 844 }]]) {
  const page = await (await browser.newContext({ viewport })).newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.waitForSelector('.link[data-link="online"]');
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.waitForTimeout(8_000); // the queue is fetched page by page
  for (const [tab, list] of process.env.ONLY === 'music' ? [] : [['library', '.panel-library'], ['queue', '.panel-queue']]) {
    const button = page.locator(`#tab-${tab}`);
    if (await button.count()) await button.click();
    await page.waitForSelector(`${list} .row`);
    await page.waitForTimeout(500);
    await measure(`${name}: ${tab}, 3,000 px/s`, page, cdp, { list, speed: 3_000, ms: 6_000 });
    await measure(`${name}: ${tab}, 30,000 px/s`, page, cdp, { list, speed: 30_000, ms: 4_000 });
    await measure(`${name}: ${tab}, a jump every 15 frames`, page, cdp, { list, jump: true, ms: 4_000 });
  }
  for (const [place, item] of [['songs', '.row'], ['albums', '.card']]) {
    await page.goto(`http://127.0.0.1:${port}/#/music/${place}`);
    await page.waitForSelector(`.music ${item}`);
    await page.waitForTimeout(1_000);
    await measure(`${name}: music, ${place}, 3,000 px/s`, page, cdp, { list: '.music', speed: 3_000, ms: 6_000 });
    await measure(`${name}: music, ${place}, a jump every 15 frames`, page, cdp, { list: '.music', jump: true, ms: 4_000 });
  }
  await nothing(name, page, cdp);
  await page.context().close();
}
await browser.close();
server.kill();
