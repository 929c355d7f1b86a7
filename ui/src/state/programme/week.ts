// SPDX-License-Identifier: Apache-2.0
// The week as a calendar: where each thing stands in it, and what a gesture or a key makes of it. Pure. A week has no
// date: Sunday's midnight is followed by Monday. Days are 0 (Monday) to 6; seconds count from midnight.
import { type Day, dayNames } from './types';

export const day_s = 86_400;
export const shortest_s = 300;
const week = 7;

/** Something on some days of the week, for so long from then on: it may pass midnight, or be longer than a day. */
export interface Span {
  days: Day[];
  start_s: number;
  length_s: number;
}

/** What of one occurrence is seen in one day. */
export interface Piece {
  id: number;
  /** The day in which it is seen, and the one on which that occurrence begins. */
  day: number;
  origin: number;
  from_s: number;
  to_s: number;
  first: boolean;
  last: boolean;
  /** Things at the same time stand side by side: its place, of how many. */
  lane: number;
  lanes: number;
}

export function secondsOf(time: string): number {
  const [h = 0, m = 0, s = 0] = time.split(':').map(Number);
  return h * 3600 + m * 60 + s;
}

const two = (n: number) => String(n).padStart(2, '0');

/** 72900 → "20:15:00"; the end of the day is "00:00:00". */
export function timeOf(seconds: number): string {
  const s = ((Math.round(seconds) % day_s) + day_s) % day_s;
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** As people write it: without seconds if there are none. */
export const shortTime = (seconds: number): string => timeOf(seconds).replace(/:00$/, '');

export const inOrder = (days: readonly Day[]): Day[] => dayNames.filter((day) => days.includes(day));
const dayAt = (n: number): Day => dayNames[((n % week) + week) % week]!;
const indexOf = (day: Day) => dayNames.indexOf(day);

/** From one time of day to another: not later is on the next day. */
export const between = (time: string, until: string): number => {
  const length = secondsOf(until) - secondsOf(time);
  return length > 0 ? length : length + day_s;
};

export function pieces(things: readonly { id: number; span: Span }[]): Piece[] {
  const all: Piece[] = [];
  for (const { id, span } of things) {
    for (const name of span.days) {
      const origin = indexOf(name);
      const end = span.start_s + Math.min(span.length_s, week * day_s);
      for (let day = 0; day * day_s < end; day++) {
        const from_s = day === 0 ? span.start_s : 0;
        const to_s = Math.min(day_s, end - day * day_s);
        all.push({ id, day: (origin + day) % week, origin, from_s, to_s, first: day === 0, last: end <= (day + 1) * day_s, lane: 0, lanes: 1 });
      }
    }
  }
  all.sort((a, b) => a.day - b.day || a.from_s - b.from_s || b.to_s - a.to_s || a.id - b.id);
  beside(all);
  return all;
}

/** Gives lanes: the first that is free; as many as the crowd that they stand in needs. */
function beside(sorted: Piece[]): void {
  let crowd: Piece[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const piece of crowd) piece.lanes = ends.length;
    crowd = [];
    ends = [];
  };
  let day = -1;
  for (const piece of sorted) {
    if (piece.day !== day || piece.from_s >= Math.max(...ends)) close();
    day = piece.day;
    const free = ends.findIndex((end) => end <= piece.from_s);
    piece.lane = free < 0 ? ends.length : free;
    ends[piece.lane] = piece.to_s;
    crowd.push(piece);
  }
  close();
}

/** Which of them share some time, as pairs in which the first has the smaller id. */
export function clashes(all: readonly Piece[]): [number, number][] {
  const found = new Map<string, [number, number]>();
  for (const a of all) {
    for (const b of all) {
      if (a.id >= b.id || a.day !== b.day || a.from_s >= b.to_s || b.from_s >= a.to_s) continue;
      found.set(`${a.id} ${b.id}`, [a.id, b.id]);
    }
  }
  return [...found.values()];
}

// ---- what is done to them

/** A place in the calendar. */
export interface Spot {
  day: number;
  at_s: number;
}

export const snap = (seconds: number, step_s: number): number => Math.round(seconds / step_s) * step_s;
const clamp = (low: number, n: number, high: number) => Math.min(high, Math.max(low, n));

/**
 * Moved by so much. The time is that of all its days; of the days only the one that was held goes to another, and none
 * does where it is already.
 */
export function moved(span: Span, origin: number, days: number, by_s: number, step_s: number): Span {
  const start_s = by_s === 0 ? span.start_s : clamp(0, snap(span.start_s + by_s, step_s), day_s - step_s);
  const [from, to] = [dayAt(origin), dayAt(origin + days)];
  if (from === to || span.days.includes(to)) return { ...span, start_s };
  return { ...span, start_s, days: inOrder([...span.days.filter((day) => day !== from), to]) };
}

/** Its beginning or its end moved; the other stays. */
export function stretched(span: Span, edge: 'start' | 'end', by_s: number, step_s: number): Span {
  if (by_s === 0) return span;
  const end = span.start_s + span.length_s;
  if (edge === 'end') {
    return { ...span, length_s: clamp(shortest_s, snap(end + by_s, step_s) - span.start_s, week * day_s) };
  }
  const start_s = clamp(Math.max(0, end - week * day_s), snap(span.start_s + by_s, step_s), Math.min(end - shortest_s, day_s - step_s));
  return { ...span, start_s, length_s: end - start_s };
}

/** From one spot to another of the same day, or past midnight into later ones. */
export function drawn(from: Spot, to: Spot, step_s: number): Span {
  const at = (spot: Spot) => spot.day * day_s + spot.at_s;
  const [a, b] = at(from) <= at(to) ? [from, to] : [to, from];
  const start = Math.floor(at(a) / step_s) * step_s;
  const end = Math.max(start + step_s, Math.ceil(at(b) / step_s) * step_s);
  return { days: [dayAt(Math.floor(start / day_s))], start_s: start % day_s, length_s: end - start };
}

// ---- a gesture: taken up somewhere, followed, let go

export type Grip = 'body' | 'start' | 'end' | 'empty';

export interface Held {
  grip: Grip;
  /** What it was; of `empty` nothing yet. */
  before: Span | null;
  origin: number;
  begin: Spot;
}

/** What it would be if it were let go there; null: nothing (an empty place that was only touched). */
export function follow(held: Held, spot: Spot, step_s: number): Span | null {
  const { grip, before, origin, begin } = held;
  if (grip === 'empty' || !before) {
    const near = spot.day === begin.day && Math.abs(spot.at_s - begin.at_s) < step_s / 2;
    return near ? null : drawn(begin, spot, step_s);
  }
  const days = spot.day - begin.day;
  const by_s = spot.at_s - begin.at_s;
  if (grip === 'body') return moved(before, origin, days, Math.abs(by_s) < step_s / 2 ? 0 : by_s, step_s);
  return stretched(before, grip, by_s + days * day_s, step_s);
}

export const same = (a: Span, b: Span): boolean => a.start_s === b.start_s && a.length_s === b.length_s && a.days.join() === b.days.join();

// ---- keys

export interface Key {
  key: string;
  altKey: boolean;
  shiftKey: boolean;
  /** The arrow to the right leads to the day before. */
  rtl: boolean;
}

const arrows: Record<string, [days: number, steps: number]> = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function arrow({ key, rtl }: Key): [number, number] | null {
  const way = arrows[key];
  return way ? [rtl ? -way[0] : way[0], way[1]] : null;
}

/** Alt and an arrow moves it, with Shift its end; null: the key is none of these. */
export function byKey(span: Span, origin: number, key: Key, step_s: number): Span | null {
  const way = arrow(key);
  if (!key.altKey || !way) return null;
  if (key.shiftKey) return stretched(span, 'end', way[1] * step_s, step_s);
  return moved(span, origin, way[0], way[1] * step_s, step_s);
}

/** Which one an arrow leads to: up and down in the day, to the sides what is nearest in time there. */
export function neighbour(all: readonly Piece[], from: Piece, key: Key): Piece | null {
  const way = arrow(key);
  if (key.key === 'Home') return all[0] ?? null;
  if (key.key === 'End') return all.at(-1) ?? null;
  if (!way) return null;
  if (way[0] === 0) return all[all.indexOf(from) + way[1]] ?? null;
  for (let far = 1; far < week; far++) {
    const there = all.filter((piece) => piece.day === (from.day + way[0] * far + week * far) % week);
    const gap = (piece: Piece) => Math.abs(piece.from_s - from.from_s);
    if (there.length > 0) return there.reduce((best, piece) => (gap(piece) < gap(best) ? piece : best));
  }
  return null;
}

// ---- the station's clock

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Where a moment stands in the week of a zone. A zone that the browser doesn't know is UTC. */
export function inZone(wall_ms: number, zone: string): Spot {
  const parts = (timeZone: string) =>
    new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).formatToParts(wall_ms);
  let found: Intl.DateTimeFormatPart[];
  try {
    found = parts(zone);
  } catch {
    found = parts('UTC');
  }
  const of = (type: string) => found.find((part) => part.type === type)?.value ?? '0';
  return { day: weekdays.indexOf(of('weekday')), at_s: Number(of('hour')) * 3600 + Number(of('minute')) * 60 + Number(of('second')) };
}
