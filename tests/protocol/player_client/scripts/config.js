// A small client that does what the original's scripts do, in their order: opens the socket, then asks over HTTP with id 0; ids on the
// socket count from 0; templates are made into functions; frames are told apart by `method` and looked at only when `result` is truthy.
(function () {
  const template = (text) => new Function('song', 'return `' + text + '`');
  const item = template('<b>${song.title}</b> <i>${song.artist}</i>');
  const one = (selector) => {
    const found = document.querySelector(selector);
    if (!found) throw new Error('the page has no ' + selector);
    return found;
  };
  window.log = [];
  window.failures = [];
  const socket = new WebSocket(window.socket_url);
  let next = 0;
  window.send = (method, params) => socket.send(JSON.stringify({ jsonrpc: '2.0', id: next++, method, params }));
  window.call = (method, ...params) => new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open('POST', window.api_url);
    request.setRequestHeader('Content-Type', 'application/json');
    request.onload = () => {
      const answer = JSON.parse(request.responseText);
      if (request.status !== 200 || answer.id !== 0 || answer.error) window.failures.push(request.responseText);
      done(answer.result);
    };
    request.send(JSON.stringify({ jsonrpc: '2.0', id: 0, method, params }));
  });
  const highlight = (position) => {
    document.querySelectorAll('.playlist-container .active').forEach((row) => row.classList.remove('active'));
    document.querySelectorAll('.playlist-container .row')[position].classList.add('active');
  };
  socket.onmessage = (event) => {
    const frame = JSON.parse(event.data);
    window.log.push(frame);
    if (!frame.result) return;
    if (frame.method === 'connected') one('.connected').textContent = frame.result;
    if (frame.method === 'broadcast.playback_status') one('.nav-controls').dataset.status = frame.result;
    if (frame.method === 'broadcast.playback_volume_changed') one('.nav-controls').dataset.volume = frame.result.master;
    if (frame.method === 'playback.jump') highlight(frame.result);
    if (/^(playback\.(next|previous)|broadcast\.playlist_current_pos)$/.test(frame.method)) highlight(frame.result.position);
  };
  const show = (container, songs, act) => {
    one(container).replaceChildren(...songs.map((song, index) => {
      const row = document.createElement('div');
      row.className = 'row';
      row.innerHTML = item(song);
      row.onclick = () => act(song, index);
      return row;
    }));
  };
  const start = async () => {
    const media = await window.call('medialib.getAll');
    show('.medialib-container', media, (song) => window.call('playlist.add_id', song.id));
    const list = await window.call('playlist.current');
    show('.playlist-container', list, (song, index) => window.send('playback.jump', [index]));
    for (const name of await window.call('playlist.list')) {
      if (name === '_active') continue;
      const link = document.createElement('li');
      link.textContent = name;
      link.onclick = () => window.call('playlist.load', name).then(() => location.reload());
      one('#playlists #list').append(link);
    }
    await window.call('collection.list');
    for (const needed of ['#collections #list', '#newPlayList', '#files', '#fileupload', '.left-menu']) one(needed);
    one('#newPlayList').onkeyup = (event) => {
      if (event.key === 'Enter') window.call('playlist.create', event.target.value).then(() => location.reload());
    };
    window.ready = true;
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
