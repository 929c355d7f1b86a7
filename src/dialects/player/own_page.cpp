// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/page.hpp"

/// The page at /player when no client folder is given: what the protocol can, in one plain screen. It keeps
/// itself up to date by the broadcasts, and comes back by itself when the connection breaks.
namespace longwave::player {

std::string_view own_page() {
  return R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Longwave player</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/player/page.css">
<script src="/player/globals.js"></script>
<script defer src="/player/page.js"></script>
</head>
<body>
<header>
  <h1>Player</h1>
  <div class="buttons" role="group" aria-label="Playback">
    <button id="previous" title="Previous song">Previous</button>
    <button id="play">Play</button>
    <button id="stop">Stop</button>
    <button id="next" title="Next song">Next</button>
  </div>
  <label class="volume">Volume <input id="volume" type="range" min="0" max="100" value="100"> <output id="volume-text">100</output></label>
  <p id="state" role="status">connecting …</p>
</header>
<p id="problem" role="alert" hidden></p>
<p id="done" role="status" hidden><span id="done-text"></span> <button id="back">Undo</button></p>
<main>
  <section aria-labelledby="playlist-title">
    <div class="head"><h2 id="playlist-title">Playlist</h2>
      <select id="playlists" aria-label="Playlist"></select>
      <form id="create"><label for="new-name">New:</label> <input id="new-name" aria-label="Name of a new playlist" maxlength="255" required><button>Create</button></form>
      <button id="clear">Clear</button></div>
    <ol id="playlist" class="songs"></ol>
    <p id="playlist-empty" class="hint" hidden>This playlist is empty. Choose songs in the library.</p>
  </section>
  <section aria-labelledby="library-title">
    <div class="head"><h2 id="library-title">Library</h2>
      <label for="filter">Filter:</label> <input id="filter" type="search" aria-label="Filter the library">
      <form id="upload"><input id="files" type="file" multiple aria-label="Files to upload"><button>Upload</button></form></div>
    <ul id="library" class="songs"></ul>
    <p id="library-more" class="hint" hidden></p>
    <p id="library-empty" class="hint" hidden>There is no music yet.</p>
  </section>
</main>
<p class="hint foot">This is the page of the player protocol. The whole program is at <a href="/">the main page</a>.</p>
</body>
</html>
)html";
}

std::string_view own_style() {
  return R"css(:root {
  color-scheme: light dark; font: 100%/1.4 system-ui, sans-serif;
  --ground: #f4efe6; --panel: #fcf9f3; --ink: #221d16; --quiet: #665d50; --line: #d9d0c0; --accent: #1f6a52; --on-accent: #fff; --bad: #a3271c;
}
@media (prefers-color-scheme: dark) {
  :root { --ground: #16130f; --panel: #221e18; --ink: #f1eadf; --quiet: #aaa092; --line: #3d362c; --accent: #7fc8ac; --on-accent: #10251d; --bad: #ffb4a8; }
}
body { margin: 0 auto; max-width: 80rem; padding: 0 1rem 1rem; background: var(--ground); color: var(--ink); }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.5rem; padding: .75rem 0; border-bottom: 1px solid var(--line); }
h1 { font-size: 1.25rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 0; }
a { color: var(--accent); }
button, input, select { box-sizing: border-box; font: inherit; min-height: 2.75rem; min-width: 2.75rem; padding: .3rem .75rem; color: inherit; background: var(--panel); border: 1px solid var(--quiet); border-radius: .375rem; }
button { cursor: pointer; }
button:hover { border-color: var(--ink); }
#play { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; min-width: 5rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.buttons { display: flex; flex-wrap: wrap; gap: .25rem; }
.volume { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; max-width: 100%; }
.volume input { flex: 1; min-width: 5rem; padding: 0; border: 0; background: none; accent-color: var(--accent); }
output, time { font-variant-numeric: tabular-nums; }
#state { margin: 0 0 0 auto; color: var(--quiet); }
#problem { background: var(--panel); color: var(--bad); border: 1px solid var(--bad); padding: .5rem .75rem; border-radius: .375rem; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1.5rem 2rem; padding-top: 1rem; }
section { min-width: 0; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin-bottom: .5rem; }
.head form { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; min-width: 0; max-width: 100%; }
.head input, .head select { flex: 1 1 8rem; min-width: 0; max-width: 100%; }
#files { flex-basis: min(14rem, 100%); width: 100%; }
.songs { list-style: none; margin: 0; padding: 0; }
.songs li { display: flex; align-items: center; gap: .5rem; border-bottom: 1px solid var(--line); }
.songs li .song { flex: 1; min-width: 0; border: 0; border-radius: 0; background: none; text-align: left; padding: .45rem .3rem; }
.songs li .song:hover { background: var(--panel); }
.songs .title, .songs .by { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.songs .by { font-size: .85rem; color: var(--quiet); }
.songs li.current { background: var(--panel); box-shadow: inset 3px 0 var(--accent); }
.songs li.current .title { font-weight: 600; }
.songs li.current .title::before { content: "▶ "; color: var(--accent); }
.songs time { color: var(--quiet); }
.songs li > button:not(.song) { border-color: transparent; background: none; color: var(--quiet); }
.songs li > button:not(.song):hover { color: var(--ink); border-color: var(--line); }
#done { position: sticky; top: .5rem; z-index: 1; display: flex; align-items: center; gap: .75rem; margin: .5rem 0; padding: .25rem .25rem .25rem .75rem; background: var(--panel); border: 1px solid var(--line); border-radius: .375rem; }
#done[hidden] { display: none; }
#done-text { flex: 1; }
.hint { color: var(--quiet); }
.foot { margin-top: 2rem; font-size: .9rem; }
)css";
}

std::string_view own_script() {
  return R"js('use strict';
const byId = (id) => document.getElementById(id);
const shownAtMost = 500;
const player = { status: 0, position: -1, name: '', list: [], media: [], nextId: 0, socket: null };

function problem(text) {
  byId('problem').textContent = text;
  byId('problem').hidden = !text;
}

async function call(method, ...params) {
  let answer;
  try {
    const response = await fetch(window.api_url, {
      method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 0, method, params }) });
    answer = await response.json();
  } catch {
    problem('The server can’t be reached.');
    throw new Error('unreachable');
  }
  if (answer.error) {
    problem(answer.error.message);
    throw new Error(answer.error.message);
  }
  problem('');
  return answer.result;
}
const quietly = (promise) => promise.catch(() => {});

// The protocol can only add at the end.
let backTimer = null;
function offerBack(text, word, ids) {
  const name = player.name;
  clearTimeout(backTimer);
  byId('done-text').textContent = text;
  byId('back').textContent = word;
  byId('done').hidden = false;
  byId('back').onclick = async () => {
    byId('done').hidden = true;
    for (const id of ids) await call('playlist.add_id', id, name);
  };
  backTimer = setTimeout(() => { byId('done').hidden = true; }, 20000);
}

function send(method, ...params) {
  if (player.socket?.readyState !== WebSocket.OPEN) return problem('Not connected; trying again …');
  player.socket.send(JSON.stringify({ jsonrpc: '2.0', id: player.nextId++, method, params }));
}

function length(ms) {
  if (!ms) return '';
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function row(song, title, act) {
  const li = document.createElement('li');
  const button = document.createElement('button');
  button.className = 'song';
  button.title = title;
  for (const [name, text] of [['title', song.title || song.url || `#${song.id}`], ['by', [song.artist, song.album].filter(Boolean).join(' – ')]]) {
    const span = document.createElement('span');
    span.className = name;
    span.textContent = text;
    button.append(span);
  }
  button.onclick = act;
  const time = document.createElement('time');
  time.textContent = length(song.duration);
  li.append(button, time);
  return li;
}

function showPlaylist() {
  byId('playlist').replaceChildren(...player.list.map((song, index) => {
    const li = row(song, 'Play this', () => send('playback.jump', index));
    const remove = document.createElement('button');
    remove.textContent = 'Remove';
    remove.setAttribute('aria-label', `Remove ${song.title || 'song'}`);
    remove.onclick = () => quietly(call('playlist.remove_id', index).then(() =>
      offerBack(`“${song.title || 'The song'}” is removed.`, 'Put it at the end', [song.id])));
    li.append(remove);
    return li;
  }));
  byId('playlist-empty').hidden = player.list.length > 0;
  showPosition();
}

function showPosition() {
  [...byId('playlist').children].forEach((li, index) => {
    li.classList.toggle('current', index === player.position);
    if (index === player.position) li.setAttribute('aria-current', 'true');
    else li.removeAttribute('aria-current');
  });
}

function showLibrary() {
  const wanted = byId('filter').value.trim().toLowerCase();
  const found = player.media.filter((song) =>
    !wanted || [song.title, song.artist, song.album].some((text) => text?.toLowerCase().includes(wanted)));
  byId('library').replaceChildren(...found.slice(0, shownAtMost).map((song) =>
    row(song, 'Add to the playlist', () => quietly(call('playlist.add_id', song.id)))));
  byId('library-empty').hidden = player.media.length > 0;
  byId('library-more').hidden = found.length <= shownAtMost;
  byId('library-more').textContent = `${found.length - shownAtMost} more: use the filter.`;
}

function showStatus() {
  byId('play').textContent = player.status === 1 ? 'Pause' : 'Play';
}

const loadMedia = async () => { player.media = await call('medialib.getAll'); showLibrary(); };
const loadPlaylist = async () => { player.list = await call('playlist.current'); showPlaylist(); };
async function loadNames() {
  const names = (await call('playlist.list')).filter((name) => name !== '_active');
  byId('playlists').replaceChildren(...names.map((name) => new Option(name, name, false, name === player.name)));
}

// One reload for a burst of changes.
function later(load) {
  let timer = null;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => quietly(load()), 200);
  };
}
const mediaChanged = later(loadMedia);
const listChanged = later(loadPlaylist);
const namesChanged = later(loadNames);

const told = {
  connected: (count) => { byId('state').textContent = count === 1 ? 'connected' : `${count} connected`; },
  'broadcast.playback_status': (status) => { player.status = status; showStatus(); },
  'broadcast.playback_volume_changed': (channels) => {
    byId('volume').value = channels.master;
    byId('volume-text').textContent = channels.master;
  },
  'broadcast.playlist_current_pos': ({ position, name }) => {
    if (player.name !== name) { player.name = name; namesChanged(); }
    player.position = position;
    showPosition();
  },
  'broadcast.playlist_changed': listChanged,
  'broadcast.playlist_loaded': (name) => { player.name = name; listChanged(); namesChanged(); },
  'broadcast.collection_changed': namesChanged,
  'broadcast.medialib_entry_added': mediaChanged,
  'broadcast.medialib_entry_removed': mediaChanged,
  'broadcast.medialib_entry_changed': () => { mediaChanged(); listChanged(); },
};

let wait = 500;
function connect() {
  const socket = new WebSocket(window.socket_url);
  player.socket = socket;
  socket.onopen = () => {
    wait = 500;
    player.nextId = 0;
    problem('');
    for (const load of [loadMedia, loadPlaylist, loadNames]) quietly(load());
  };
  socket.onmessage = (event) => {
    const frame = JSON.parse(event.data);
    if (frame.error) problem(frame.error.message);
    else if (frame.id === null) told[frame.method]?.(frame.result);
  };
  socket.onclose = () => {
    byId('state').textContent = 'connecting …';
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 10000);
  };
}

byId('previous').onclick = () => send('playback.previous');
byId('next').onclick = () => send('playback.next');
byId('stop').onclick = () => send('playback.stop');
byId('play').onclick = () => send(player.status === 1 ? 'playback.pause' : 'playback.start');
byId('volume').onchange = (event) => send('server.volume', Number(event.target.value));
byId('clear').onclick = () => {
  const before = player.list.map((song) => song.id);
  quietly(call('playlist.clear').then(() => offerBack('The playlist is empty now.', 'Undo', before)));
};
byId('filter').oninput = showLibrary;
byId('playlists').onchange = (event) => quietly(call('playlist.load', event.target.value));
byId('create').onsubmit = (event) => {
  event.preventDefault();
  quietly(call('playlist.create', byId('new-name').value).then(() => { byId('new-name').value = ''; return loadNames(); }));
};
byId('upload').onsubmit = async (event) => {
  event.preventDefault();
  const body = new FormData();
  for (const file of byId('files').files) body.append('files', file);
  if (!body.has('files')) return problem('Choose files first.');
  problem('');
  byId('state').textContent = 'uploading …';
  try {
    const response = await fetch('/upload', { method: 'POST', body });
    const answer = await response.json();
    const refused = (answer.files || []).filter((file) => file.error);
    if (answer.error || refused.length) problem(answer.error || refused.map((file) => `${file.name}: ${file.error}`).join('; '));
    byId('state').textContent = `${(answer.files || []).length - refused.length} uploaded`;
    byId('files').value = '';
  } catch {
    problem('The upload failed.');
  }
};
showStatus();
connect();
)js";
}

}  // namespace longwave::player
