// SPDX-License-Identifier: Apache-2.0
// What the page reads from the server, by the names that it uses. The shapes are those of the method table
// (api.gen.ts). Times that end in `_ms` and count from the station's first sample are "stream time"; those of
// the wall clock say so.
import type { Entry, Events, Methods, Now, RandomRules, StationState } from './api.gen';

export { ErrorCode } from './api.gen';
export type { Entry, Events, HistoryItem, Message as ChatMessage, Methods, OnAir, Reason, StationState, Track } from './api.gen';


export type Result<M extends keyof Methods> = Methods[M]['result'];
export type Event = keyof Events;

export type StationNow = Now;
export type Modes = StationState['modes'];
export type Rules = Required<RandomRules>;
export type Listeners = Events['listeners.changed'];
export type Presence = Events['presence.changed'];
export type Person = Presence['users'][number];
export type Progress = Events['library.progress'];
export type Session = Result<'session.info'>;

/** An op of `queue.changed`: each kind has what it needs. */
export type QueueOp =
  | { op: 'reset'; entries: Entry[] }
  | { op: 'insert'; at: number; entry: Entry }
  | { op: 'remove'; entry: number }
  | { op: 'move'; entry: number; to: number }
  | { op: 'update'; entry: Entry };
