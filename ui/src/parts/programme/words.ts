// SPDX-License-Identifier: Apache-2.0
// How days, times and what is planned are said.
import { dayNames, type Day, type Programme } from '../../state/programme/types';
import { shortTime, type Span } from '../../state/programme/week';
import { g } from '../../strings/programme';
import { roughly } from '../../strings';

const known: Record<string, string> = { [dayNames.join()]: g.everyDay, [dayNames.slice(0, 5).join()]: g.weekdays, [dayNames.slice(5).join()]: g.weekend };

export const dayWord = (day: Day): string => g.days[dayNames.indexOf(day)]!;

export const daysSaid = (days: readonly Day[]): string => known[days.join()] ?? days.map((day) => (days.length > 1 ? g.shortDays[dayNames.indexOf(day)] : dayWord(day))).join(', ');

export const ends = (span: Span): string => shortTime(span.start_s + span.length_s);
export const range = (span: Span): string => g.fromTo(shortTime(span.start_s), ends(span));
export const lengthSaid = (seconds: number): string => roughly(seconds * 1000);

export const playlistName = (programme: Programme, id: number): string => programme.playlists.find((one) => one.id === id)?.name ?? g.none;

/** A colour of its own for each playlist, always the same. */
export const hueOf = (playlist: number): number => Math.round((playlist * 137.5) % 360);

/** What uses a playlist, by name. */
export function usersOf(programme: Programme, playlist: number): string[] {
  const named = [
    ...programme.shows.filter((one) => one.playlist === playlist),
    ...programme.dayparts.filter((one) => one.clock === 0 && one.playlist === playlist),
    ...programme.clocks.filter((one) => one.slots.some((slot) => slot.playlist === playlist)),
    ...programme.jingles.filter((one) => one.playlist === playlist),
    ...programme.events.filter((one) => one.playlist === playlist),
  ];
  return [...new Set(named.map((one) => one.name || g.unnamed))];
}
