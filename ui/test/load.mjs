// SPDX-License-Identifier: Apache-2.0
// Bundles a module of the page and loads it, with the few things of a browser that it touches.
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'longwave-ui-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A socket whose server is the test: `sent` has the calls, receive() brings a message. */
export class FakeSocket {
  static last = null;
  sent = [];
  constructor() {
    FakeSocket.last = this;
    queueMicrotask(() => this.onopen?.());
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {}
  receive(message) {
    this.onmessage({ data: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  }
  breakOff() {
    this.onclose({ code: 1006, reason: '' });
  }
  /** The latest unanswered call of a method. */
  async next(method) {
    for (let turn = 0; turn < 50; turn++) {
      const call = this.sent.find((one) => one.method === method);
      if (call) {
        this.sent.splice(this.sent.indexOf(call), 1);
        return call;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`no ${method} among ${this.sent.map((one) => one.method)}`);
  }
  async answer(method, result) {
    this.receive({ id: (await this.next(method)).id, result });
    await new Promise((resolve) => setImmediate(resolve));
  }
  async refuse(method, code, message) {
    this.receive({ id: (await this.next(method)).id, error: { code, message } });
    await new Promise((resolve) => setImmediate(resolve));
  }
  tell(method, data, offset) {
    this.receive({ method, params: { channel: 'station:main', epoch: 'e', offset, data } });
  }
}

export function browser() {
  const store = new Map();
  const storage = { getItem: (key) => store.get(key) ?? null, setItem: (key, value) => store.set(key, value), removeItem: (key) => store.delete(key), clear: () => store.clear() };
  const target = { addEventListener() {}, removeEventListener() {}, hidden: false };
  const queries = { matches: false, addEventListener() {} };
  const sound = { addEventListener() {}, removeAttribute() {}, load() {}, buffered: { length: 0 }, currentTime: 0 };
  Object.assign(globalThis, {
    Audio: function () { return sound; },
    matchMedia: () => queries,
    ...(globalThis.navigator ? {} : { navigator: { languages: ['en'] } }),
    location: { pathname: '/', protocol: 'http:', host: 'test' },
    WebSocket: FakeSocket,
    document: target,
    window: globalThis,
    addEventListener() {},
    removeEventListener() {},
    localStorage: storage,
    sessionStorage: storage,
  });
}

let n = 0;
export async function load(source) {
  const result = await build({
    stdin: { contents: source, resolveDir: join(here, '../src'), loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  const file = join(folder, `${n++}.mjs`);
  await writeFile(file, result.outputFiles[0].text);
  return import(pathToFileURL(file).href);
}
