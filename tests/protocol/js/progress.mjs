// SPDX-License-Identifier: Apache-2.0
// @longwave/client with a server made of the C++ library, both directions at once: node progress.mjs CLIENT URL
import { pathToFileURL } from 'node:url';
import WebSocket from 'ws';
import { check, end, equal, until } from './try.mjs';

const [folder, url] = process.argv.slice(2);
const { Client, RpcError } = await import(pathToFileURL(`${folder}/dist/index.js`).href);

let socket;
class Pausable extends WebSocket {
  constructor(...all) {
    super(...all);
    socket = this;
  }
}
const client = new Client(url, { WebSocket: Pausable, transports: ['websocket'] });
client.expose('answer', async ([question]) => {
  if (question === 'no') throw new RpcError(7, 'never');
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  return `what is ${question}?`;
});
const items = async (stream) => {
  const all = [];
  for await (const { done } of stream) all.push(done);
  return all;
};
const hundred = Array.from({ length: 100 }, (_, i) => i + 1);

await check('a package of 100 songs is exactly 100 items and a final answer', async () => {
  const stream = client.stream('package', [100]);
  equal([await items(stream), await stream.result], [hundred, { songs: 100 }]);
});
await check('also to a reader that stands still for 5 s, with 10 MB on the way', async () => {
  const stream = client.stream('package', [100, 50_000]);
  const other = client.stream('package', [100, 50_000]);
  socket.pause();
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  socket.resume();
  equal([await items(stream), await stream.result, await items(other), await other.result], [hundred, { songs: 100 }, hundred, { songs: 100 }]);
});
await check('gauges come until the call is aborted', async () => {
  const control = new AbortController();
  const gauges = [];
  const call = client.call('download', [], { signal: control.signal, onGauge: ({ bytes }) => gauges.push(bytes) });
  await until('gauges', () => gauges.length > 3);
  control.abort(new Error('enough'));
  equal(await call.catch((error) => error.message), 'enough');
  equal(gauges, [...gauges].sort((a, b) => a - b), 'order');
  const seen = gauges.length;
  await client.call('package', [1]);
  equal(gauges.length, seen, 'gauges after the end');
});
await check('leaving a loop ends the call at the server', async () => {
  for await (const { done } of client.stream('package', [100_000, 1_000])) if (done === 10) break;
  const began = Date.now();
  await client.call('package', [1]);
  return `the next call is answered after ${Date.now() - began} ms`;
});
await check('the server calls us while we call it', async () => {
  const questions = Array.from({ length: 30 }, (_, i) => `q${i}`);
  equal(await Promise.all(questions.map((one) => client.call('ask', [one]))), questions.map((one) => `what is ${one}?`));
  const error = await client.call('ask', ['no']).catch((one) => one);
  equal([error.code, error.message], [7, 'never']);
});
client.close();
end();
