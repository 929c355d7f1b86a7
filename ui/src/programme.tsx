// SPDX-License-Identifier: Apache-2.0
// The programme place: a bundle of its own, fetched when somebody goes there (see parts/app.tsx).
import './style/programme.css';
import './style/week.css';
import './style/rights.css';

export { ProgrammePlace } from './parts/programme/place';
