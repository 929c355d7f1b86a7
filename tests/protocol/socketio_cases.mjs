// SPDX-License-Identifier: Apache-2.0
// Every rule of the Socket.IO protocol, revision 5: node socketio_cases.mjs JSON, as engineio_cases.mjs.
import assert from "node:assert/strict";
import { Endpoint, run } from "./socketio_wire.mjs";

const where = JSON.parse(process.argv[2]);
const calm = new Endpoint(where.calm);    // pings every 25 s
const hasty = new Endpoint(where.hasty);  // three seconds to join a namespace
const returning = new Endpoint(where.returning);  // with connection-state recovery

/** A connection; the open packet is read. */
async function open(at = calm) {
  const wire = await at.socket(null);
  assert.equal((await wire.next())[0], "0");
  return wire;
}

/** What CONNECT is answered: its data. */
async function accepted(wire, nsp = "") {
  const said = await wire.next("CONNECT");
  const prefix = nsp ? `40${nsp},` : "40";
  assert.ok(said.startsWith(prefix), said);
  return JSON.parse(said.slice(prefix.length));
}

async function join(wire, nsp = "") {
  wire.send(nsp ? `40${nsp},` : "40");
  const told = await accepted(wire, nsp);
  await wire.expect(nsp ? `42${nsp},["auth",{}]` : '42["auth",{}]');
  return told;
}

async function joined(at = calm) {
  const wire = await open(at);
  await join(wire);
  return wire;
}

/** Still there, and nothing else was said meanwhile. */
async function lives(wire, nsp = "") {
  const prefix = nsp ? `42${nsp},` : "42";
  wire.send(`${prefix}["message","still here"]`);
  await wire.expect(`${prefix}["message-back","still here"]`);
}

async function closes(...messages) {
  const wire = await joined();
  for (const message of messages) wire.send(message);
  await wire.ends();
  assert.deepEqual(wire.heard, []);
}

const hole = (num) => `{"_placeholder":true,"num":${num}}`;

const cases = [
  ["S1 CONNECT to the main namespace: CONNECT with a sid", async () => {
    const wire = await open();
    wire.send("40");
    const told = await accepted(wire);
    assert.deepEqual(Object.keys(told), ["sid"]);
    assert.equal(typeof told.sid, "string");
    await wire.expect('42["auth",{}]');
    wire.close();
  }],
  ["S2 CONNECT with a payload reaches the server", async () => {
    const wire = await open();
    wire.send('40{"token":"123"}');
    await accepted(wire);
    await wire.expect('42["auth",{"token":"123"}]');
    wire.close();
  }],
  ["S3 CONNECT to another namespace, with and without the comma", async () => {
    for (const text of ["40/custom,", "40/custom"]) {
      const wire = await open();
      wire.send(text);
      assert.deepEqual(Object.keys(await accepted(wire, "/custom")), ["sid"]);
      await wire.expect('42/custom,["auth",{}]');
      wire.close();
    }
  }],
  ["S4 CONNECT to another namespace with a payload", async () => {
    const wire = await open();
    wire.send('40/custom,{"token":"abc"}');
    await accepted(wire, "/custom");
    await wire.expect('42/custom,["auth",{"token":"abc"}]');
    wire.close();
  }],
  ["S5 CONNECT to an unknown namespace: CONNECT_ERROR with a message, the connection lives", async () => {
    const wire = await open();
    wire.send("40/random");
    await wire.expect('44/random,{"message":"Invalid namespace"}');
    await join(wire);
    await lives(wire);
    wire.close();
  }],
  ["S6 anything before CONNECT closes the connection", async () => {
    for (const text of ['42["message","a"]', "41", "431[]", '42/custom,["message","a"]', "4abc"]) {
      const wire = await open();
      wire.send(text);
      await wire.ends();
      assert.deepEqual(wire.heard, []);
    }
  }],
  ["S7 an event to a namespace that wasn't joined closes the connection", () => closes('42/custom,["message","a"]')],
  ["S8 no CONNECT in time: closed", async () => {
    const wire = await open(hasty);
    await wire.ends();
    const refused = await open(hasty);
    refused.send("40/random");
    await refused.next();
    await refused.ends();
  }],
  ["S9 who has joined in time stays, who has left all again has the time anew", async () => {
    const wire = await joined(hasty);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await lives(wire);
    wire.send("41");
    await wire.ends();
  }],
  ["S10 several namespaces over one connection, each with a sid of its own", async () => {
    const wire = await open();
    const [first, second] = [await join(wire), await join(wire, "/custom")];
    assert.notEqual(first.sid, second.sid);
    await lives(wire);
    await lives(wire, "/custom");
    wire.close();
  }],
  ["S11 the socket's sid isn't the connection's", async () => {
    const wire = await calm.socket(null);
    const { sid } = JSON.parse((await wire.next()).slice(1));
    assert.notEqual((await join(wire)).sid, sid);
    wire.close();
  }],
  ["S12 joining the same namespace twice closes the connection", () => closes("40")],
  ["S13 CONNECT with what isn't an object closes the connection", async () => {
    for (const text of ["40[]", '40"a"', "40{", "40null"]) {
      const wire = await open();
      wire.send(text);
      await wire.ends();
    }
  }],
  ["S14 more namespaces than allowed are refused, not the connection", async () => {
    const wire = await open();
    for (let i = 0; i < 40; ++i) wire.send(`40/n${i}`);
    for (let i = 0; i < 40; ++i) await wire.expect(`44/n${i},{"message":"Invalid namespace"}`);
    await join(wire);
    wire.close();
  }],
  ["S20 an event, with any JSON", async () => {
    const wire = await joined();
    wire.send('42["message",1,"2",{"3":[true]}]');
    await wire.expect('42["message-back",1,"2",{"3":[true]}]');
    wire.send('42["message",null,[],{},"\u20ac\\u0000",-7]');
    await wire.expect('42["message-back",null,[],{},"\u20ac\\u0000",-7]');
    wire.close();
  }],
  ["S21 an event with attachments", async () => {
    const wire = await joined();
    wire.send(`452-["message",${hole(0)},${hole(1)}]`);
    wire.send([1, 2, 3]);
    wire.send([4, 5, 6]);
    await wire.expect(`452-["message-back",${hole(0)},${hole(1)}]`, [1, 2, 3], [4, 5, 6]);
    wire.close();
  }],
  ["S22 an event with an ack", async () => {
    const wire = await joined();
    wire.send('42456["message-with-ack",1,"2",{"3":[false]}]');
    await wire.expect('43456[1,"2",{"3":[false]}]');
    wire.send('420["message-with-ack"]');
    await wire.expect("430[]");
    wire.close();
  }],
  ["S23 an event with attachments and an ack", async () => {
    const wire = await joined();
    wire.send(`452-789["message-with-ack",${hole(0)},${hole(1)}]`);
    wire.send([1, 2, 3]);
    wire.send([4, 5, 6]);
    await wire.expect(`462-789[${hole(0)},${hole(1)}]`, [1, 2, 3], [4, 5, 6]);
    wire.close();
  }],
  ["S24 the same in another namespace", async () => {
    const wire = await open();
    await join(wire, "/custom");
    wire.send('42/custom,13["message-with-ack","bar"]');
    await wire.expect('43/custom,13["bar"]');
    wire.send(`451-/custom,14["message-with-ack",${hole(0)}]`);
    wire.send([1]);
    await wire.expect(`461-/custom,14[${hole(0)}]`, [1]);
    wire.close();
  }],
  ["S25 the server asks: the client's ack, with attachments too; unknown ids are passed over", async () => {
    const wire = await joined();
    wire.send('42["ask","a"]');
    await wire.expect('420["question","a"]');
    wire.send("4399[]");
    wire.send('430["b"]');
    await wire.expect('42["answered","b"]');
    wire.send('42["ask","c"]');
    await wire.expect('421["question","c"]');
    wire.send(`461-1[${hole(0)}]`);
    wire.send([7]);
    await wire.expect(`451-["answered",${hole(0)}]`, [7]);
    wire.send('431["again"]');
    await lives(wire);
    wire.close();
  }],
  ["S26 over polling: attachments are base64, the order is kept", async () => {
    const { sid } = await calm.open();
    await calm.post(sid, "40");
    const [connect, auth] = (await calm.poll(sid)).text.split("\x1e");
    assert.match(connect, /^40\{"sid"/);
    assert.equal(auth, '42["auth",{}]');
    await calm.post(sid, `452-["message",${hole(0)},${hole(1)}]\x1ebAQID\x1ebBAUG\x1e421["message-with-ack","x"]`);
    assert.equal((await calm.poll(sid)).text, `452-["message-back",${hole(0)},${hole(1)}]\x1ebAQID\x1ebBAUG\x1e431["x"]`);
    await calm.post(sid, "41");
    assert.equal((await calm.post(sid, "6")).status, 200);
  }],
  ["S30 leaving the main namespace keeps the connection", async () => {
    const wire = await joined();
    wire.send("41");
    await join(wire);
    await lives(wire);
    wire.close();
  }],
  ["S31 leaving one namespace keeps the other", async () => {
    const wire = await joined();
    await join(wire, "/custom");
    wire.send("41/custom,");
    await lives(wire);
    wire.close();
  }],
  ["S32 the server leaves a namespace: DISCONNECT, and what is under way is passed over", async () => {
    const wire = await joined();
    await join(wire, "/custom");
    wire.send('42/custom,["leave"]');
    await wire.expect("41/custom,");
    wire.send('42/custom,["message","late"]');
    await lives(wire);
    wire.close();
  }],
  ["S33 the server leaves all: DISCONNECT for each, then the connection closes", async () => {
    const wire = await joined();
    await join(wire, "/custom");
    wire.send('42["close"]');
    assert.deepEqual([await wire.next(), await wire.next()].sort(), ["41", "41/custom,"]);
    await wire.ends();
  }],
  ["S40 an unknown packet type closes the connection", () => closes("4abc")],
  ["S41 an event without an array, or with an empty one, closes the connection", async () => {
    for (const text of ["42{}", "42[]", "42", '42"a"', '42["a"', "42[{}]"]) await closes(text);
  }],
  ["S42 an invalid ack id closes the connection", async () => {
    for (const text of ['42abc["message-with-ack",1]', '4212345678901234567890["message",1]']) await closes(text);
  }],
  ["S43 an ack without an id or an array closes the connection", async () => {
    for (const text of ["43[]", "431", "431{}"]) await closes(text);
  }],
  ["S44 attachments that don't fit close the connection", async () => {
    await closes('45["message"]');
    await closes(`451-["message",${hole(1)}]`);
    await closes(`451-["message",${hole(0)}]`, '42["message","in between"]');
    await closes([1, 2, 3]);
    await closes(`4565-["message"]`);
  }],
  ["S45 reserved event names close the connection", async () => {
    for (const name of ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"])
      await closes(`42["${name}"]`);
  }],
  ["S46 CONNECT_ERROR and DISCONNECT with data from a client close the connection", async () => {
    await closes('44{"message":"a"}');
    await closes("41{}");
  }],
  ["S47 a closed connection takes all namespaces with it, over polling too", async () => {
    const { sid } = await calm.open();
    await calm.post(sid, "40");
    await calm.post(sid, "4abc");
    let status = 200;
    for (let tries = 0; status === 200 && tries < 5; ++tries) status = (await calm.poll(sid)).status;
    assert.equal(status, 400);
  }],
  ["S50 recovery: a pid is told, and brings the same sid back once", async () => {
    const first = await open(returning);
    const { sid, pid } = await join(first);
    assert.equal(typeof pid, "string");
    first.socket.terminate();
    // The server may learn of the loss after the new connection.
    let back;
    for (let tries = 0; tries < 400; ++tries) {
      const wire = await open(returning);
      wire.send(`40{"pid":"${pid}"}`);
      back = await accepted(wire);
      if (back.pid === pid) {
        await lives(wire);  // no auth: the state is there still
        const other = await open(returning);
        other.send(`40{"pid":"${pid}"}`);
        assert.notEqual((await accepted(other)).pid, pid);
        other.close();
        wire.close();
        break;
      }
      wire.send("41");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.deepEqual(back, { sid, pid });
  }],
  ["S51 recovery: not for who said goodbye, not with an unknown offset, not elsewhere", async () => {
    const wire = await open(returning);
    const { sid, pid } = await join(wire);
    wire.send("41");
    wire.send(`40{"pid":"${pid}"}`);
    assert.notEqual((await accepted(wire)).sid, sid);
    await wire.next();
    wire.close();
    for (const payload of ['"pid":"nonsense"', '"pid":7', `"pid":"${pid}","offset":"nonsense"`]) {
      const next = await open(returning);
      next.send(`40/custom,{${payload}}`);
      assert.notEqual((await accepted(next, "/custom")).pid, pid);
      next.close();
    }
  }],
];

console.log(JSON.stringify(await run(cases)));
process.exit(0);
