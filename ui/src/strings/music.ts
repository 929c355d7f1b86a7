// SPDX-License-Identifier: Apache-2.0
// The words of the music place, in the language that the rest of the page has chosen.
import { s } from '.';
import { de } from './music_de';
import { en, type MusicStrings } from './music_en';

const known: Record<string, MusicStrings> = { en, de };
export const m: MusicStrings = known[s.locale] ?? en;
