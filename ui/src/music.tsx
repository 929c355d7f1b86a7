// SPDX-License-Identifier: Apache-2.0
// The music place: a bundle of its own, fetched when somebody goes there (see parts/app.tsx).
import './style/music.css';
import './style/editors.css';
import './style/song.css';

export { MusicPlace } from './parts/music/place';
