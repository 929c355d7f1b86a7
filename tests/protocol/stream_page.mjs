// SPDX-License-Identifier: Apache-2.0
// Chromium's own EventSource and fetch on /rpc/stream: node stream_page.mjs http://HOST:PORT GIVEN_PORT. Prints what it saw as JSON:
// in our own page, in a page of any origin, and in one of the origin http://127.0.0.1:GIVEN_PORT, which the server was given.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const url = process.argv[2].replace(/\/$/, '');
const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const browser = await chromium.launch({ timeout: 180_000, executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args });

const info = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'session.info' });

/** In the page. Each gives the role that session.info told, or 'refused'. */
const tries = {
  events: ([base, call]) =>
    new Promise((resolve) => {
      const source = new EventSource(`${base}/rpc/stream`);
      source.addEventListener('open', (event) => {
        if (!event.data) return;
        const headers = { 'Content-Type': 'application/json', 'Longwave-Session': JSON.parse(event.data).session };
        void fetch(`${base}/rpc`, { method: 'POST', headers, body: call });
      });
      source.onmessage = (event) => resolve(JSON.parse(event.data).result.role);
      source.onerror = () => source.readyState === 2 && resolve('refused');
    }),
  lines: async ([base, call]) => {
    try {
      const stream = await fetch(`${base}/rpc/stream`, { headers: { Accept: 'application/x-ndjson' } });
      if (!stream.ok) return 'refused';
      const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      for (;;) {
        text += (await reader.read()).value;
        const lines = text.split('\n').slice(0, -1).filter(Boolean).map((line) => JSON.parse(line));
        if (lines.length === 1 && call) {
          const headers = { 'Content-Type': 'application/json', 'Longwave-Session': lines[0].session };
          void fetch(`${base}/rpc`, { method: 'POST', headers, body: call });
          call = '';
        }
        if (lines.length > 1) return lines[1].result.role;
      }
    } catch {
      return 'refused';
    }
  },
  post: async ([base, call]) => {
    try {
      const answer = await fetch(`${base}/rpc`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: call });
      return (await answer.json()).result.role;
    } catch {
      return 'refused';
    }
  },
  socket: ([base, call]) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${base.replace('http', 'ws')}/rpc`);
      socket.onopen = () => socket.send(call);
      socket.onmessage = (event) => resolve(JSON.parse(event.data).result.role);
      socket.onerror = () => resolve('refused');
    }),
};

async function pageServer(port) {
  const server = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<title>elsewhere</title>'));
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}/`;
}
const page = await browser.newPage();
page.setDefaultTimeout(60_000);
const seen = { foreign: {}, given: {} };
await page.goto(url);
for (const what of ['events', 'lines']) seen[what] = await page.evaluate(tries[what], [url, info]);
for (const [name, port] of Object.entries({ foreign: 0, given: Number(process.argv[3]) })) {
  await page.goto(await pageServer(port));
  for (const [what, attempt] of Object.entries(tries)) seen[name][what] = await page.evaluate(attempt, [url, info]);
}
console.log(JSON.stringify(seen));
await browser.close();
process.exit(0);
