// SPDX-License-Identifier: Apache-2.0
// @longwave/client against a running station: node station.mjs CLIENT URL CONTROL [given | sse]
// CLIENT is the folder of the package; CONTROL an address at which GET /stop, /kill and /start do that to the server.
import { pathToFileURL } from 'node:url';
import { check, end, equal, Network, until } from './try.mjs';

const [folder, url, control, how] = process.argv.slice(2);
const { Client, Disconnected, RpcError, TimedOut } = await import(pathToFileURL(`${folder}/dist/index.js`).href);
const own = how === 'given' ? { WebSocket: (await import('ws')).default } : how === 'sse' ? { transports: ['sse'] } : {};
const kind = how === 'sse' ? 'sse' : 'websocket';
const server = (what) => fetch(`${control}/${what}`);
const failure = (promise) => promise.then((value) => Promise.reject(new Error(`resolved: ${JSON.stringify(value)}`)), (error) => error);
const station = 'station:main';

async function withClient(address, options, use) {
  const client = new Client(address, { ...own, upgradeAfter: 0, ...options });
  client.on('error', (error) => console.log('note ', error));
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** Versions of the queue as a subscription tells them; a reset begins anew. */
function versions(subscription) {
  const seen = { all: [], resets: [] };
  subscription.on('publication', ({ method, data, offset }) => method === 'queue.changed' && seen.all.push([data.version, offset, data.ops.map((one) => one.op).join()]));
  subscription.on('reset', ({ reason }) => seen.resets.push(reason));
  return seen;
}

await check(`calls and errors over ${kind}`, () => withClient(url, {}, async (client) => {
  equal((await client.call('session.info')).role, 'admin');
  equal(client.state, { state: 'online', transport: kind });
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => client.call('library.search', { text: '', limit: 1 + (i % 5) })));
  equal(answers.map((one) => one.tracks.length), Array.from({ length: 40 }, (_, i) => 1 + (i % 5)), 'rows');
  const wrong = await failure(client.call('queue.add', { station: 'main' }));
  if (!(wrong instanceof RpcError)) throw wrong;
  equal(wrong.code, -32602, 'code');
}));

await check('many answers: gauges and a final one; leaving the loop cancels', () => withClient(url, {}, async (client) => {
  const gauges = [];
  const scan = client.stream('library.scan', {}, { onGauge: (one) => gauges.push(one) });
  for await (const _ of scan);
  equal((await scan.result).cancelled, false);
  for await (const _ of client.stream('library.scan')) break;
  equal((await client.call('session.info')).role, 'admin');
  return `${gauges.length} gauges`;
}));

await check('a change in one client is told to the other, in order', () => withClient(url, {}, (one) => withClient(url, {}, async (two) => {
  const news = two.subscribe(station);
  const seen = versions(news);
  await news.ready;
  const { tracks } = await one.call('library.search', { text: '', limit: 1 });
  let version = 0;
  for (let i = 0; i < 20; i++) ({ version } = await one.call('queue.add', { station: 'main', tracks: [tracks[0].id] }));
  await until('the last version', () => seen.all.at(-1)?.[0] >= version);
  const told = seen.all.map(([v]) => v);
  equal(told, Array.from(told, (_, i) => told[0] + i), 'versions');
})));

await check('after breaks of the network nothing is lost and nothing repeated', async () => {
  const port = Number(new URL(url).port);
  const network = await new Network(port).open();
  return withClient(url, {}, (one) => withClient(network.url, {}, async (two) => {
    const news = two.subscribe(station);
    const seen = versions(news);
    await news.ready;
    const first = (await one.call('queue.list', { station: 'main', limit: 1 })).version;
    const { tracks } = await one.call('library.search', { text: '', limit: 1 });
    let version = 0;
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 15; i++) {
        ({ version } = await one.call('queue.add', { station: 'main', tracks: [tracks[0].id] }));
        if (i === 4) network.cut();
      }
      await until('the last version', () => seen.all.at(-1)?.[0] >= version);
    }
    const told = seen.all.map(([v]) => v).filter((v) => v > first);
    equal(told, Array.from({ length: told.at(-1) - first }, (_, i) => first + 1 + i), 'versions');
    equal(seen.resets, [], 'resets');
    return `${told.length} changes over 3 breaks`;
  })).finally(() => network.server.close());
});

if (how !== 'sse') {
  await check('where WebSocket is blocked SSE is used; when it is free again the WebSocket takes over without a gap', async () => {
    const network = await new Network(Number(new URL(url).port)).open();
    network.blocked = true;
    return withClient(url, {}, (one) => withClient(network.url, { upgradeAfter: 300 }, async (two) => {
      const states = [];
      two.on('state', ({ state, transport }) => states.push(transport ?? state));
      const news = two.subscribe(station);
      const seen = versions(news);
      await news.ready;
      equal(two.state, { state: 'online', transport: 'sse' });
      const first = (await two.call('queue.list', { station: 'main', limit: 1 })).version;
      const { tracks } = await two.call('library.search', { text: '', limit: 1 });
      network.blocked = false;
      let version = 0;
      for (let i = 0, end = Date.now() + 40_000; two.state.transport !== 'websocket' || i < 20; i++) {
        ({ version } = await one.call('queue.add', { station: 'main', tracks: [tracks[0].id] }));
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (Date.now() > end) throw new Error(`no upgrade: ${states}`);
      }
      await until('the last version', () => seen.all.at(-1)?.[0] >= version);
      const told = seen.all.map(([v]) => v).filter((v) => v > first);
      equal(told, Array.from({ length: told.at(-1) - first }, (_, i) => first + 1 + i), 'versions');
      equal(states, ['connecting', 'sse', 'websocket'], 'states');
      await one.call('queue.clear', { station: 'main' });
      return `${told.length} changes, ${network.upgrades} upgrades tried`;
    })).finally(() => network.server.close());
  });
}

await check('a server that is killed in the middle of a call: it fails, what waits is sent later, and reading starts over', () =>
  withClient(url, {}, async (client) => {
    const states = [];
    client.on('state', ({ state }) => states.push(state));
    const news = client.subscribe(station);
    const seen = versions(news);
    await news.ready;
    await server('stop');
    const dying = failure(client.call('queue.list', { station: 'main' }));
    const stream = client.stream('library.scan');
    const late = await failure(client.call('session.info', {}, { timeout: 50 }));
    if (!(late instanceof TimedOut)) throw late;
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server('kill');
    const error = await dying;
    if (!(error instanceof Disconnected && error.sent)) throw error;
    const lost = await failure(stream.next());
    if (!(lost instanceof Disconnected)) throw lost;
    const waiting = client.call('session.info');
    const before = seen.all.length;
    await server('start');
    const began = Date.now();
    equal((await waiting).role, 'admin');
    const took = Date.now() - began;
    await until('present values', () => seen.resets.length === 1 && seen.all.length > before);
    equal(seen.all[before][2], 'reset', 'the first op after it');
    equal([...new Set(states)], ['connecting', 'online', 'waiting'], 'states');
    return `${seen.resets[0]}; answered ${took} ms after the start`;
  }));

end();
