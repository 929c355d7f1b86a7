// SPDX-License-Identifier: Apache-2.0
// socket.io-client 0.9.16 against the namespace /stream, in Node, over both transports, and socket.io-client 4 beside it:
//   node legacy_clients.mjs PORT
// The server has the secret "secret".
import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { Network, check, end, equal, until } from './js/try.mjs';

const require = createRequire(import.meta.url);
const legacy = require('legacy-socket-io');
const modern = require('socket.io-client');

const port = Number(process.argv[2]);
const base = `http://127.0.0.1:${port}`;

export const sign = (text, at = Math.floor(Date.now() / 1000)) =>
  `${createHmac('sha256', 'secret').update(`${text}.${at}`).digest('base64')}.${at}`;

async function rest(path, body) {
  const answer = await fetch(base + path, { method: 'POST', headers: { 'x-channelstream-secret': sign(path) }, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

const names = ['connect', 'disconnect', 'error', 'connect_failed', 'message', 'join', 'leave', 'presence_join', 'presence_leave',
  'user_connect', 'user_status', 'reconnect'];

/** What a client hears: `await client.hears('join')` is the next one's arguments. */
class Heard {
  constructor(socket) {
    this.socket = socket;
    this.all = [];
    for (const name of names) socket.on(name, (...args) => this.all.push([name, ...args]));
  }
  async hears(name) {
    const found = await until(name, () => this.all.find((one) => one[0] === name));
    this.all.splice(this.all.indexOf(found), 1);
    return found.slice(1);
  }
  has(name) {
    return this.all.some((one) => one[0] === name);
  }
}

const query = (user, sig = sign(user)) => `username=${encodeURIComponent(user)}&sig=${encodeURIComponent(sig)}`;

function page(user, { url = base, transport = 'websocket', as = query(user), options = {} } = {}) {
  const socket = legacy.connect(`${url}/stream?${as}`, { 'force new connection': true, transports: [transport], 'try multiple transports': false,
    'reconnection delay': 50, ...options });
  return new Heard(socket);
}

/** A user with a page that has joined. */
async function joined(user, channels, more = {}) {
  await rest('/connect', { user, channels });
  const client = page(user, more);
  await client.hears('connect');
  client.socket.emit('join', channels);
  equal(await client.hears('join'), [channels], 'joined');
  return client;
}

const texts = (messages) => messages.map((one) => one.message);

for (const transport of ['websocket', 'xhr-polling']) {
  const u = (name) => `${name}-${transport}`;

  await check(`${transport}: join what was granted, a message with what else was posted, leave`, async () => {
    await rest('/connect', { user: u('ada'), channels: [u('a'), u('b')] });
    const ada = page(u('ada'), { transport });
    await ada.hears('connect');
    ada.socket.emit('join', [u('a'), 'never granted', u('b')]);
    equal(await ada.hears('join'), [[u('a'), u('b')]], 'joined');
    await rest('/message', [{ channel: u('a'), user: 'web', message: 'κόσμε 😀', priority: 7, timestamp: '2014-04-06T13:30:15.123400' }]);
    const [[message]] = await ada.hears('message');
    const { uuid, ...rest_of_it } = message;
    equal(rest_of_it, { type: 'message', user: 'web', message: 'κόσμε 😀', channel: u('a'), priority: 7, timestamp: '2014-04-06T13:30:15.123400' }, 'message');
    ada.socket.emit('leave', [u('a'), 'elsewhere']);
    equal(await ada.hears('leave'), [[u('a')]], 'left');
    await rest('/message', [{ channel: u('a'), user: 'web', message: 'unheard' }, { channel: u('b'), user: 'web', message: 'heard' }]);
    equal(texts((await ada.hears('message'))[0]), ['heard'], 'only what is joined');
    ada.socket.disconnect();
  });

  await check(`${transport}: an event that asks for an ack gets the channels`, async () => {
    await rest('/connect', { user: u('ack'), channels: [u('a')] });
    const client = page(u('ack'), { transport });
    await client.hears('connect');
    const answer = await new Promise((resolve) => client.socket.emit('join', [u('a'), 'no'], (...args) => resolve(args)));
    equal(answer, [[u('a')]], 'ack');
    client.socket.disconnect();
  });

  await check(`${transport}: the routing table of private messages`, async () => {
    const one = await joined(u('one'), [u('r')], { transport });
    const two = await joined(u('two'), [u('r')], { transport });
    const out = await joined(u('out'), [u('other')], { transport });
    await rest('/message', { channel: u('r'), user: 'web', message: 'all' });
    await rest('/message', { channel: u('r'), pm_users: [u('one'), u('out')], user: 'web', message: 'one, here' });
    await rest('/message', { pm_users: [u('two'), u('out')], user: 'web', message: 'wherever' });
    await rest('/message', { user: 'web', message: 'nobody' });
    for (const client of [one, two]) equal(texts((await client.hears('message'))[0]), ['all'], 'to the channel');
    equal(texts((await one.hears('message'))[0]), ['one, here'], 'within the channel');
    for (const client of [two, out]) equal(texts((await client.hears('message'))[0]), ['wherever'], 'to users');
    await rest('/message', { pm_users: [u('one'), u('two'), u('out')], user: 'web', message: 'last' });
    for (const client of [one, two, out]) equal(texts((await client.hears('message'))[0]), ['last'], 'nothing else came');
    for (const client of [one, two, out]) client.socket.disconnect();
  });

  await check(`${transport}: presence for those who share the channel, never for the actor; user_connect and user_status`, async () => {
    await rest('/channel_config', [[u('p'), { presence: true }]]);
    const old = await joined(u('old'), [u('p')], { transport });
    const far = await joined(u('far'), [u('elsewhere')], { transport });
    const young = await joined(u('young'), [u('p')], { transport });
    equal(await old.hears('presence_join'), [u('young'), [u('p')]], 'came');
    equal((await old.hears('user_connect'))[0], { user: u('young'), status: 1, channels: [u('p')] }, 'user_connect');
    await rest('/user_status', { user: u('young'), status: 2 });
    equal(await old.hears('user_status'), [{ user: u('young'), status: 2 }], 'status');
    young.socket.disconnect();
    equal(await old.hears('presence_leave'), [u('young'), [u('p')]], 'went');
    if (far.has('presence_join') || far.has('user_connect') || young.has('presence_join')) throw new Error('told to somebody else');
    old.socket.disconnect();
    far.socket.disconnect();
  });

  await check(`${transport}: a bad signature is connect_failed, an unknown user is sent away, a missing one too`, async () => {
    const bad = page(u('bad'), { transport, as: query(u('bad'), sign('somebody else')) });
    equal(await bad.hears('connect_failed'), ['unauthorized'], 'reason');
    bad.socket.disconnect();
    const unknown = page(u('unknown'), { transport, options: { reconnect: false } });
    equal(await unknown.hears('disconnect'), ['booted'], 'unknown');
    const none = page('', { transport, as: 'x=1', options: { reconnect: false } });
    equal(await none.hears('disconnect'), ['booted'], 'without a name');
  });

  await check(`${transport}: the code's name of the parameter, and a name that needs encoding`, async () => {
    const user = u('zoë & "co" 😀');
    await rest('/connect', { user, channels: [u('a')] });
    const client = page(user, { transport, as: `username=${encodeURIComponent(user)}&signature=${encodeURIComponent(sign(user))}` });
    await client.hears('connect');
    client.socket.disconnect();
  });

  await check(`${transport}: after a loss the page joins again and gets what it missed, told as such`, async () => {
    const network = await new Network(port).open();
    const user = u('loss');
    const client = await joined(user, [u('l')], { transport, url: network.url });
    await rest('/message', { channel: u('l'), user: 'web', message: 'before' });
    equal(texts((await client.hears('message'))[0]), ['before'], 'before');
    // As long as nobody listens there, the client can't come back.
    const { port: near } = network.server.address();
    await new Promise((resolve) => (network.server.close(resolve), network.cut()));
    await until('the server knows', async () => {
      await rest('/message', { channel: u('l'), user: 'web', message: 'missed' });
      return client.has('disconnect') || !client.socket.socket.connected;
    });
    await new Promise((resolve) => network.server.listen(near, '127.0.0.1', resolve));
    await client.hears('reconnect');
    client.socket.emit('join', [u('l')]);
    equal(await client.hears('join'), [[u('l')]], 'joined again');
    const [missed] = await client.hears('message');
    if (!missed.some((one) => one.message === 'missed') || !missed.every((one) => one.catchup === true)) throw new Error(JSON.stringify(missed));
    await rest('/message', { channel: u('l'), user: 'web', message: 'after' });
    await until('the next one', () => client.all.some((one) => one[0] === 'message' && one[1][0].message === 'after' && !one[1][0].catchup));
    client.socket.disconnect();
    network.cut();
    network.server.close();
  });

  await check(`${transport}: /subscribe with conn_id joins the connection, /disconnect ends it`, async () => {
    const { conn_id } = await rest('/connect', { user: u('rest'), channels: [u('a')] });
    const client = page(u('rest'), { transport, options: { reconnect: false } });
    await client.hears('connect');
    equal(await rest('/subscribe', { conn_id, channels: [u('late')] }), [u('late')], 'answer');
    equal(await client.hears('join'), [[u('late')]], 'joined by the web application');
    const info = await rest('/info', { channels: [u('late')] });
    equal(info.channels[u('late')].users, { [u('rest')]: { status: 1, connections: 1 } }, 'info');
    equal(await rest('/disconnect', { conn_id }), true, 'it was there');
    equal(await client.hears('disconnect'), ['booted'], 'sent away');
    equal(await rest('/disconnect', { conn_id }), false, 'and is gone');
  });

  await check(`${transport}: a hundred messages in order`, async () => {
    const client = await joined(u('many'), [u('m')], { transport });
    await rest('/message', Array.from({ length: 100 }, (_, i) => ({ channel: u('m'), user: 'web', message: i })));
    const got = [];
    await until('all of them', () => {
      while (client.has('message')) {
        const at = client.all.findIndex((one) => one[0] === 'message');
        got.push(...texts(client.all.splice(at, 1)[0][1]));
      }
      return got.length >= 100;
    });
    equal(got, Array.from({ length: 100 }, (_, i) => i), 'order');
    client.socket.disconnect();
  });
}

await check('errors are events: an event that is none, a namespace that is none', async () => {
  const client = await joined('err', ['e']);
  client.socket.emit('nonsense', 1);
  const [name] = await client.hears('error');
  equal(name, 'no_such_method', 'error');
  const other = new Heard(client.socket.socket.of('/nowhere'));
  client.socket.socket.of('/nowhere').packet({ type: 'connect' });
  equal((await other.hears('error'))[0], 'no_such_namespace', 'error');
  client.socket.disconnect();
});

await check('socket.io-client 4 in the same namespace: credentials in the payload, the same events, refused otherwise', async () => {
  await rest('/connect', { user: 'mod', channels: ['mixed'] });
  const old = await joined('oldie', ['mixed']);
  const socket = modern.io(`${base}/stream`, { auth: { username: 'mod', sig: sign('mod') }, forceNew: true });
  const client = new Heard(socket);
  await client.hears('connect');
  const answer = await socket.timeout(15_000).emitWithAck('join', ['mixed', 'no']);
  equal(answer, ['mixed'], 'ack');
  equal(await client.hears('join'), [['mixed']], 'joined');
  equal((await old.hears('user_connect'))[0], { user: 'mod', status: 1, channels: ['mixed'] }, 'told');
  await rest('/message', { channel: 'mixed', user: 'web', message: 'both' });
  for (const one of [client, old]) equal(texts((await one.hears('message'))[0]), ['both'], 'the same message');
  socket.emit('leave', ['mixed']);
  equal(await client.hears('leave'), [['mixed']], 'left');
  socket.disconnect();
  old.socket.disconnect();
  for (const auth of [{ username: 'mod', sig: sign('other') }, { username: 'nobody-knows', sig: sign('nobody-knows') }, {}]) {
    const refused = modern.io(`${base}/stream`, { auth, forceNew: true, reconnection: false });
    const why = await new Promise((resolve) => refused.on('connect_error', resolve));
    if (!/unauthorized|unknown user/.test(why.message)) throw new Error(why.message);
    refused.disconnect();
  }
});

end();
