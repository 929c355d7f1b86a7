// SPDX-License-Identifier: Apache-2.0
#include "page.hpp"

namespace {

constexpr std::string_view page = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Chat</title>
<h1>Chat</h1>
<form id="naming"><label>Your name <input id="name" autocomplete="off" maxlength="40"></label> <button>Set</button></form>
<p>Here: <span id="clients"></span></p>
<ul id="messages" aria-live="polite"></ul>
<form id="saying"><label>Say <input id="text" autocomplete="off" size="40"></label> <button>Send</button></form>
<p id="state"></p>
<script src="/chat.js"></script>
</html>
)html";

constexpr std::string_view script = R"js('use strict';
// JSON-RPC 1.0: a message with a method is a call (id null: a notification), one without is an answer.
const socket = new WebSocket(location.origin.replace(/^http/, 'ws') + '/');
const waiting = new Map();
let last = 0;
const notify = (method, ...params) => socket.send(JSON.stringify({id: null, method, params}));
const request = (method, params, callback) => {
  waiting.set(++last, callback);
  socket.send(JSON.stringify({id: last, method, params}));
};
const $ = (id) => document.getElementById(id);

const local = {
  message(user, text) {
    const line = document.createElement('li');
    line.textContent = `${user || 'somebody'}: ${text}`;
    $('messages').append(line);
  },
  joinpart() {
    request('clients', [], (names) => { $('clients').textContent = names.map((n) => n || 'somebody').join(', '); });
  },
};
socket.onopen = () => { $('state').textContent = ''; local.joinpart(); };
socket.onclose = () => { $('state').textContent = 'The connection is closed. Load the page again to come back.'; };
socket.onmessage = ({data}) => {
  const message = JSON.parse(data);
  if (message.method) return local[message.method]?.(...message.params);
  waiting.get(message.id)?.(message.result, message.error);
  waiting.delete(message.id);
};
$('naming').onsubmit = (event) => { event.preventDefault(); notify('set_username', $('name').value); };
$('saying').onsubmit = (event) => {
  event.preventDefault();
  notify('say', $('text').value);
  $('text').value = '';
};
)js";

}  // namespace

longwave::web::Response chat_page(const longwave::web::Request& request) {
  const bool wants_script = request.path == "/chat.js";
  return longwave::web::Response::bytes(
      wants_script ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8",
      {nullptr, wants_script ? script : page});
}
