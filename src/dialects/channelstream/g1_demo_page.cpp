// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g1_pages.hpp"

#include "base/html.hpp"

#include <fmt/format.h>

namespace longwave::channelstream::g1 {

std::string demo_page(std::string_view address, std::string_view resource) {
  constexpr std::string_view text = R"page(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>channelstream demo</title>
<link rel="stylesheet" href="/demo/demo.css">
<script src="/demo/demo.js" defer></script>
</head>
<body data-resource="{1}">
<header>
  <h1>channelstream demo</h1>
  <p>You are <strong id="name">nobody yet</strong> · <span id="state" role="status">not connected</span></p>
  <button id="connect" type="button">Connect</button>
  <button id="disconnect" type="button" disabled>Disconnect</button>
</header>
<main>
  <section>
    <h2>Channels</h2>
    <ul id="channels" aria-label="Joined channels"></ul>
    <form id="join">
      <label>Another one <input name="channel" value="pub_chan3" pattern="pub_.+" required></label>
      <button disabled>Join</button>
    </form>
  </section>
  <section>
    <h2>Say something</h2>
    <form id="say">
      <label>To <input name="to" value="pub_chan" required
        title="a channel, or the name of a user (anon_…)"></label>
      <label>Text <input name="text" maxlength="500" autocomplete="off" required></label>
      <button disabled>Send</button>
    </form>
    <ol id="log" aria-live="polite" aria-label="What came"></ol>
  </section>
  <section>
    <h2>In a real set-up</h2>
    <p>Your web application signs each call with the secret; browsers only listen. It calls:</p>
<pre><code>POST {0}/connect
x-channelstream-secret: base64(HMAC-SHA256(secret, "/connect." + time)) + "." + time

{{"user": "ada", "conn_id": "…", "channels": ["pub_chan"]}}</code></pre>
    <p>and gives the page the same kind of signature over the user's name, with which it connects:</p>
<pre><code>io.connect('{0}/stream?username=ada&amp;sig=' + encodeURIComponent(signature))</code></pre>
  </section>
</main>
</body>
</html>
)page";
  return fmt::format(fmt::runtime(text), text::escape_html(address), text::escape_html(resource));
}

std::string_view demo_style() {
  return R"style(:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 25%, transparent); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; border-bottom: 1px solid var(--line); }
header p { flex: 1 1 14rem; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.1rem; }
main { display: grid; gap: 0 2rem; grid-template-columns: minmax(0, 1fr) minmax(0, 2fr); }
main section:last-child { grid-column: 1 / -1; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
label { display: grid; gap: .2rem; flex: 1 1 9rem; font-size: .85rem; }
input, button { font: inherit; padding: .45rem .7rem; border: 1px solid var(--line); border-radius: .4rem;
  min-height: 2.75rem; min-width: 0; }
button { cursor: pointer; }
button:disabled { opacity: .5; cursor: default; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 1px; }
#log { list-style: none; padding: 0; height: 16rem; overflow-y: auto; border: 1px solid var(--line);
  border-radius: .4rem; }
#log li { padding: .3rem .7rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
#log .note { opacity: .7; font-style: italic; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: .4rem; }
@media (max-width: 40rem) { main { grid-template-columns: minmax(0, 1fr); } }
)style";
}

// A small client of Socket.IO 0.9 (protocol 1), WebSocket first, then polls: enough for this page.
std::string_view demo_script() {
  return R"script('use strict';

const mark = '\ufffd';

class Stream {
  constructor(resource, query, on) {
    this.base = '/' + resource + '/1/';
    this.query = '?' + new URLSearchParams(query);
    this.on = on;
    this.open = false;
  }

  async start() {
    const answer = await fetch(this.base + this.query + '&t=' + Date.now(), {cache: 'no-store'});
    if (!answer.ok) throw new Error(await answer.text());
    const [id, , , transports] = (await answer.text()).split(':');
    this.id = id;
    this.open = true;
    if (transports.split(',').includes('websocket') && 'WebSocket' in window) this.useSocket();
    else this.usePolls();
  }

  url(transport) {
    return this.base + transport + '/' + this.id + this.query;
  }

  useSocket() {
    const url = new URL(this.url('websocket'), location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url);
    let worked = false;
    socket.onopen = () => { worked = true; this.send = text => socket.send(text); };
    socket.onmessage = event => this.take(event.data);
    socket.onclose = () => { if (worked || !this.open) this.ended(); else this.usePolls(); };
    this.close = () => socket.close();
  }

  async usePolls() {
    const url = this.url('xhr-polling');
    this.send = text => fetch(url, {method: 'POST', body: text, headers: {'Content-Type': 'text/plain;charset=UTF-8'}});
    this.close = () => {};
    while (this.open) {
      const answer = await fetch(url + '&t=' + Date.now(), {cache: 'no-store'}).catch(() => null);
      if (!answer || !answer.ok) break;
      this.take(await answer.text());
    }
    this.ended();
  }

  take(data) {
    if (!data.startsWith(mark)) return this.packet(data);
    for (let i = 0; i < data.length;) {
      const end = data.indexOf(mark, i + 1);
      const length = Number(data.slice(i + 1, end));
      this.packet(data.slice(end + 1, end + 1 + length));
      i = end + 1 + length;
    }
  }

  packet(text) {
    const parts = /^([^:]+):([0-9]+)?(\+)?:([^:]+)?:?([\s\S]*)?$/.exec(text);
    if (!parts) return;
    const [, type, , , endpoint = '', data = ''] = parts;
    if (type === '0') this.leave();
    else if (type === '1') endpoint ? this.on('connect') : this.send('1::/stream');
    else if (type === '2') this.send('2::');
    else if (type === '5') { const event = JSON.parse(data); this.on(event.name, ...(event.args || [])); }
    else if (type === '7') this.on('connect_failed', data);
  }

  emit(name, ...args) {
    this.send('5::/stream:' + JSON.stringify({name, args}));
  }

  leave() {
    if (!this.open) return;
    this.open = false;
    this.send('0::');
    this.close();
    this.ended();
  }

  ended() {
    this.open = false;
    this.on('disconnect');
    this.on = () => {};
  }
}

const $ = id => document.getElementById(id);
let me = null;
let stream = null;

function note(text, kind = 'note') {
  const item = document.createElement('li');
  item.className = kind;
  item.textContent = text;
  $('log').append(item);
  item.scrollIntoView({block: 'nearest'});
}

function state(text, connected) {
  $('state').textContent = text;
  $('connect').disabled = connected;
  $('disconnect').disabled = !connected;
  for (const button of document.querySelectorAll('form button')) button.disabled = !connected;
}

async function call(path, body) {
  const answer = await fetch('/demo/' + path, {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({...me, ...body}),
  });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error || answer.status);
  return value;
}

function show(channels, joined) {
  for (const name of channels) {
    const known = [...$('channels').children].find(item => item.textContent === name);
    if (known && !joined) known.remove();
    if (known || !joined) continue;
    const item = document.createElement('li');
    item.textContent = name;
    $('channels').append(item);
  }
}

const events = {
  connect() { state('connected', true); stream.emit('join', ['pub_chan', 'pub_chan2']); },
  disconnect() { state('not connected', false); $('channels').replaceChildren(); stream = null; },
  connect_failed() { note('the server refused the signature'); },
  join(channels) { show(channels, true); note('joined ' + channels.join(', ')); },
  leave(channels) { show(channels, false); },
  message(messages) {
    for (const m of messages) {
      const text = typeof m.message === 'string' ? m.message : JSON.stringify(m.message);
      note((m.channel ? '[' + m.channel + '] ' : '[to you] ') + m.user + ': ' + text, 'message');
    }
  },
  user_connect(message) { note(message.user + ' is here'); },
  user_status(message) { note(message.user + ' has the status ' + message.status); },
  presence_join(user, channels) { note(user + ' joined ' + channels.join(', ')); },
  presence_leave(user, channels) { note(user + ' left ' + channels.join(', ')); },
};

async function connect() {
  try {
    state('connecting', true);
    if (!me) {
      const {username, signature} = await call('connect', {});
      me = {username, signature};
      $('name').textContent = username;
    }
    stream = new Stream(document.body.dataset.resource, {username: me.username, sig: me.signature},
      (name, ...args) => (events[name] || (() => {}))(...args));
    await stream.start();
  } catch (why) {
    state('not connected', false);
    note(String(why.message || why));
  }
}

$('connect').onclick = connect;
$('disconnect').onclick = () => stream && stream.leave();
$('join').onsubmit = async event => {
  event.preventDefault();
  const channel = event.target.elements.channel.value;
  try {
    await call('subscribe', {channels: [channel]});
    stream.emit('join', [channel]);
  } catch (why) { note(why.message); }
};
$('say').onsubmit = async event => {
  event.preventDefault();
  const {to, text} = event.target.elements;
  const where = to.value.startsWith('anon_') ? {pm_users: [to.value]} : {channel: to.value};
  try {
    await call('message', {...where, message: text.value});
    text.value = '';
  } catch (why) { note(why.message); }
};
connect();
)script";
}

}  // namespace longwave::channelstream::g1
