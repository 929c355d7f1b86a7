// SPDX-License-Identifier: Apache-2.0
// Engine.IO and Socket.IO by hand, over fetch and npm ws, for engineio_cases.mjs and socketio_cases.mjs.
import assert from "node:assert/strict";
import net from "node:net";
import WebSocket from "ws";

const patience = 60_000;

/** The promise's value, or an error that says what was waited for. */
export function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no ${what} in ${patience} ms`)), patience); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** One endpoint: `base` as http://HOST:PORT/engine.io/ */
export class Endpoint {
  constructor(base) { this.base = base; }

  url(query, scheme = "http") {
    return `${this.base.replace("http", scheme)}?${new URLSearchParams(query)}`;
  }

  async ask(method, query, body, headers = {}) {
    const answer = await within(fetch(this.url(query), { method, body, headers }), `answer to ${method}`);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  async open() {
    const { status, text } = await this.ask("GET", { EIO: 4, transport: "polling" });
    assert.equal(status, 200);
    assert.equal(text[0], "0");
    return { sid: JSON.parse(text.slice(1)).sid, told: JSON.parse(text.slice(1)) };
  }

  poll(sid) { return this.ask("GET", { EIO: 4, transport: "polling", sid }); }
  post(sid, body, headers) { return this.ask("POST", { EIO: 4, transport: "polling", sid }, body, headers); }

  /** A WebSocket; `first` message is read when there is no sid. */
  async socket(sid, { query = {}, pings = false } = {}) {
    const socket = new Wire(this.url({ EIO: 4, transport: "websocket", ...(sid && { sid }), ...query }, "ws"), pings);
    await within(socket.opened, "open WebSocket");
    return socket;
  }

  /** A WebSocket that must be refused; gives the status of the handshake. */
  async refused(query) {
    const socket = new Wire(this.url(query, "ws"));
    return within(socket.status, "refusal");
  }

  /** The bytes of a request on a connection of its own. */
  connect() {
    const { hostname, port } = new URL(this.base);
    const stream = net.connect(Number(port), hostname);
    stream.setNoDelay(true);
    stream.heard = "";
    stream.on("data", (bytes) => { stream.heard += bytes; });
    return stream;
  }
}

/** What a WebSocket hears, in order. Engine.IO pings are answered, and not heard, unless `pings` is set. */
class Wire {
  constructor(url, pings = false) {
    this.heard = [];
    this.waiting = [];
    this.socket = new WebSocket(url);
    this.opened = new Promise((resolve) => this.socket.on("open", resolve));
    this.status = new Promise((resolve) => this.socket.on("unexpected-response", (_, answer) => { resolve(answer.statusCode); this.socket.terminate(); }));
    this.closed = new Promise((resolve) => this.socket.on("close", (code) => resolve(code)));
    this.socket.on("error", () => {});
    this.socket.on("message", (data, isBinary) => {
      const message = isBinary ? [...data] : data.toString();
      if (message === "2" && !pings) return this.socket.send("3");
      const next = this.waiting.shift();
      next ? next(message) : this.heard.push(message);
    });
  }

  send(message) { this.socket.send(Array.isArray(message) ? Uint8Array.from(message) : message); }

  next(what = "message") {
    if (this.heard.length > 0) return Promise.resolve(this.heard.shift());
    return within(new Promise((resolve) => this.waiting.push(resolve)), what);
  }

  async expect(...messages) {
    for (const message of messages) assert.deepEqual(await this.next(JSON.stringify(message)), message);
  }

  async ends() { return within(this.closed, "close"); }
  close() { this.socket.close(); }
}

/** Runs `cases` ([name, function] pairs) side by side; gives {name: null or what went wrong}. */
export async function run(cases) {
  const outcome = {};
  await Promise.all(cases.map(async ([name, test]) => {
    try {
      await within(test(), "end");
      outcome[name] = null;
    } catch (problem) {
      outcome[name] = String(problem.stack ?? problem).slice(0, 600);
    }
  }));
  return outcome;
}
