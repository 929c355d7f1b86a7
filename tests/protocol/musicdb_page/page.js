// SPDX-License-Identifier: Apache-2.0
// A small page with the dispatch rules of MusicDB's own: notifications to their handlers, everything else to the message
// handlers; a watchdog that every packet feeds and that alone connects again.
"use strict";
var seen = { expired: 0, opened: 0, ticks: 0, errors: [], messages: [] };
var socket = null, watchdog = null;

function feed() {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => { seen.expired += 1; socket.close(); start(); }, WATCHDOG_INTERVAL);
}
function send(method, fncname, fncsig, args) {
  socket.send(JSON.stringify({ method, fncname, fncsig, arguments: args ?? null, pass: null, key: WEBSOCKET_APIKEY }));
}
const notified = {
  "MusicDB:AudioStream/onTimeChanged": () => { seen.ticks += 1; },
  "MusicDB:AudioStream/onStatusChanged": () => send("request", "GetAudioStreamState", "UpdateStreamState"),
  "MusicDB:SongQueue/onSongChanged": () => send("request", "GetAudioStreamState", "UpdateStreamState"),
  "MusicDB:SongQueue/onSongQueueChanged": () => send("request", "GetSongQueue", "ShowSongQueue"),
};
const messages = {
  SetupWebUI: (ui) => { if (ui.WebUI.lyrics !== "enabled") throw new Error("no configuration"); },
  UpdateStreamState: (state) => {
    document.getElementById("state").innerText = state.isplaying ? "playing" : "paused";
    document.getElementById("song").innerHTML = `${state.song.name} of ${state.artist.name}, ${state.album.name}`;
    document.getElementById("cover").src = `webdata/artwork/150x150/${state.album.artworkpath}`;
  },
  ShowSongQueue: (queue) => {
    document.getElementById("queue").innerHTML = queue.map((entry) => `<li data-id="${entry.entryid}">${entry.song.name}, ${entry.song.playtime} s, ${entry.album.bgcolor}</li>`).join("");
  },
};
function start() {
  socket = new WebSocket(WEBSOCKET_URL);
  socket.onopen = () => {
    seen.opened += 1;
    feed();
    send("request", "LoadWebUIConfiguration", "SetupWebUI");
    send("request", "GetAudioStreamState", "UpdateStreamState");
    send("request", "GetSongQueue", "ShowSongQueue");
  };
  socket.onclose = (event) => { clearTimeout(watchdog); if (event.wasClean) document.getElementById("state").innerText = `closed ${event.code} ${event.reason}`; };
  socket.onmessage = (event) => {
    feed();
    const packet = JSON.parse(event.data);
    const key = packet.method === "notification" ? `${packet.fncname}/${packet.fncsig}` : packet.fncsig;
    if (packet.method !== "notification") seen.messages.push(packet.fncname);
    try {
      (packet.method === "notification" ? notified : messages)[key]?.(packet.arguments);
    } catch (error) {
      seen.errors.push(String(error));
    }
  };
}
