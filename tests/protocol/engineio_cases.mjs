// SPDX-License-Identifier: Apache-2.0
// Every rule of the Engine.IO protocol, revision 4: node engineio_cases.mjs JSON, where JSON names the bases of servers with
// different settings. Prints {case: null or what went wrong}. The numbers are those of docs/conformance-socketio.md.
import assert from "node:assert/strict";
import { Endpoint, run, within } from "./socketio_wire.mjs";

const where = JSON.parse(process.argv[2]);
const calm = new Endpoint(where.calm);    // pings every 25 s
const suite = new Endpoint(where.suite);  // the settings of the public suites: 300 ms, 200 ms
const lively = new Endpoint(where.lively);  // pings every 300 ms, 10 s for the pong; 200 ms for an upgrade; payloads of 1,000 bytes
const polling = { EIO: 4, transport: "polling" };
const websocket = { EIO: 4, transport: "websocket" };
const other = where.path;  // said by polls: "4" of the handler's own, none on /engine.io/

/** What was told when a session opened. */
function check_open(told, upgrades) {
  assert.deepEqual(Object.keys(told).sort(), ["maxPayload", "pingInterval", "pingTimeout", "sid", "upgrades"]);
  assert.equal(typeof told.sid, "string");
  assert.deepEqual(told.upgrades, upgrades);
  assert.equal(told.pingInterval, 300);
  assert.equal(told.pingTimeout, 200);
  assert.equal(told.maxPayload, 1_000_000);
}

async function gone(at, sid) {
  assert.equal((await at.poll(sid)).status, 400);
  assert.equal((await at.post(sid, "4a")).status, 400);
}

/** A session that changed over to a WebSocket. */
async function upgraded(at) {
  const { sid } = await at.open();
  const wire = await at.socket(sid);
  wire.send("2probe");
  await wire.expect("3probe");
  wire.send("5");
  return { sid, wire };
}

const cases = [
  ["E1 handshake: polling tells sid, upgrades, intervals, maxPayload", async () => {
    const { headers, text } = await suite.ask("GET", polling);
    check_open(JSON.parse(text.slice(1)), ["websocket"]);
    assert.match(headers.get("content-type"), /^text\/plain; *charset=utf-8/i);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("set-cookie"), null);
  }],
  ["E2 handshake: WebSocket tells the same, without upgrades", async () => {
    const wire = await suite.socket(null, { pings: true });
    const first = await wire.next();
    assert.equal(first[0], "0");
    check_open(JSON.parse(first.slice(1)), []);
    wire.close();
  }],
  ["E3 EIO missing, unknown or of an older revision: 400", async () => {
    for (const EIO of [undefined, "abc", "3", "5", ""]) {
      const query = { transport: "polling", ...(EIO !== undefined && { EIO }) };
      const { status, text } = await calm.ask("GET", query);
      assert.equal(status, 400);
      assert.deepEqual(JSON.parse(text), { code: 5, message: "Unsupported protocol version" });
      assert.equal(await calm.refused({ ...query, transport: "websocket" }), 400);
    }
  }],
  ["E4 transport missing or unknown: 400", async () => {
    for (const query of [{ EIO: 4 }, { EIO: 4, transport: "abc" }, { EIO: 4, transport: "constructor" }, { EIO: 4, transport: "" }]) {
      const { status, text } = await calm.ask("GET", query);
      assert.equal(status, 400);
      assert.deepEqual(JSON.parse(text), { code: 0, message: "Transport unknown" });
      assert.equal(await calm.refused(query), 400);
    }
  }],
  ["E5 a session is opened by GET only: 400", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      const { status, text } = await calm.ask(method, polling);
      assert.equal(status, 400, method);
      assert.deepEqual(JSON.parse(text), { code: 2, message: "Bad handshake method" });
    }
  }],
  ["E6 an unknown sid: 400, for GET, POST and WebSocket", async () => {
    for (const sid of ["abc", "AAAAAAAAAAAAAAAAAAAA00", "AAAAAAAAAAAAAAAAAAAAff", "00", "zz"]) {
      for (const answer of [await calm.poll(sid), await calm.post(sid, "4a")]) {
        assert.equal(answer.status, 400);
        assert.deepEqual(JSON.parse(answer.text), { code: 1, message: "Session ID unknown" });
      }
      assert.equal(await calm.refused({ ...websocket, sid }), 400);
    }
  }],
  ["E7 transport=websocket without an upgrade: 400", async () => {
    assert.equal((await calm.ask("GET", websocket)).status, 400);
  }],
  ["E8 other methods with a sid: 400, and the session goes on", async () => {
    const { sid } = await calm.open();
    for (const method of ["PUT", "DELETE"]) assert.equal((await calm.ask(method, { ...polling, sid })).status, 400);
    assert.equal((await calm.post(sid, "6")).status, 200);
  }],
  ["E9 sids are long, and none is given twice", async () => {
    const sids = await Promise.all(Array.from({ length: 50 }, async () => (await calm.open()).sid));
    assert.equal(new Set(sids).size, 50);
    assert.ok(sids.every((sid) => /^[\w-]{20,}$/.test(sid)));
  }],
  ["E10 pages of other origins may be let in: CORS on answers, errors and preflights", async () => {
    for (const answer of [await calm.ask("GET", polling), await calm.ask("GET", {}), await calm.ask("OPTIONS", polling)])
      assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    assert.equal((await calm.ask("OPTIONS", polling)).status, 204);
  }],
  ["E11 JSONP isn't spoken: j changes nothing", async () => {
    const { text } = await calm.ask("GET", { ...polling, j: 0 });
    assert.equal(text[0], "0");
  }],
  ["E30 ping and pong over polling", async () => {
    const { sid } = await lively.open();
    for (let i = 0; i < 3; ++i) {
      assert.deepEqual((({ status, text }) => [status, text])(await lively.poll(sid)), [200, "2"]);
      assert.equal((await lively.post(sid, "3")).status, 200);
    }
  }],
  ["E31 ping and pong over WebSocket", async () => {
    const wire = await lively.socket(null, { pings: true });
    await wire.next();
    for (let i = 0; i < 3; ++i) {
      await wire.expect("2");
      wire.send("3");
    }
    wire.close();
  }],
  ["E32 no pong over polling: the session ends", async () => {
    const { sid } = await suite.open();
    const heard = [];
    for (let answer = await suite.poll(sid); answer.status === 200; answer = await suite.poll(sid)) heard.push(answer.text);
    assert.ok(["2 1", "2", ""].includes(heard.join(" ")), heard.join(" "));  // whoever is late finds it ended
    await gone(suite, sid);
  }],
  ["E33 no pong over WebSocket: closed", async () => {
    const wire = await suite.socket(null, { pings: true });
    await wire.next();
    await wire.expect("2");
    await wire.ends();
  }],
  ["E34 a session that nobody polls ends", async () => {
    const { sid } = await suite.open();
    let status = 200;
    for (const end = Date.now() + 40_000; status === 200 && Date.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      status = (await suite.post(sid, "6")).status;
    }
    assert.equal(status, 400);
  }],
  ["E35 a ping of the client: the session ends, only the server asks", async () => {
    const { sid } = await calm.open();
    assert.equal((await calm.post(sid, "2")).status, 400);
    await gone(calm, sid);
    const wire = await calm.socket(null);
    wire.send("2");
    await wire.ends();
  }],
  ["E40 close over polling ends the waiting poll with a noop", async () => {
    // The two requests may overtake each other on their ways; then there was no poll to end.
    for (let tries = 0; ; ++tries) {
      const { sid } = await calm.open();
      const [waiting, closing] = await Promise.all([
        calm.poll(sid), new Promise((resolve) => setTimeout(resolve, 20 * tries)).then(() => calm.post(sid, "1"))]);
      if (waiting.status === 400 && tries < 5) continue;
      assert.deepEqual([waiting.status, waiting.text], [200, "6"]);
      assert.equal(closing.status, 200);
      return gone(calm, sid);
    }
  }],
  ["E41 close over WebSocket closes it", async () => {
    const wire = await calm.socket(null);
    wire.send("1");
    assert.equal(await wire.ends(), 1000);
  }],
  ["E42 nothing is heard behind a close, over both transports", async () => {
    const { sid } = await calm.open();
    assert.equal((await calm.post(sid, "1\x1e4late")).status, 200);
    await gone(calm, sid);
    const wire = await calm.socket(null);
    await wire.next();
    wire.send("1");
    wire.send("4late");
    await wire.ends();
    assert.deepEqual(wire.heard, []);
  }],
  ["E43 two polls at a time: the first is told the close, the second is refused, the session ends", async () => {
    const { sid } = await calm.open();
    const answers = await Promise.all([calm.poll(sid), calm.poll(sid)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400]);
    assert.equal(answers.find(({ status }) => status === 200).text, "1");
    await gone(calm, sid);
  }],
  ["E44 two POSTs at a time: refused, and the session ends", async () => {
    const { sid } = await calm.open();
    const slow = calm.connect();
    const path = new URL(calm.url({ ...polling, sid }));
    slow.write(`POST ${path.pathname}${path.search} HTTP/1.1\r\nHost: ${path.host}\r\nContent-Length: 6\r\n\r\n4he`);
    const second = async () => (await calm.post(sid, "6")).status;
    let status = await second();
    for (let tries = 0; status === 200 && tries < 400; ++tries) {  // the first may not have arrived yet
      await new Promise((resolve) => setTimeout(resolve, 50));
      status = await second();
    }
    assert.equal(status, 400);
    await gone(calm, sid);
    slow.write("llo");
    await within(new Promise((resolve) => {
      const look = () => slow.heard.startsWith("HTTP/1.1 400") && resolve();
      slow.on("data", look);
      look();
    }), "answer to the first POST");
    slow.destroy();
  }],
  ["E45 what isn't a packet ends the session: 400 over polling", async () => {
    for (const body of ["abc", "", "4a\x1e", "\x1e4a", "7", "b***"]) {
      const { sid } = await calm.open();
      assert.equal((await calm.post(sid, body)).status, 400, JSON.stringify(body));
      await gone(calm, sid);
    }
  }],
  ["E46 what isn't a packet closes the WebSocket", async () => {
    for (const text of ["abc", "", "7", "b"]) {
      const wire = await calm.socket(null);
      await wire.next();
      wire.send(text);
      await wire.ends();
    }
  }],
  ["E47 a binary body is of an older revision: 400", async () => {
    const { sid } = await calm.open();
    const answer = await calm.post(sid, Uint8Array.from([4, 1]), { "Content-Type": "application/octet-stream" });
    assert.equal(answer.status, 400);
    await gone(calm, sid);
  }],
  ["E48 more than maxPayload: 413 over polling, 1009 over WebSocket", async () => {
    const { sid } = await lively.open();
    assert.equal((await lively.post(sid, "6".padEnd(1000, "x"))).status, 200);
    assert.equal((await lively.post(sid, "6".padEnd(1001, "x"))).status, 413);
    const wire = await lively.socket(null);
    await wire.next();
    wire.send("6".padEnd(1001, "x"));
    assert.equal(await wire.ends(), 1009);
  }],
  ["E49 a poll whose connection breaks ends the session", async () => {
    // What breaks before the server has read the request was no poll.
    for (let patience = 50; patience < 10000; patience *= 2) {
      const { sid } = await calm.open();
      const stream = calm.connect();
      const path = new URL(calm.url({ ...polling, sid }));
      stream.write(`GET ${path.pathname}${path.search} HTTP/1.1\r\nHost: ${path.host}\r\n\r\n`);
      await new Promise((resolve) => setTimeout(resolve, patience));
      stream.resetAndDestroy();
      for (let tries = 0; tries < 20; ++tries) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if ((await calm.post(sid, "6")).status === 400) return;
      }
    }
    assert.fail("it goes on");
  }],
  ["E50 upgrade: probe, noop for polls, messages flow over the WebSocket", async () => {
    const { sid } = await calm.open();
    const waiting = calm.poll(sid);
    const wire = await calm.socket(sid);
    wire.send("2probe");
    await wire.expect("3probe");
    assert.deepEqual((({ status, text }) => [status, text])(await waiting), [200, "6"]);
    assert.equal((await calm.poll(sid)).text, "6");
    wire.send("5");
    wire.send("6");
    wire.close();
  }],
  ["E51 after the upgrade polling is refused, and the session goes on", async () => {
    const { sid, wire } = await upgraded(calm);
    await wire_is_the_transport(wire);
    await gone(calm, sid);
    await wire_is_the_transport(wire);
    wire.close();
  }],
  ["E52 after the upgrade another WebSocket is closed, and the session goes on", async () => {
    const { sid, wire } = await upgraded(calm);
    await wire_is_the_transport(wire);
    const second = await calm.socket(sid);
    await second.ends();
    await wire_is_the_transport(wire);
    wire.close();
  }],
  ["E53 while one WebSocket probes, another is closed", async () => {
    const { sid } = await calm.open();
    const first = await calm.socket(sid);
    first.send("2probe");
    await first.expect("3probe");
    const second = await calm.socket(sid);
    await second.ends();
    first.send("5");
    await wire_is_the_transport(first);
    first.close();
  }],
  ["E54 a probe that is none is closed, and polling goes on", async () => {
    for (const text of ["2", "4hello", "5", "abc", "2probes"]) {
      const { sid } = await calm.open();
      const wire = await calm.socket(sid);
      wire.send(text);
      await wire.ends();
      assert.equal((await calm.post(sid, "6")).status, 200);
    }
  }],
  ["E55 an upgrade that isn't finished in time is closed, and polling goes on", async () => {
    const { sid } = await lively.open();
    const wire = await lively.socket(sid);
    wire.send("2probe");
    await wire.ends();
    assert.ok(["", "3probe"].includes(wire.heard.join()));
    assert.equal((await lively.post(sid, "6")).status, 200);
  }],
  ["E56 a WebSocket session can't be polled or probed", async () => {
    const wire = await calm.socket(null);
    const { sid } = JSON.parse((await wire.next()).slice(1));
    await gone(calm, sid);
    const second = await calm.socket(sid);
    await second.ends();
    await wire_is_the_transport(wire);
    wire.close();
  }],
  ["E57 a WebSocket that breaks after the upgrade ends the session", async () => {
    const { sid, wire } = await upgraded(calm);
    await wire_is_the_transport(wire);
    wire.socket.terminate();
    await gone(calm, sid);
  }],
];

/** Something that only the session's WebSocket answers. */
async function wire_is_the_transport(wire) {
  wire.send(other === "/engine.io/" ? "4hello" : "40");
  if (other === "/engine.io/") return wire.expect("4hello");
  assert.match(await wire.next(), /^40\{"sid"/);
  assert.match(await wire.next(), /^42\["auth"/);
  wire.send("41");
}

const messages = [
  ["E20 a text message over polling", async () => {
    const { sid } = await calm.open();
    const posted = await calm.post(sid, "4hello");
    assert.deepEqual([posted.status, posted.text], [200, "ok"]);
    const polled = await calm.poll(sid);
    assert.deepEqual([polled.status, polled.text], [200, "4hello"]);
    assert.match(polled.headers.get("content-type"), /^text\/plain/);
  }],
  ["E21 several in one payload, separated by 0x1e, in both directions", async () => {
    const { sid } = await calm.open();
    assert.equal((await calm.post(sid, "4test1\x1e4test2\x1e4test3")).text, "ok");
    assert.equal((await calm.poll(sid)).text, "4test1\x1e4test2\x1e4test3");
  }],
  ["E22 text and binary (b, base64) in one payload", async () => {
    const { sid } = await calm.open();
    assert.equal((await calm.post(sid, "4hello\x1ebAQIDBA==")).text, "ok");
    assert.equal((await calm.poll(sid)).text, "4hello\x1ebAQIDBA==");
  }],
  ["E23 text over WebSocket", async () => {
    const wire = await calm.socket(null);
    await wire.next();
    wire.send("4hello");
    await wire.expect("4hello");
    wire.send("4");
    await wire.expect("4");
    wire.send("4\u20ac \u{1f3b5}");
    await wire.expect("4\u20ac \u{1f3b5}");
    wire.close();
  }],
  ["E24 binary over WebSocket, as it is", async () => {
    const wire = await calm.socket(null);
    await wire.next();
    wire.send([1, 2, 3, 4]);
    await wire.expect([1, 2, 3, 4]);
    wire.send([]);
    await wire.expect([]);
    wire.close();
  }],
  ["E25 UTF-8 over polling", async () => {
    const { sid } = await calm.open();
    await calm.post(sid, "4\u20ac \u{1f3b5}");
    assert.equal((await calm.poll(sid)).text, "4\u20ac \u{1f3b5}");
  }],
  ["E26 a poll waits until there is something", async () => {
    const { sid } = await calm.open();
    const [polled] = await Promise.all([calm.poll(sid), calm.post(sid, "4late")]);
    assert.equal(polled.text, "4late");
  }],
  ["E27 many messages keep their order over the change of transports", async () => {
    const { sid } = await calm.open();
    for (let i = 0; i < 10; ++i) await calm.post(sid, `4${i}`);
    const wire = await calm.socket(sid);
    wire.send("2probe");
    await wire.expect("3probe");
    wire.send("5");
    for (let i = 10; i < 20; ++i) wire.send(`4${i}`);
    await wire.expect(...Array.from({ length: 20 }, (_, i) => `4${i}`));
    wire.close();
  }],
  ["E28 what doesn't mean anything to a server is passed over: pong, upgrade, noop", async () => {
    const { sid } = await calm.open();
    assert.equal((await calm.post(sid, "3\x1e5\x1e6\x1e4a")).status, 200);
    assert.equal((await calm.poll(sid)).text, "4a");
  }],
];

console.log(JSON.stringify(await run(other === "/engine.io/" ? [...cases, ...messages] : cases)));
process.exit(0);
