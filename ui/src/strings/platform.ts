// SPDX-License-Identifier: Apache-2.0
// The words of the operator's page, in the language that the rest of the page has chosen.
import { s } from '.';
import { de } from './platform_de';
import { en, type PlatformStrings } from './platform_en';

const known: Record<string, PlatformStrings> = { en, de };
export const p: PlatformStrings = known[s.locale] ?? en;
