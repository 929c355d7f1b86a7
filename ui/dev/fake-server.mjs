// SPDX-License-Identifier: Apache-2.0
// A development tool: speaks the page's part of the API with made-up music, so that the page can be worked on
// without the real program. Nothing is proven with it.
//   node dev/fake-server.mjs [port] [--tracks N] [--queue N] [--empty] [--starting] [--slow MS] [--anyone] [--scan] [--refuse]
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { programmeMethods } from './fake-programme.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
const flag = (name) => args.includes(`--${name}`);
const value = (name, fallback) => (flag(name) ? Number(args[args.indexOf(`--${name}`) + 1]) : fallback);
const port = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 21600);
const slow = value('slow', 0);

const albums = [
  ['Marisol Vane', 'Harbour Lights', 1974, '#b4552d'],
  ['The Northern Relay', 'Slow Weather', 1998, '#2d6c8f'],
  ['Ada Lindqvist Trio', 'Kitchen Table', 2011, '#7a5c2e'],
  ['Ensemble Tideline', 'Long Way Round', 2019, null],
  ['Okoro & Sons', 'Night Bus', 1983, '#6a4fa0'],
  ['Petra Halloran', 'Letters to the Lighthouse Keeper (The Complete Recordings)', 2005, null],
];
const words = 'Amber Signal Meridian Paper Birds Eleven Rooms Soft Static Copper Line Winter Garden Open Window Blue Hour Ferry'.split(' ');
const total = flag('empty') ? 0 : value('tracks', 240);
const tracks = Array.from({ length: total }, (_, i) => {
  const [artist, album, year, colour] = albums[i % albums.length];
  const title = i === 7 ? 'A Rather Long Title, as Some Composers Like Them, in Three Unequal Parts' : `${words[(i * 7) % words.length]} ${words[(i * 11 + 3) % words.length]}`;
  return {
    id: i + 1, title, artist, album_artist: artist, album, album_id: 1 + (i % albums.length), track: 1 + Math.floor(i / albums.length), disc: 1, year,
    genre: 'Various', duration_ms: 96_000 + ((i * 37_111) % 300_000), format: 'ogg', art: colour ? hashOf(colour) : null,
    state: i % 41 === 40 ? 'missing' : i % 53 === 52 ? 'broken' : 'ok',
  };
});
// Albums of twelve, so that a large library has many.
for (const [i, track] of tracks.entries()) {
  const n = Math.floor(i / 12);
  if (total > 240) Object.assign(track, { album_id: n + 1, album: n < albums.length ? albums[n][1] : `${albums[n % albums.length][1]} ${n}` });
}
const albumList = [...new Map(tracks.map((track) => [track.album_id, track])).values()].map((track) => ({
  id: track.album_id, title: track.album, artist: track.album_artist, artist_id: 1 + (track.album_id % albums.length), year: track.year, tracks: 12, duration_ms: 2_700_000, art: track.art, hidden: false,
}));
const artistList = albums.map(([name], i) => ({ id: i + 1, name, albums: Math.ceil(albumList.length / albums.length), tracks: Math.ceil(total / albums.length) }));
function hashOf(colour) { return createHash('sha256').update(colour).digest('hex').slice(0, 32); }
const colours = new Map(albums.filter((album) => album[3]).map((album) => [hashOf(album[3]), album[3]]));
const accentOf = (track) => colours.get(track.art) ?? null;

// ---- the station

const epoch = 'dev' + Date.now().toString(36);
const began = performance.now() - 47_000;
const position = () => performance.now() - began;
let version = 1;
let nextEntry = 1;
const queue = [];
const history = [];
const offsets = {};
const entry = (track, by = null) => ({
  id: nextEntry++, track, starts_at_ms: null, duration_ms: track.duration_ms, added_by: by,
  reason: by ? { rule: 'request', text: `Requested by ${by}` } : { rule: 'autodj', text: 'Drawn from 212 of 240 tracks: no track again within 180 minutes, no artist within 45', candidates: 212 },
});
const onAir = (one, starts_at_ms) => ({ entry: one.id, track: one.track, starts_at_ms, offset_ms: 0, duration_ms: one.duration_ms, reason: one.reason, accent: accentOf(one.track) });
let current = total && !flag('starting') ? onAir(entry(tracks[value('first', 1)]), 0) : null;
const plan = () => {
  let at = current ? current.starts_at_ms + current.duration_ms : position();
  for (const one of queue) { one.starts_at_ms = at; at += one.duration_ms; }
};
if (total && !flag('noqueue')) {
  for (const [i, by] of [[12, 'Mara'], [3, 'Mara'], [7, null], [21, 'Jonas'], [16, null], [30, 'Mara'], [28, null]]) queue.push(entry(tracks[i], by));
  for (let i = 0; i < 30; i++) {
    const track = tracks[(i * 5 + 2) % tracks.length];
    history.push({ id: 1000 - i, track, started_ms: Date.now() - (i + 1) * 215_000, ended_ms: Date.now() - i * 215_000 - 2000, listeners: (i * 3) % 5,
      reason: i % 3 ? { rule: 'autodj', text: 'Drawn from 180 of 240 tracks: no track again within 180 minutes, no artist within 45', candidates: 180 } : { rule: 'request', text: 'Requested by Mara' },
      problem: i === 4 ? 'The file could not be decoded; the next track was played instead.' : null });
  }
}
for (let i = queue.length; i < value('queue', 0); i++) queue.push(entry(tracks[i % total], i % 3 ? 'Mara' : null));
plan();
const stationNow = () => ({
  station: 'main', name: 'Longwave', state: !total ? 'empty' : current ? 'playing' : 'starting', time_ms: Date.now(), position_ms: position(), current,
  next: queue[0] ? onAir(queue[0], queue[0].starts_at_ms) : null, listeners: clients.size,
});
function advance() {
  if (!current || !queue.length) return;
  history.unshift({ id: 2000 + history.length, track: current.track, started_ms: Date.now() - (position() - current.starts_at_ms), ended_ms: Date.now(), reason: current.reason, listeners: 1, problem: null });
  current = onAir(queue[0], position());
  const gone = queue.shift();
  if (queue.length < 2) queue.push(entry(tracks[(gone.id * 13) % tracks.length]));
  version++;
  plan();
  publish('station:main', 'station.now', stationNow());
  publish('station:main', 'history.added', { item: history[0] });
  publish('station:main', 'queue.changed', reset());
}
setInterval(() => current && position() >= current.starts_at_ms + current.duration_ms && advance(), 100);
const reset = () => ({ version, cursor: -1, total: queue.length, ops: [{ op: 'reset', entries: queue.slice(0, 500) }] });

// ---- connections

const clients = new Map();
function publish(channel, method, data) {
  offsets[channel] = (offsets[channel] ?? 0) + 1;
  const text = JSON.stringify({ jsonrpc: '2.0', method, params: { channel, offset: offsets[channel], epoch, data } });
  for (const [socket, who] of clients) if (who.channels.has(channel)) socket.send(text);
}
const shown = (who) => ({ user: who.user, role: who.role, name: who.name, station_role: { admin: 'owner', dj: 'programmer' }[who.role] ?? null, makes_stations: who.role === 'admin' });
const people = () => ({ users: [{ user: 'mara', name: 'Mara', connections: 1 }, { user: '', name: 'Jonas', connections: 1 }, ...[...clients.values()].map((who) => ({ user: who.user ?? '', name: who.name, connections: 1 }))], total: clients.size + 2 });
let streams = 0;
const ears = () => ({ total: streams + 1, mounts: { mp3: streams + 1, opus: 0 } });
class Refusal extends Error { constructor(code, message) { super(message); this.code = code; } }
function changed(ops) {
  version++;
  plan();
  publish('station:main', 'queue.changed', { version, cursor: -1, total: queue.length, ops });
  publish('station:main', 'station.now', stationNow());
  return { version };
}
const find = (id) => {
  const index = queue.findIndex((one) => one.id === id);
  if (index < 0) throw new Refusal(-32004, 'no such entry');
  return index;
};
const steer = (who) => { if (who.role === 'anyone') throw new Refusal(-32003, 'sign in as a dj'); };

// ---- the chat

const chat = 'chat:main';
const saying = [];
const lines = ['Good evening everybody', 'Is this the 1974 pressing?', 'It is! The one with the long coda.\nI had it on tape for years.', 'lovely', 'שלום לכולם', 'Could we have something by the Northern Relay after this?', 'Queued. https://example.org/slow-weather says it was made in a lighthouse', '<b>not bold</b>'];
for (let i = 0; i < (flag('nochat') ? 0 : value('said', 60)); i++) {
  const author = [['mara', 'Mara'], [null, 'Jonas'], ['mara', 'Mara']][Math.floor(i / 2) % 3];
  saying.push({ method: 'channel.message', offset: i + 1, data: { id: `m${i}`, user: author[0], name: author[1], at_ms: Date.now() - (value('said', 60) - i) * 100_000, edited_ms: i % 9 === 4 ? 1 : null, data: { text: lines[i % lines.length], key: `k${i}` } } });
}
offsets[chat] = saying.length;
function say(user, name, data, at_ms = Date.now()) {
  const message = { id: `m${offsets[chat]}x`, user, name, at_ms, edited_ms: null, data };
  saying.push({ method: 'channel.message', offset: offsets[chat] + 1, data: message });
  publish(chat, 'channel.message', message);
  return { id: message.id, offset: offsets[chat], epoch };
}
if (flag('talk')) setInterval(() => say('mara', 'Mara', { text: lines[Math.floor(Math.random() * lines.length)] }), 1_500);

const methods = {
  'channel.publish'(p, who) {
    if (flag('refusesay')) throw new Refusal(-32001, 'no broker');
    return say(who.user, who.name, p.data);
  },
  'channel.history'(p) {
    return { messages: saying.slice(-p.limit).reverse(), offset: offsets[chat], epoch, complete: true };
  },
  'channel.edit'(p) {
    const one = saying.find(({ data }) => data.id === p.id);
    one.data = { ...one.data, data: p.data, edited_ms: Date.now() };
    publish(chat, 'channel.edited', one.data);
    return { offset: offsets[chat] };
  },
  'channel.delete'(p) {
    saying.splice(saying.findIndex(({ data }) => data.id === p.id), 1);
    publish(chat, 'channel.deleted', { id: p.id });
    return { offset: offsets[chat] };
  },
  'channel.subscribe'(p, who, socket) {
    const snapshot = (channel, method, data) => socket.send(JSON.stringify({ jsonrpc: '2.0', method, params: { channel, offset: offsets[channel] ?? 0, epoch, data } }));
    const channels = {};
    for (const channel of p.channels) {
      who.channels.add(channel);
      channels[channel] = { offset: offsets[channel] ?? 0, epoch, recovered: false };
      if (channel === 'station:main') {
        snapshot(channel, 'station.now', stationNow());
        snapshot(channel, 'queue.changed', reset());
        snapshot(channel, 'listeners.changed', ears());
        publish(channel, 'presence.changed', people());
      } else if (channel === 'library' && flag('scan')) snapshot(channel, 'library.progress', { phase: 'reading', done: 1204, total: 9000, broken: 3, eta_ms: 130_000 });
    }
    return { channels };
  },
  'session.info': (_p, who) => shown(who),
  'session.name'(p, who) { who.name = p.name; publish('station:main', 'presence.changed', people()); return shown(who); },
  'station.now': stationNow,
  'station.history': (p) => ({ items: history.filter((item) => !p.before || item.id < p.before).slice(0, p.limit ?? 50) }),
  'queue.list': (p) => ({ entries: queue.slice(p.offset ?? 0, (p.offset ?? 0) + (p.limit ?? 500)), cursor: -1, version, total: queue.length }),
  'queue.add'(p, who) {
    steer(who);
    const added = p.tracks.map((id) => entry(tracks[id - 1], who.name));
    const at = p.at ?? queue.length;
    queue.splice(at, 0, ...added);
    plan();
    return { entries: added.map((one) => one.id), ...changed(added.map((one, i) => ({ op: 'insert', at: at + i, entry: one }))) };
  },
  'queue.remove'(p, who) { steer(who); queue.splice(find(p.entry), 1); return changed([{ op: 'remove', entry: p.entry }]); },
  'queue.move'(p, who) {
    steer(who);
    if (flag('refusemove')) throw new Refusal(-32001, 'the disk is full');
    const [one] = queue.splice(find(p.entry), 1);
    queue.splice(p.to, 0, one);
    return changed([{ op: 'move', entry: p.entry, to: p.to }]);
  },
  'queue.clear'(_p, who) { steer(who); queue.length = 0; return changed([{ op: 'reset', entries: [] }]); },
  'playback.skip'(_p, who) { steer(who); advance(); return { version }; },
  'library.search'(p) {
    const wanted = p.text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = tracks.filter((track) => wanted.every((word) => `${track.title} ${track.artist} ${track.album}`.toLowerCase().includes(word)));
    return { tracks: found.slice(p.offset ?? 0, (p.offset ?? 0) + (p.limit ?? 50)), total: found.length };
  },
  'library.albums'(p) {
    const found = albumList.filter((album) => (p.artist === undefined || album.artist_id === p.artist) && album.title.toLowerCase().includes((p.text ?? '').toLowerCase()));
    return { albums: found.slice(p.offset ?? 0, (p.offset ?? 0) + (p.limit ?? 50)), total: found.length };
  },
  'library.album'(p) {
    const album = albumList[p.id - 1];
    return { album, tracks: tracks.filter((track) => track.album_id === p.id) };
  },
  'library.artists'(p) {
    const found = artistList.filter((artist) => artist.name.toLowerCase().includes((p.text ?? '').toLowerCase()));
    return { artists: found.slice(p.offset ?? 0, (p.offset ?? 0) + (p.limit ?? 50)), total: found.length };
  },
  'listener.announce'(p, who, socket) { tokens.set(p.token, { who, socket }); return {}; },
  'auth.login'(p) { if (p.password !== 'radio') throw new Refusal(-32003, 'wrong password'); return { user: p.user, role: 'admin' }; },
  'auth.logout': () => ({}),
  'track.get': (p) => ({ track: tracks[p.id - 1] }),
  'station.list': () => ({ stations: stationList() }),
  ...programmeMethods({ tracks, Refusal, steer, empty: flag('noprogramme'), changed: (version) => publish('station:main', 'programme.changed', { version }) }),
};
const stationNames = ['Longwave', 'Harbour Radio', 'Night Bus', 'Kitchen Table', 'North Relay', 'Slow Weather FM', 'Lighthouse', 'Radio Meridian', 'Paper Birds', 'Eleven Rooms'];
const stationList = () => stationNames.map((name, i) => ({ station: i === 0 ? 'main' : name.toLowerCase().replaceAll(' ', '-'), name, now: i === 6 ? null : tracks[i * 7], listeners: (i * 37) % 120 }));
const tokens = new Map();
const running = new Map();
let signedIn = null;

function scan(id, socket) {
  let done = 0;
  const answer = (more) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...more }));
  const timer = setInterval(() => {
    done += 40;
    const result = { phase: 'reading', done, total: 1600, broken: 2, eta_ms: (1600 - done) * 6 };
    answer({ more: true, kind: 'gauge', result });
    if (done >= 1600) { clearInterval(timer); answer({ result: { added: 12, changed: 1, missing: 0, moved: 0, broken: 2 } }); }
  }, 200);
  running.set(id, () => { clearInterval(timer); answer({ error: { code: -32000, message: 'cancelled' } }); });
}

function handle(text, who, socket) {
  const call = JSON.parse(text);
  if (call.method === 'rpc.cancel') return running.get(call.params[0])?.();
  if (call.method === 'library.scan') return scan(call.id, socket);
  let answer;
  try {
    if (!methods[call.method]) throw new Refusal(-32601, `no such method: ${call.method}`);
    answer = { result: methods[call.method](call.params ?? {}, who, socket) };
  } catch (error) {
    answer = { error: { code: error.code ?? -32603, message: error.message } };
  }
  if (call.id !== undefined) setTimeout(() => socket.send(JSON.stringify({ jsonrpc: '2.0', id: call.id, ...answer })), slow);
}

// ---- HTTP

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json' };
const policy = "default-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'";

function listen(url, response) {
  const one = tokens.get(url.searchParams.get('listener'));
  response.writeHead(200, { 'Content-Type': 'audio/wav' });
  const header = Buffer.alloc(44);
  header.write('RIFF', 0); header.writeUInt32LE(0xffffffff, 4); header.write('WAVEfmt ', 8); header.writeUInt32LE(16, 16); header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22); header.writeUInt32LE(8000, 24); header.writeUInt32LE(8000, 28); header.writeUInt16LE(1, 32); header.writeUInt16LE(8, 34); header.write('data', 36); header.writeUInt32LE(0xffffffff, 40);
  response.write(header);
  const second = (n) => Buffer.from(Array.from({ length: 8000 * n }, (_, i) => 128 + Math.round(6 * Math.sin((i * 2 * Math.PI * 220) / 8000))));
  response.write(second(4));
  const timer = setInterval(() => response.write(second(1)), 1000);
  streams++;
  const started = position();
  if (one) {
    one.who.listening = true;
    one.socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'listener.started', params: { token: url.searchParams.get('listener'), position_ms: started } }));
  }
  publish('station:main', 'listeners.changed', ears());
  response.on('close', () => {
    clearInterval(timer);
    streams--;
    if (one) one.who.listening = false;
    publish('station:main', 'listeners.changed', ears());
  });
}

function art(url, response) {
  const colour = colours.get(url.pathname.slice(5)) ?? '#888888';
  response.writeHead(200, { 'Content-Type': 'image/svg+xml' });
  response.end(`<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512"><rect width="512" height="512" fill="${colour}"/><circle cx="330" cy="210" r="120" fill="#f2e3c6"/><path d="M0 380q128-60 256 0t256 0v132H0z" fill="#1d1a17" opacity=".75"/></svg>`);
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname.startsWith('/listen/')) return listen(url, response);
  if (url.pathname.startsWith('/art/')) return art(url, response);
  if (url.pathname === '/dev/skip') { advance(); return response.end('ok'); }
  if (url.pathname === '/rpc/stream') return response.writeHead(flag('refuse') ? 421 : 404).end();
  if (url.pathname === '/rpc') {
    if (flag('refuse')) return response.writeHead(421).end();
    let body = '';
    for await (const part of request) body += part;
    const call = JSON.parse(body);
    let answer;
    try {
      answer = { result: methods[call.method](call.params, { user: null, role: 'anyone', name: null }) };
      if (call.method === 'auth.login') signedIn = call.params.user;
      if (call.method === 'auth.logout') signedIn = null;
    } catch (error) {
      answer = { error: { code: error.code ?? -32603, message: error.message } };
    }
    response.writeHead(200, { 'Content-Type': 'application/json' });
    return response.end(JSON.stringify({ jsonrpc: '2.0', id: call.id, ...answer }));
  }
  const name = url.pathname === '/' || url.pathname.startsWith('/s/') ? '/index.html' : url.pathname === '/stations' ? '/directory.html' : url.pathname;
  try {
    const bytes = await readFile(join(here, '..', 'dist', name));
    response.writeHead(200, { 'Content-Type': types[extname(name)] ?? 'application/octet-stream', 'Content-Security-Policy': policy });
    response.end(bytes);
  } catch {
    response.writeHead(404).end('not found');
  }
});
const sockets = new WebSocketServer({ noServer: true });
server.on('upgrade', (request, socket, head) => {
  if (flag('refuse') || flag('noconnect')) return socket.end('HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n');
  sockets.handleUpgrade(request, socket, head, (ws) => {
    const host = signedIn !== null || !flag('anyone');
    const who = { name: '', user: signedIn, role: host ? 'admin' : 'anyone', channels: new Set(), listening: false };
    clients.set(ws, who);
    ws.on('message', (data) => setTimeout(() => handle(String(data), who, ws), flag('hang') ? 1e9 : 0));
    ws.on('close', () => { clients.delete(ws); publish('station:main', 'presence.changed', people()); });
  });
});
server.listen(port, '127.0.0.1', () => console.log(`fake server with ${total} made-up tracks on http://127.0.0.1:${port}/`));
