// SPDX-License-Identifier: Apache-2.0
// The reference clients, socket.io-client 4 and engine.io-client 6: node socketio_clients.mjs JSON, as engineio_cases.mjs.
import assert from "node:assert/strict";
import { Socket } from "engine.io-client";
import { io } from "socket.io-client";
import { run, within } from "./socketio_wire.mjs";

const where = JSON.parse(process.argv[2]);
const ways = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] };
const bytes = Buffer.from([0, 1, 2, 253, 254, 255]);

const once = (emitter, event) => within(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), event);

function client(transports, { nsp = "/", ...more } = {}) {
  return io(where.calm + nsp, { transports, forceNew: true, reconnection: false, ...more });
}

/** Connected, and upgraded where that is to happen. */
async function ready(way, options) {
  const socket = client(ways[way], options);
  await once(socket, "connect");
  if (way === "upgrade" && socket.io.engine.transport.name !== "websocket") await once(socket.io.engine, "upgrade");
  assert.equal(socket.io.engine.transport.name, way === "polling" ? "polling" : "websocket");
  return socket;
}

/** Closed from this side, and back when the server knows of it: until then the session is in use there, and can't be taken up. */
async function away_and_back(socket, witness, meanwhile = () => {}) {
  const { id } = socket;
  const left = new Promise((resolve) => witness.on("left", (who) => who === id && resolve()));
  socket.io.engine.close();
  meanwhile();
  await within(left, "end at the server");
  witness.off("left");
  const back = once(socket, "connect");
  socket.connect();
  await back;
}

/** Is told who has gone. */
async function witnessing() {
  const witness = io(where.returning, { transports: ["websocket"], forceNew: true });
  await once(witness, "connect");
  await within(witness.emitWithAck("watch"), "ack");
  return witness;
}

const cases = [];
for (const way of Object.keys(ways)) {
  cases.push([`socket.io-client, ${way}: auth, events, binary, acks both ways`, async () => {
    const first = client(ways[way], { auth: { token: "123" } });
    assert.deepEqual(await once(first, "auth"), [{ token: "123" }]);
    first.close();

    const socket = await ready(way);
    socket.emit("message", 1, "2", { 3: [true] }, null);
    assert.deepEqual(await once(socket, "message-back"), [1, "2", { 3: [true] }, null]);
    socket.emit("message", bytes, { deep: [bytes, "x"] });
    const [plain, deep] = await once(socket, "message-back");
    assert.deepEqual([[...plain], [...deep.deep[0]], deep.deep[1]], [[...bytes], [...bytes], "x"]);
    assert.deepEqual(await within(socket.emitWithAck("message-with-ack", "a"), "ack"), "a");
    assert.deepEqual([...await within(socket.emitWithAck("message-with-ack", bytes), "ack")], [...bytes]);
    socket.once("question", (word, answer) => answer(word, bytes));
    socket.emit("ask", "why");
    const [word, data] = await once(socket, "answered");
    assert.deepEqual([word, [...data]], ["why", [...bytes]]);
    socket.close();
  }]);
  cases.push([`socket.io-client, ${way}: a hundred events before, during and after the upgrade keep their order`, async () => {
    const socket = client(ways[way]);
    const heard = [];
    const all = new Promise((resolve) => socket.on("message-back", (i) => heard.push(i) === 100 && resolve()));
    for (let i = 0; i < 30; ++i) socket.emit("message", i);
    await once(socket, "connect");
    for (let i = 30; i < 100; ++i) {
      socket.emit("message", i);
      if (i % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await within(all, "all events");
    assert.deepEqual(heard, Array.from({ length: 100 }, (_, i) => i));
    socket.close();
  }]);
  cases.push([`engine.io-client, ${way}: text and binary`, async () => {
    const engine = new Socket(where.calm, { transports: ways[way] });
    engine.binaryType = "arraybuffer";
    await once(engine, "open");
    if (way === "upgrade") await once(engine, "upgrade");
    engine.send("h\u00e9llo \u{1f3b5}");
    assert.deepEqual(await once(engine, "message"), ["h\u00e9llo \u{1f3b5}"]);
    engine.send(bytes);
    const [data] = await once(engine, "message");
    assert.deepEqual([...new Uint8Array(data)], [...bytes]);
    assert.equal(engine.transport.name, way === "polling" ? "polling" : "websocket");
    const closed = once(engine, "close");
    engine.close();
    await closed;
  }]);
  cases.push([`socket.io-client, ${way}: how it ends`, async () => {
    const left = await ready(way);
    left.emit("leave");
    assert.equal((await once(left, "disconnect"))[0], "io server disconnect");
    const closed = await ready(way);
    closed.emit("close");
    assert.equal((await once(closed, "disconnect"))[0], "io server disconnect");
    const own = await ready(way);
    const gone = once(own, "disconnect");
    own.disconnect();
    assert.equal((await gone)[0], "io client disconnect");
  }]);
  cases.push([`socket.io-client, ${way}: connection-state recovery`, async () => {
    const witness = await witnessing();
    const socket = io(where.returning, { transports: ways[way], forceNew: true, reconnection: false });
    await once(socket, "connect");
    if (way === "upgrade" && socket.io.engine.transport.name !== "websocket") await once(socket.io.engine, "upgrade");
    assert.equal(socket.recovered, false);
    const { id } = socket;
    await away_and_back(socket, witness);
    assert.equal(socket.recovered, true);
    assert.equal(socket.id, id);
    assert.equal(await within(socket.emitWithAck("message-with-ack", "there"), "ack"), "there");
    await away_and_back(socket, witness);
    assert.equal(socket.recovered, true);
    assert.equal(socket.id, id);
    socket.close();
    witness.close();
  }]);
}

for (const way of Object.keys(ways)) {
  cases.push([`socket.io-client, ${way}: what was missed comes once, in order, after a recovery`, async () => {
    const [nsp, told] = ["/", `told ${way}`];
    const writer = await witnessing();
    const reader = io(where.returning + nsp, { transports: ways[way], forceNew: true, reconnection: false });
    const heard = [];
    let look;
    const until = (count) => within(new Promise((resolve) => { (look = () => heard.length >= count && resolve())(); }), `${count} news`);
    reader.on("news", (from, i) => { if (from === told) heard.push(i), look?.(); });
    await once(reader, "connect");
    for (let round = 0; round < 3; ++round) {
      for (let i = 0; i < 10; ++i) writer.emit("publish", told, 20 * round + i);
      // What this client has read when it closes, but not handed on, it would hand on again after its return.
      await until(20 * round + 10);
      await away_and_back(reader, writer, () => {
        for (let i = 10; i < 20; ++i) writer.emit("publish", told, 20 * round + i);
      });
      assert.equal(reader.recovered, true);
      await until(20 * round + 20);
    }
    await within(reader.emitWithAck("message-with-ack", 0), "ack");
    assert.deepEqual(heard, Array.from({ length: 60 }, (_, i) => i));
    reader.close();
    writer.close();
  }]);
}

cases.push(["socket.io-client: namespaces share a connection, an unknown one is refused", async () => {
  const manager = client(["websocket"]).io;
  const [main, custom, random] = [manager.socket("/"), manager.socket("/custom"), manager.socket("/random")];
  const refused = once(random, "connect_error");
  await Promise.all([main, custom].map((socket) => socket.connected || once(socket, "connect")));
  random.connect();
  assert.equal((await refused)[0].message, "Invalid namespace");
  custom.emit("message", "c");
  main.emit("message", "m");
  assert.deepEqual(await Promise.all([once(custom, "message-back"), once(main, "message-back")]), [["c"], ["m"]]);
  assert.notEqual(main.id, custom.id);
  main.disconnect();
  assert.equal(await within(custom.emitWithAck("message-with-ack", "still"), "ack"), "still");
  custom.disconnect();
}]);

cases.push(["socket.io-client: heartbeats keep a silent client, and it sees a server that is gone", async () => {
  const silent = io(where.lively, { transports: ["websocket"], forceNew: true, reconnection: false });
  const polled = io(where.lively, { transports: ["polling"], forceNew: true, reconnection: false });
  await Promise.all([once(silent, "connect"), once(polled, "connect")]);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  for (const socket of [silent, polled]) {
    assert.equal(await within(socket.emitWithAck("message-with-ack", "here"), "ack"), "here");
    socket.close();
  }
}]);

cases.push(["engine.io-client: more than maxPayload goes in pieces over polling", async () => {
  const engine = new Socket(where.lively, { transports: ["polling"] });
  await once(engine, "open");
  const heard = [];
  const all = new Promise((resolve) => engine.on("message", (text) => heard.push(text) === 20 && resolve()));
  const sent = Array.from({ length: 20 }, (_, i) => `${i} `.padEnd(200, "x"));
  for (const text of sent) engine.send(text);
  await within(all, "all messages");
  assert.deepEqual(heard, sent);
  engine.close();
}]);

console.log(JSON.stringify(await run(cases)));
process.exit(0);
