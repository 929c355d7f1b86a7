// SPDX-License-Identifier: Apache-2.0
// The operator's page: a bundle of its own, loaded at /platform only.
import { render } from 'preact';
import { PlatformPage } from './parts/platform/page';
import { start } from './state/connection';
import { startFleet } from './state/fleet';
import { startPlatform } from './state/platform';
import { s } from './strings';
import { p } from './strings/platform';
import './style/tokens.css';
import './style/base.css';
import './style/page.css';
import './style/dial.css';
import './style/lists.css';
import './style/dialogs.css';
import './style/platform.css';

document.documentElement.lang = s.locale;
document.documentElement.dir = s.dir;
document.title = `Longwave: ${p.title}`;
render(<PlatformPage />, document.getElementById('app')!);
startPlatform();
startFleet();
start([]);
