// SPDX-License-Identifier: Apache-2.0
// The npm package `ws` against ours, with every kind of permessage-deflate it can be set to.
//   node ws_peers.mjs client ws://HOST:PORT/      echoes through our server; prints one line of JSON
//   node ws_peers.mjs server                      prints its port; our client echoes through it; then one line of JSON
import { createServer } from "node:http";
import WebSocket, { WebSocketServer } from "ws";

const variants = [
  false, true, { serverNoContextTakeover: true }, { clientNoContextTakeover: true },
  { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 },
  { serverMaxWindowBits: 9, threshold: 0 }, { clientMaxWindowBits: 9, threshold: 0 },
  { serverMaxWindowBits: 8, clientMaxWindowBits: 12, threshold: 0 }, { zlibDeflateOptions: { level: 9, memLevel: 9 }, threshold: 1 },
];
const sizes = [0, 1, 125, 126, 300, 5000, 65535, 65536, 1_000_000];
const letters = "track artist title album {}[]:,\"0123456789äöü";

function message(size, binary) {
  let seed = size + 1;
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    bytes[i] = binary && i % 3 === 0 ? seed & 255 : letters.charCodeAt((seed >> 8) % 40) & 127;
  }
  return bytes;
}

/** Sends every size both ways and ends with 1000. */
function play(socket) {
  return new Promise((resolve, reject) => {
    const todo = sizes.flatMap((size) => [[size, false], [size, true]]);
    let sent;
    let ponged = false;
    const next = () => {
      const one = todo.shift();
      if (!one) return socket.close(1000, "done");
      sent = { bytes: message(...one), binary: one[1] };
      socket.send(sent.bytes, { binary: sent.binary });
    };
    socket.on("message", (data, binary) => {
      if (binary !== sent.binary || !sent.bytes.equals(data)) reject(new Error(`${sent.bytes.length} bytes came back otherwise`));
      else next();
    });
    socket.on("pong", (data) => { ponged = data.toString() === "still there"; });
    socket.on("close", (code) => resolve({ code, ponged, extensions: socket.extensions }));
    socket.on("error", reject);
    socket.ping("still there");
    next();
  });
}

async function client(url) {
  const results = [];
  for (const perMessageDeflate of variants) {
    const socket = new WebSocket(url, { perMessageDeflate });
    await new Promise((resolve, reject) => { socket.once("open", resolve); socket.once("error", reject); });
    results.push(await play(socket));
  }
  console.log(JSON.stringify(results));
}

function server() {
  const results = [];
  const http = createServer().listen(0, "127.0.0.1", () => console.log(http.address().port));
  http.on("upgrade", (request, socket, head) => {
    const url = new URL(request.url, "http://here");
    const at = Number(url.searchParams.get("case") ?? 0);
    const one = new WebSocketServer({ noServer: true, perMessageDeflate: at ? variants[at - 1] : false });
    one.handleUpgrade(request, socket, head, async (opened) => {
      if (url.pathname === "/getCaseCount") opened.send(String(variants.length), () => opened.close(1000));
      else if (url.pathname === "/runCase") results[at - 1] = play(opened);
      else {
        opened.close(1000);
        console.log(JSON.stringify(await Promise.all(results)));
        http.close();
      }
    });
  });
}

setTimeout(() => { console.error("no end within 60 s"); process.exit(1); }, 60_000).unref();
if (process.argv[2] === "client") await client(process.argv[3]);
else server();
