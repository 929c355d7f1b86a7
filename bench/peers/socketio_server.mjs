// SPDX-License-Identifier: Apache-2.0
// socket.io 4 with WebSocket only, every socket in one room: node socketio_server.mjs PORT [deflate]
import { createServer } from "node:http";
import { Server } from "socket.io";

const deflate = process.argv[3] === "deflate";
const http = createServer();
const io = new Server(http, {
  transports: ["websocket"],
  pingInterval: 600_000,
  perMessageDeflate: deflate ? { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 256 } : false,
});
io.on("connection", (socket) => {
  socket.on("publish", (text) => {
    socket.leave("all");
    io.to("all").emit("said", text);
  });
  socket.on("session.info", (_, answer) => answer({ user: null, name: "" }));
  socket.join("all");
});
http.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 });
