// SPDX-License-Identifier: Apache-2.0
// A world for unit tests: time that only moves when told, WebSockets and fetch whose other end is the test.
import { Client } from '../dist/index.js';

/** Lets everything happen that needs no time. A body that is read from a stream takes some turns of the loop. */
export async function turn() {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

export class VirtualTime {
  at = 0;
  timers = [];
  chance = 0.5;
  now = () => this.at;
  random = () => this.chance;
  after = (ms, task) => {
    const timer = { at: this.at + ms, task };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((one) => one !== timer));
  };
  async pass(ms) {
    const end = this.at + ms;
    for (;;) {
      await turn();
      const next = this.timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.at = Math.max(this.at, next.at);
      this.timers = this.timers.filter((one) => one !== next);
      next.task();
    }
    this.at = end;
    await turn();
  }
}

/** What both kinds of connection share: `sent` has the messages, receive() brings one. */
class End {
  sent = [];
  take(text) {
    this.sent.push(JSON.parse(text));
  }
  /** The oldest message with this method. */
  async next(method) {
    for (let i = 0; i < 50; i++) {
      const found = this.sent.findIndex((one) => one.method === method);
      if (found >= 0) return this.sent.splice(found, 1)[0];
      await turn();
    }
    throw new Error(`no ${method} among ${JSON.stringify(this.sent)}`);
  }
  async answer(method, result) {
    const call = await this.next(method);
    this.receive({ id: call.id, result });
    await turn();
    return call;
  }
  async refuse(method, code, message) {
    this.receive({ id: (await this.next(method)).id, error: { code, message } });
    await turn();
  }
  publish(channel, offset, data, epoch = 'e') {
    this.receive({ method: 'news', params: { channel, offset, epoch, data } });
  }
  /** Answers channel.subscribe as a server that remembers everything: `missed` by channel. */
  async subscribed(places, before = () => {}) {
    const call = await this.next('channel.subscribe');
    before(call.params);
    this.receive({ id: call.id, result: { channels: places } });
    await turn();
    return call.params;
  }
}

export function world(options = {}) {
  const time = new VirtualTime();
  const sockets = [];
  const streams = [];
  let blocked = false; // WebSockets fail before they open
  let status = 200; // of /rpc/stream
  class FakeSocket extends End {
    bufferedAmount = 0;
    constructor(url) {
      super();
      this.url = url;
      sockets.push(this);
      queueMicrotask(() => (blocked ? this.breakOff() : this.onopen({})));
    }
    send(text) {
      this.take(text);
    }
    close(code) {
      this.closed = code;
    }
    receive(message) {
      this.onmessage({ data: JSON.stringify(Array.isArray(message) ? message : { jsonrpc: '2.0', ...message }) });
    }
    breakOff(code = 1006, reason = '') {
      this.onclose({ code, reason });
    }
  }
  class FakeStream extends End {
    constructor(signal) {
      super();
      this.token = `t${streams.length}`;
      streams.push(this);
      this.body = new ReadableStream({ start: (control) => (this.control = control) });
      signal.addEventListener('abort', () => (this.aborted = true));
    }
    raw(text) {
      this.control.enqueue(new TextEncoder().encode(text));
    }
    receive(message) {
      this.raw(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
    }
    breakOff() {
      this.control.close();
    }
  }
  const posts = { status: [], headers: {} };
  const fetch = async (url, init) => {
    if (init.method === 'POST') {
      const stream = streams.find((one) => one.token === init.headers['Longwave-Session'] && !one.aborted);
      const code = posts.status.shift() ?? (stream ? 202 : 404);
      if (code === 202) stream.take(init.body);
      return new Response(null, { status: code, headers: posts.headers });
    }
    if (status === 0) throw new TypeError('fetch failed');
    if (status !== 200) return new Response('words of the server', { status });
    const stream = new FakeStream(init.signal);
    stream.raw(`event: open\ndata: {"session":"${stream.token}","ping_ms":25000}\n\n`);
    return new Response(stream.body, { headers: { 'Content-Type': 'text/event-stream' } });
  };
  const client = new Client('http://host', { WebSocket: FakeSocket, fetch, surroundings: time, ...options });
  const states = [];
  const problems = [];
  client.on('state', (state) => states.push(state));
  client.on('error', (error) => problems.push(error));
  return {
    time, client, states, problems, posts, sockets, streams,
    get socket() {
      return sockets.at(-1);
    },
    get stream() {
      return streams.at(-1);
    },
    set blocked(value) {
      blocked = value;
    },
    set status(value) {
      status = value;
    },
  };
}

/** Reads what is there; never waits. */
export async function read(iterator, into = []) {
  for (;;) {
    const next = await Promise.race([iterator.next(), turn().then(turn).then(() => null)]);
    if (next === null || next.done) return into;
    into.push(next.value);
  }
}
