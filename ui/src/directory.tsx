// SPDX-License-Identifier: Apache-2.0
// The directory of stations: a bundle of its own, loaded at /stations only.
import { render } from 'preact';
import { StationsPage } from './parts/stations/page';
import { start } from './state/connection';
import { startDirectory } from './state/directory';
import { s } from './strings';
import './style/tokens.css';
import './style/base.css';
import './style/page.css';
import './style/dial.css';
import './style/lists.css';
import './style/receiver.css';
import './style/dialogs.css';
import './style/directory.css';
import './style/rights.css';

document.documentElement.lang = s.locale;
document.documentElement.dir = s.dir;
const root = document.getElementById('app')!;
root.textContent = '';
render(<StationsPage />, root);
startDirectory();
start([]);
