// SPDX-License-Identifier: Apache-2.0
import { render } from 'preact';
import { App } from './parts/app';
import { startShortcuts } from './shortcuts';
import { startAccent } from './accent';
import { startClock } from './state/clock';
import { startChat } from './state/chat';
import { start } from './state/connection';
import { startPlayer } from './state/player';
import { s } from './strings';
import './style/tokens.css';
import './style/base.css';
import './style/page.css';
import './style/dial.css';
import './style/places.css';
import './style/receiver.css';
import './style/lists.css';
import './style/chat.css';
import './style/dialogs.css';

document.documentElement.lang = s.locale;
document.documentElement.dir = s.dir;
startClock();
startPlayer();
startChat();
start(); // first: while the server answers, the page is painted
const root = document.getElementById('app')!;
root.textContent = ''; // what index.html paints before this script is here
render(<App />, root);
startAccent();
startShortcuts();
