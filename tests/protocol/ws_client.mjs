// SPDX-License-Identifier: Apache-2.0
// The npm client `ws` against a running server: node ws_client.mjs HOST:PORT. Prints one line of JSON.
import WebSocket from "ws";

const address = process.argv[2];
const socket = new WebSocket(`ws://${address}/rpc`, { origin: `http://${address}` });
const waiting = new Map();
const notes = [];
const many = new Map();
let ids = 0;

function call(method, params = {}) {
  const id = `call-${++ids}`;
  socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

socket.on("message", (data, binary) => {
  if (binary) throw new Error("a binary frame");
  const message = JSON.parse(data.toString());
  if (message.id === undefined || message.id === null) return notes.push(message);
  if (message.more) return many.set(message.id, (many.get(message.id) ?? 0) + 1);
  const { resolve, reject } = waiting.get(message.id);
  waiting.delete(message.id);
  message.error ? reject(new Error(`${message.error.code}: ${message.error.message}`)) : resolve(message.result);
});

socket.on("open", async () => {
  try {
    const subscribed = await call("channel.subscribe", { channels: ["station:main", "library"] });
    const { tracks, total } = await call("library.search", { text: "tone", limit: 3 });
    const added = await call("queue.add", { station: "main", tracks: tracks.map((track) => track.id) });
    const moved = await call("queue.move", { station: "main", entry: added.entries[2], to: 1 });
    const scanned = await call("library.scan");
    const pong = new Promise((resolve) => socket.once("pong", (data) => resolve(data.toString())));
    socket.ping("marco");
    const echoed = await pong;
    for (const entry of added.entries) await call("queue.remove", { station: "main", entry });
    const refused = await call("queue.add", { station: "main" }).catch((error) => error.message);
    const closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
    socket.close(1000, "done");
    console.log(JSON.stringify({
      subscribed: Object.keys(subscribed.channels).sort(), total, added: added.entries.length, moved: moved.version > added.version,
      unchanged: scanned.unchanged, gauges: many.size, echoed, refused, closed: await closed,
      notes: [...new Set(notes.map((note) => note.method))].sort(), extensions: socket.extensions,
    }));
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
});
socket.on("error", (error) => { console.error(error); process.exit(1); });
setTimeout(() => { console.error("no end within 60 s"); process.exit(1); }, 60_000).unref();
