// SPDX-License-Identifier: Apache-2.0
// The values that the page reads from the server. Times that end in `_ms` and count from the station's
// first sample are "stream time"; those of the wall clock say so.

export interface Track {
  id: number;
  title: string;
  artist: string;
  album_artist?: string;
  album: string;
  album_id?: number | null;
  track?: number | null;
  disc?: number | null;
  year?: number | null;
  genre?: string | null;
  duration_ms: number;
  format?: string;
  art: string | null;
  state: 'ok' | 'missing' | 'broken';
}

export interface Reason {
  rule: string;
  text: string;
  candidates?: number;
  excluded?: Record<string, number>;
}

export interface Entry {
  id: number;
  track: Track;
  starts_at_ms: number | null;
  duration_ms: number;
  added_by: string | null;
  reason: Reason | null;
}

export interface OnAir {
  entry: number;
  track: Track;
  starts_at_ms: number;
  offset_ms?: number; // into the track at which it began
  duration_ms: number;
  added_by?: string | null;
  reason: Reason | null;
  accent: string | null;
}

export interface StationNow {
  station: string;
  name: string;
  state: 'playing' | 'starting' | 'empty';
  time_ms: number; // wall clock of the server
  position_ms: number; // stream time
  current: OnAir | null;
  next: OnAir | null;
  listeners: number;
}

export interface HistoryItem {
  id: number;
  track: Track;
  added_by?: string | null;
  started_ms: number; // wall clock
  ended_ms: number | null;
  reason: Reason | null;
  listeners: number;
  problem: string | null;
}

export type QueueOp =
  | { op: 'reset'; entries: Entry[] }
  | { op: 'insert'; at: number; entry: Entry }
  | { op: 'remove'; entry: number }
  | { op: 'move'; entry: number; to: number }
  | { op: 'update'; entry: Entry };

export interface QueueChanged {
  version: number;
  cursor: number;
  total: number;
  ops: QueueOp[];
}

export interface QueueList {
  entries: Entry[];
  cursor: number;
  version: number;
  total: number;
}

export interface Person {
  user: string | null;
  name: string;
  connections: number;
}

export interface Presence {
  users: Person[];
  total: number;
}

export interface Listeners {
  total: number;
  mounts: Record<string, number>;
}

export interface Progress {
  phase: string;
  done: number;
  total: number;
  broken: number;
  eta_ms: number | null;
}

export interface LibraryCounts {
  tracks: number;
  albums: number;
  artists: number;
}

export interface ScanResult {
  added: number;
  changed: number;
  missing: number;
  moved: number;
  cancelled?: boolean;
  broken: number;
}

export type Role = 'anyone' | 'dj' | 'admin';

export interface Session {
  user: string | null;
  role: Role;
  name: string | null;
}

export interface ListenerStarted {
  token: string;
  position_ms: number;
}

export interface Notification<T = unknown> {
  channel?: string;
  offset?: number;
  epoch?: string;
  data: T;
}

export interface SubscribeResult {
  channels: Record<string, { offset?: number; epoch?: string; recovered?: boolean; reason?: string; error?: string }>;
}
