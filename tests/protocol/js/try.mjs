// SPDX-License-Identifier: Apache-2.0
// What the scripts here share: checks that print a line each, waiting, and a network that can be cut.
import net from 'node:net';

let passed = 0;
let failed = 0;

export async function check(what, test) {
  let late;
  try {
    const limit = new Promise((_, reject) => (late = setTimeout(() => reject(new Error('not within 90 s')), 90_000)));
    const seen = await Promise.race([test(), limit]);
    passed++;
    console.log(`ok    ${what}${seen === undefined ? '' : `: ${seen}`}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${what}: ${String(error.stack ?? error).split('\n').slice(0, 4).join(' | ')}`);
  } finally {
    clearTimeout(late);
  }
}

export function end() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

export function equal(have, want, what = 'value') {
  const [a, b] = [JSON.stringify(have), JSON.stringify(want)];
  if (a !== b) throw new Error(`${what}: ${a} instead of ${b}`);
}

export async function until(what, test, limit_ms = 40_000) {
  for (const end = Date.now() + limit_ms; ; ) {
    const value = await test();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limit_ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Passes bytes on to a port of this machine, until it is told to cut them, or to let no WebSocket through. */
export class Network {
  blocked = false;
  upgrades = 0;
  pairs = new Set();

  constructor(port) {
    this.server = net.createServer((near) => {
      const far = net.connect(port, '127.0.0.1');
      const pair = [near, far];
      this.pairs.add(pair);
      for (const [from, to] of [pair, [far, near]]) {
        from.on('error', () => {});
        from.on('close', () => (to.destroy(), this.pairs.delete(pair)));
      }
      near.on('data', (bytes) => {
        // The server goes by its own port only.
        const text = bytes.toString('latin1').replace(new RegExp(`^host: ${this.host}`, 'im'), `Host: 127.0.0.1:${port}`);
        const upgrade = /^upgrade: *websocket/im.test(text);
        if (upgrade) this.upgrades++;
        if (upgrade && this.blocked) near.destroy();
        else far.write(text, 'latin1');
      });
      far.on('data', (bytes) => near.write(bytes));
    });
  }

  async open() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.host = `127.0.0.1:${this.server.address().port}`;
    this.url = `http://${this.host}`;
    return this;
  }

  cut() {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }
}
