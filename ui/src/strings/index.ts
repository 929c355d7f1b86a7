// SPDX-License-Identifier: Apache-2.0
// Chooses the language once, from what the browser asks for, and formats numbers and times in it.
import { de } from './de';
import { en, type Strings } from './en';

const known: Record<string, Strings> = { en, de };

/** The first language that we know, and the region that was asked for with it: British people write 21:05. */
function choose(): [Strings, string] {
  for (const wanted of navigator.languages ?? [navigator.language]) {
    const match = known[wanted.slice(0, 2).toLowerCase()];
    if (match) return [match, wanted];
  }
  return [en, 'en'];
}

const [chosen, region] = choose();
export const s: Strings = chosen;

const counts = new Intl.NumberFormat(region);
const clocks = new Intl.DateTimeFormat(region, { hour: 'numeric', minute: '2-digit' });

const days = new Intl.DateTimeFormat(region, { weekday: 'long', day: 'numeric', month: 'long' });

export const count = (n: number): string => counts.format(n);

/** 3:07, or 1:02:07 from an hour on. */
export function span(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = String(total % 60).padStart(2, '0');
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** "12 min", "1 h 5 min": for sums, where seconds say nothing. */
export function roughly(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return s.seconds(Math.max(1, Math.round(ms / 1000)));
  return minutes < 60 ? s.minutes(minutes) : s.hours(Math.floor(minutes / 60), minutes % 60);
}

/** A time of day for a wall clock in ms. */
export const timeOfDay = (wall_ms: number): string => clocks.format(new Date(wall_ms));

export const day = (wall_ms: number): string => days.format(new Date(wall_ms));
