// SPDX-License-Identifier: Apache-2.0
// JSON-RPC clients that others wrote, against a running server: node jsonrpc_peers.mjs SERVER PROGRESS (HOST:PORT each).
// Prints one line of JSON.
import jayson from "jayson";
import { JSONRPCClient, JSONRPCServer, JSONRPCServerAndClient } from "json-rpc-2.0";
import WebSocket from "ws";

const [server, progress] = process.argv.slice(2);
setTimeout(() => { console.error("no end within 60 s"); process.exit(1); }, 60_000).unref();

/** jayson over HTTP, in one version of the protocol. */
async function jaysonOverHttp(version) {
  const [host, port] = server.split(":");
  const client = jayson.Client.http({ host, port, path: "/rpc", version });
  const ask = (method, params, id) =>
    new Promise((resolve, reject) => client.request(method, params, id, (error, answer) => (error ? reject(error) : resolve(answer))));
  const batch = (calls) => new Promise((resolve, reject) => client.request(calls, (error, answers) => (error ? reject(error) : resolve(answers))));
  return {
    information: typeof (await ask("server.info", [])).result.version,
    searched: (await ask("library.search", version === 2 ? { text: "tone", limit: 2 } : ["tone"])).result.total,
    unknown: (await ask("no.such.method", [])).error,
    wrong: (await ask("queue.add", ["main"])).error.code,
    notified: (await ask("session.info", [], null)) ?? null, // a notification: an empty answer
    batch: version === 2
      ? (await batch([client.request("server.info", []), client.request("no.such.method", []), client.request("session.info", [], null)])).map(
          (answer) => answer.error?.code ?? "result")
      : null,
  };
}

async function jaysonOverWebSocket() {
  const ws = new WebSocket(`ws://${server}/rpc`);
  const client = jayson.Client.websocket({ ws });
  await new Promise((resolve, reject) => ws.once("open", resolve).once("error", reject));
  const ask = (method, params) =>
    new Promise((resolve, reject) => client.request(method, params, (error, answer) => (error ? reject(error) : resolve(answer))));
  const together = await Promise.all([1, 2, 3].map((limit) => ask("library.search", { text: "tone", limit })));
  const seen = { counts: together.map((answer) => answer.result.tracks.length), unknown: (await ask("no.such.method", [])).error.code };
  ws.close();
  return seen;
}

/** json-rpc-2.0 at the end of a WebSocket that both sides call over. */
async function bothDirections() {
  const ws = new WebSocket(`ws://${progress}/`);
  const both = new JSONRPCServerAndClient(new JSONRPCServer(), new JSONRPCClient((call) => ws.send(JSON.stringify(call))));
  both.addMethod("answer", ([question]) => `${question}: 42`);
  ws.on("message", (data) => {
    const message = JSON.parse(data.toString());
    if (!message.more) both.receiveAndSend(message); // knows one answer to a call: the last
  });
  await new Promise((resolve, reject) => ws.once("open", resolve).once("error", reject));
  const asked = await Promise.all(["a", "b", "c"].map((question) => both.request("ask", [question])));
  const songs = await both.request("package", { songs: 100 });
  both.removeMethod("answer");
  const missing = await both.request("ask", ["d"]).then(() => null, (error) => error.code);
  const unknown = await both.request("nope", []).then(() => null, ({ code, message }) => ({ code, message }));
  ws.close();
  return { asked, songs, missing, unknown };
}

try {
  console.log(JSON.stringify({
    http2: await jaysonOverHttp(2), http1: await jaysonOverHttp(1), socket: await jaysonOverWebSocket(), both: await bothDirections(),
  }));
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
