// SPDX-License-Identifier: Apache-2.0
// npm `ws` as a browser of the second generation of channelstream: node channelstream_ws.mjs HOST:PORT CONN_ID.
// Prints each frame as a line; the line "again" on stdin closes the socket and opens another, "end" ends.
import { createInterface } from "node:readline";
import WebSocket from "ws";

const [address, connId] = process.argv.slice(2);

function open() {
  const socket = new WebSocket(`ws://${address}/ws?conn_id=${connId}`);
  socket.on("open", () => {
    console.log("open");
    socket.send(JSON.stringify({ type: "heartbeat" }));
  });
  socket.on("message", (data) => {
    if (data.toString() !== "[]") console.log(data.toString());
  });
  socket.on("close", (code) => console.log(`closed ${code}`));
  socket.on("error", (error) => console.log(`error ${error.message}`));
  return socket;
}

let socket = open();
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "close") socket.close(1000);
  if (line === "again") socket = open();
  if (line === "end") process.exit(0);
}
