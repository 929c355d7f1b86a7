// SPDX-License-Identifier: Apache-2.0
// A client that behaves as the browser client of "JSON-RPC over WebSockets" does, with its faults (docs/protocols/jsonrpc.md):
// it speaks 1.0, writes all three members, goes by the truth of `method`, `id` and `result`, takes every answer without a true result for
// garbage and closes, and forgets the oldest of more than 32 callbacks. Runs in Node (with a WebSocket given) and in browsers.
export class OriginalClient {
  constructor(url, local, Socket = globalThis.WebSocket) {
    this.local = local;
    this.callbacks = [];
    this.last = 0;
    this._id = null;
    this.garbage = null;
    this.ws = new Socket(url);
    this.opened = new Promise((resolve) => { this.ws.onopen = () => { this.onopen?.(); resolve(); }; });
    this.closed = new Promise((resolve) => { this.ws.onclose = (event) => { this.onclose?.(this.garbage); resolve(event.code); }; });
    this.ws.onerror = () => {};
    this.ws.onmessage = (event) => this.take(String(event.data));
  }

  take(text) {
    this.heard?.(text);
    try {
      const message = JSON.parse(text);
      if (message.method) {
        this._id = message.id;
        const answer = this.local[message.method].apply(this, message.params);
        if (message.id) this.respond(message.id, answer[0], answer[1]);
        this._id = null;
      } else if (message.result) {
        const index = this.callbacks.findIndex(([id]) => id === message.id);
        if (index >= 0) this.callbacks.splice(index, 1)[0][1](message.result, message.error);
      } else {
        throw new Error(`neither call nor answer: ${text}`);
      }
    } catch (error) {
      this.garbage = String(error.message ?? error);
      this.ws.close();
    }
  }

  write(message) { this.ws.send(JSON.stringify(message)); }
  notify(method, params) { this.write({ id: null, method, params }); }
  respond(id, result, error = null) { this.write({ id, result, error }); }
  request(method, params, callback) {
    let id = null;
    if (callback) {
      id = ++this.last;
      this.callbacks.unshift([id, callback]);
      this.callbacks.length = Math.min(this.callbacks.length, 32);
    }
    this.write({ id, method, params });
  }
  close() { this.ws.close(); }
}

/// The session of two people in the demonstration chat; returns what they saw.
export async function chat_session(url, Socket) {
  const seen = { ada: [], bob: [], names: [], wire: [] };
  const until = async (test, what) => {
    for (let i = 0; i < 1000; ++i) {
      if (test()) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`waited for ${what}: ${JSON.stringify(seen)}`);
  };
  const person = (name, path) => {
    const client = new OriginalClient(url + path, {
      message(user, text) { seen[name].push(`${user}: ${text}`); },
      joinpart() { this.request('clients', [], (names) => { seen.names.push(names); }); },
    }, Socket);
    client.onopen = () => client.notify('set_username', [name]);
    return client;
  };
  const ada = person('ada', '/any/path?at=all');
  ada.heard = (text) => seen.wire.push(text);
  await ada.opened;
  await until(() => seen.names.length === 1, 'the first list of names');
  seen.first = [...seen.wire];
  const bob = person('bob', '/');
  await until(() => seen.names.some((names) => names.includes('bob')), 'bob');
  ada.notify('say', ['hello']);
  bob.notify('say', ['\u{1F3B5} "good" evening']);
  await until(() => seen.ada.length === 2 && seen.bob.length === 2, 'what was said');
  const before = seen.names.length;
  bob.close();
  seen.bob_closed = await bob.closed;
  await until(() => seen.names.length > before && seen.names.at(-1).length === 1, 'the list without bob');
  ada.close();
  seen.ada_closed = await ada.closed;
  seen.garbage = [ada.garbage, bob.garbage];
  return seen;
}
