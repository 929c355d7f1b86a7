// SPDX-License-Identifier: Apache-2.0
// A programme as the server tells it (docs/programme.md). Times of day are those of the station's zone; an id of 0 is
// "none".
import type { Track } from '../../api';

export const dayNames = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const;
export type Day = (typeof dayNames)[number];
export type Start = 'boundary' | 'exact' | 'fitted';

export interface List {
  id: number;
  name: string;
  enabled: boolean;
  ordered: boolean;
  /** It is everything that may be drawn. */
  library: boolean;
  /** How many; the songs themselves are asked for. */
  songs?: number;
}

export interface Show {
  id: number;
  name: string;
  playlist: number;
  days: Day[];
  time: string;
  duration_s: number;
  random_play: boolean;
  enabled: boolean;
  start: Start;
  jingles: boolean;
  requests: boolean;
}

export interface Slot {
  kind: 'playlist' | 'jingle' | 'request';
  playlist: number;
}

export interface HourClock {
  id: number;
  name: string;
  slots: Slot[];
}

export interface Daypart {
  id: number;
  name: string;
  days: Day[];
  time: string;
  until: string;
  clock: number;
  playlist: number;
  enabled: boolean;
}

export interface Jingle {
  id: number;
  name: string;
  playlist: number;
  every_songs: number;
  on_the_hour: boolean;
  resume: boolean;
  enabled: boolean;
}

export interface FixedEvent {
  id: number;
  name: string;
  days: Day[];
  time: string;
  date?: string;
  hourly: boolean;
  playlist: number;
  song: number;
  start: Start;
  resume: boolean;
  expires_s: number;
  enabled: boolean;
}

export interface Limit {
  id: number;
  of: 'playlist' | 'artist' | 'album' | 'title' | 'song';
  key: number;
  every_s: number;
}

export interface Parts {
  playlists: List;
  shows: Show;
  clocks: HourClock;
  dayparts: Daypart;
  jingles: Jingle;
  events: FixedEvent;
  limits: Limit;
}
export type PartName = keyof Parts;

export interface Settings {
  enabled: boolean;
  zone: string;
  default_playlist: number;
  separation: { song_s: number; title_s: number; artist_s: number; album_s: number };
  requests: { enabled: boolean; every_songs: number };
}

export interface Request {
  id: number;
  /** Of its track. */
  song: number;
  asked_ms: number;
  by: string;
}

export type Programme = Settings & { version: number; pending: Request[] } & { [P in PartName]: Parts[P][] };

export interface Song {
  track: Track;
  /** 0 … 1: its chance goes by the square. */
  frequency: number;
  enabled: boolean;
}

export interface PreviewItem {
  at_ms: number;
  until_ms: number;
  offset_ms: number;
  track: number;
  playlist: number;
  show: number;
  rule: string;
  text: string;
  relaxed: boolean;
}

export type ViolationKind = 'silence' | 'separation' | 'limit' | 'late' | 'missed' | 'cut' | 'empty';

export interface Violation {
  at_ms: number;
  kind: ViolationKind;
  subject: number;
  text: string;
}

export interface Preview {
  items: PreviewItem[];
  violations: Violation[];
}
