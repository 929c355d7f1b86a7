// SPDX-License-Identifier: Apache-2.0
// npm ws as its documentation shows a broadcast: node ws_server.mjs PORT [deflate]
import { WebSocketServer } from "ws";

const deflate = process.argv[3] === "deflate";
const server = new WebSocketServer({
  host: "127.0.0.1",
  port: Number(process.argv[2]),
  backlog: 4096,
  perMessageDeflate: deflate ? { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 256 } : false,
});
server.on("connection", (socket, request) => {
  const publishes = request.url.startsWith("/publish");
  socket.publishes = publishes;
  socket.on("message", (data) => {
    if (!publishes) {
      const call = JSON.parse(data);
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: call.id, result: { user: null, name: "" } }));
      return;
    }
    const text = data.toString();
    for (const client of server.clients) if (!client.publishes) client.send(text);
  });
});
