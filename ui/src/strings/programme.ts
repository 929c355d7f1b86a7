// SPDX-License-Identifier: Apache-2.0
// The words of the programme place, in the language that the rest of the page has chosen.
import { s } from '.';
import { de } from './programme_de';
import { en, type ProgrammeStrings } from './programme_en';

const known: Record<string, ProgrammeStrings> = { en, de };
export const g: ProgrammeStrings = known[s.locale] ?? en;
