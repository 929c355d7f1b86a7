// SPDX-License-Identifier: Apache-2.0
// npm eventsource on /rpc/stream: node stream_client.mjs HOST:PORT. Prints what it saw as JSON.
import { EventSource } from 'eventsource';

const base = `http://${process.argv[2]}`;

async function rpc(method, params = {}, headers = {}) {
  const answer = await fetch(`${base}/rpc`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  if (answer.status === 202) return undefined;
  const message = await answer.json();
  if (message.error) throw new Error(message.error.message);
  return message.result;
}

/** Opens a source, hands over each message; resolves when `enough` says so. */
function listen(query, fetchWith, each) {
  return new Promise((resolve, reject) => {
    const source = new EventSource(`${base}/rpc/stream?channels=station:main${query}`, fetchWith);
    let session;
    source.addEventListener('open', (event) => {
      if (event.data) session = JSON.parse(event.data).session;
    });
    source.onmessage = (event) => {
      if (source.readyState === EventSource.CLOSED) return;  // what came in one piece is still handed over
      const done = each(JSON.parse(event.data), event.lastEventId, session);
      if (!done) return;
      source.close();
      resolve(done);
    };
    setTimeout(() => reject(new Error('nothing more came')), 60_000).unref();
  });
}

const { tracks } = await rpc('library.search', { text: '', limit: 1 });
const add = () => rpc('queue.add', { station: 'main', tracks: [tracks[0].id] });
const versions = [];
let session = false;
const last = await listen('', undefined, (message, id, token) => {
  if (message.id === 'channels') {
    session = !!token;
    void (async () => {
      for (let i = 0; i < 5; i++) await rpc('queue.add', { station: 'main', tracks: [tracks[0].id] }, { 'Longwave-Session': token });
    })();
  } else if (message.method === 'queue.changed' && session) versions.push(message.params.offset);
  return versions.length === 5 && id;
});
for (let i = 0; i < 3; i++) await add();
let recovered;
const withId = { fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'Last-Event-ID': last } }) };
await listen('', withId, (message) => {
  if (message.id === 'channels') recovered = message.result.channels['station:main'].recovered;
  else if (message.method === 'queue.changed') versions.push(message.params.offset);
  return recovered !== undefined && versions.length >= 8;
});
if (new Set(versions).size !== versions.length) throw new Error(`repeated: ${versions}`);
console.log(JSON.stringify({ changes: versions.length, recovered, session }));
process.exit(0);
