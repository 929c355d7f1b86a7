// SPDX-License-Identifier: Apache-2.0
// @longwave/client with the JSON-RPC of others: json-rpc-2.0 over ws, both directions at once, and jayson by POST.
//   node peers.mjs CLIENT
import { pathToFileURL } from 'node:url';
import jayson from 'jayson';
import { JSONRPCClient, JSONRPCServer, JSONRPCServerAndClient } from 'json-rpc-2.0';
import { WebSocketServer } from 'ws';
import WebSocket from 'ws';
import { check, end, equal } from './try.mjs';

const { Client, RpcError } = await import(pathToFileURL(`${process.argv[2]}/dist/index.js`).href);

const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await new Promise((resolve) => sockets.once('listening', resolve));
const url = `ws://127.0.0.1:${sockets.address().port}/any/path`;
const peers = [];
sockets.on('connection', (socket) => {
  const peer = new JSONRPCServerAndClient(new JSONRPCServer({ errorListener: () => {} }), new JSONRPCClient((message) => socket.send(JSON.stringify(message))));
  peer.addMethod('add', ([a, b]) => a + b);
  peer.addMethod('fail', () => { throw new Error('it can’t be done'); });
  peer.addMethod('back', ({ times }) => Promise.all(Array.from({ length: times }, (_, n) => peer.request('double', { n }))));
  socket.on('message', (data) => void peer.receiveAndSend(JSON.parse(String(data))));
  socket.on('close', () => peer.rejectAllPendingRequests('gone'));
  peers.push(peer);
});

const client = new Client(url, { WebSocket, transports: ['websocket'] });
client.expose('double', ({ n }) => new Promise((resolve) => setTimeout(() => resolve(n * 2), 20 - n)));
client.expose('refuse', () => { throw new RpcError(17, 'no', { why: 'because' }); });

await check('json-rpc-2.0 answers, also with an error', async () => {
  equal(await client.call('add', [2, 3]), 5);
  const error = await client.call('fail').catch((one) => one);
  equal([error.name, error.message], ['RpcError', 'it can’t be done']);
  equal((await client.call('none').catch((one) => one)).code, -32601);
});
await check('while a call of ours runs, json-rpc-2.0 calls us', async () => {
  const [doubled, sums] = await Promise.all([client.call('back', { times: 20 }), Promise.all(Array.from({ length: 20 }, (_, i) => client.call('add', [i, i])))]);
  equal(doubled, Array.from({ length: 20 }, (_, n) => n * 2));
  equal(sums, doubled);
  const [peer] = peers;
  const refused = await peer.request('refuse').catch((one) => one);
  equal([refused.code, refused.message, refused.data], [17, 'no', { why: 'because' }]);
  equal((await peer.request('unknown').catch((one) => one)).code, -32601);
});
await check('it comes back to json-rpc-2.0 after its server has gone away', async () => {
  for (const socket of sockets.clients) socket.terminate();
  equal(await client.call('add', [1, 1]).catch((one) => [one.name, one.sent]), ['Disconnected', true]);
  equal(await client.call('add', [1, 1]), 2);
  equal(peers.length, 2);
});
client.close();
sockets.close();

await check('jayson answers a POST', async () => {
  const server = new jayson.Server({ add: ([a, b], done) => done(null, a + b) }).http();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const other = new Client(`http://127.0.0.1:${server.address().port}/`, { connect: false });
  equal(await other.post('add', [20, 22]), 42);
  equal((await other.post('none').catch((one) => one)).code, -32601);
  server.close();
});
end();
