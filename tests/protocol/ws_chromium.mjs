// SPDX-License-Identifier: Apache-2.0
// Chromium's own WebSocket against our server: node ws_chromium.mjs ws://HOST:PORT/. Prints one line of JSON.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../ui/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const browser = await chromium.launch({
  timeout: 180_000,
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage();
const seen = await page.evaluate((url) => new Promise((resolve, reject) => {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const todo = [0, 1, 126, 5000, 65536, 1_000_000].flatMap((size) => {
    const text = "κόσμε track title ".repeat(size / 18 + 1).slice(0, size);
    const bytes = Uint8Array.from({ length: size }, (_, i) => (i * i) & 255);
    return [text, bytes];
  });
  let sent;
  let echoed = 0;
  const next = () => {
    sent = todo.shift();
    if (sent === undefined) socket.close(4321, "done");
    else socket.send(sent);
  };
  socket.onopen = next;
  socket.onmessage = ({ data }) => {
    const same = typeof sent === "string" ? data === sent
      : data.byteLength === sent.length && new Uint8Array(data).every((byte, i) => byte === sent[i]);
    if (!same) return reject(new Error(`message ${echoed} came back otherwise`));
    echoed++;
    next();
  };
  socket.onclose = ({ code, reason, wasClean }) => resolve({ echoed, code, reason, wasClean, extensions: socket.extensions });
}), process.argv[2]);
console.log(JSON.stringify(seen));
await browser.close();
