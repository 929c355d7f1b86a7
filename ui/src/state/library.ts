// SPDX-License-Identifier: Apache-2.0
// Search as you type, over a library of any size: only the pages that are looked at are fetched.
import { effect, signal } from '@preact/signals';
import type { Progress, Result, Track } from '../api';
import { type Misread, misreadOf } from '../parts/query_problem';
import { s } from '../strings';
import { call, link, on, onOnline } from './connection';
import { because, failed, notify } from './notices';

export const query = signal('');
/** The text whose results are shown; differs from `query` while a search is under way. */
export const shownQuery = signal('');
export const total = signal<number | null>(null);
export const pages = signal<ReadonlyMap<number, Track[]>>(new Map());
export const searchProblem = signal<string | null>(null);
/** What of the text was not understood as a query; it was taken as words. */
export const misread = signal<Misread | null>(null);
export const progress = signal<Progress | null>(null);
export const scanning = signal<AbortController | null>(null);

export const page = 60;
const debounce_ms = 120;
const keptPages = 40;
const resting_ms = 80;
let generation = 0;
let timer: number | undefined;
const asked = new Set<number>();

effect(() => {
  const text = query.value;
  clearTimeout(timer);
  if (text !== shownQuery.peek()) timer = window.setTimeout(() => void restart(text), text ? debounce_ms : 0);
});

/** Nothing is fetched before somebody looks. */
let opened = false;
export function openLibrary(): void {
  if (opened) return;
  opened = true;
  if (link.value === 'online') void restart(query.value);
}
onOnline(() => void (opened && restart(query.value)));

/** A new search: the old results stay until the first new page is there, so that nothing jumps. */
async function restart(text: string): Promise<void> {
  const mine = ++generation;
  asked.clear();
  asked.add(0);
  try {
    const result = await fetchPage(text, 0);
    if (mine !== generation) return;
    shownQuery.value = text;
    total.value = result.total;
    misread.value = misreadOf(text, result.problem);
    pages.value = new Map([[0, result.tracks]]);
    searchProblem.value = null;
  } catch (error) {
    if (mine === generation && link.value === 'online') searchProblem.value = s.failed.search(because(error));
  }
}

const fetchPage = (text: string, index: number): Promise<Result<'library.search'>> =>
  call('library.search', { text, limit: page, offset: index * page });

let seen: [number, number] = [0, 0];
let resting: number | undefined;

/** The rows from..to are about to be seen; what is only flown over isn't fetched. */
export function need(from: number, to: number): void {
  const far = from > seen[1] || to < seen[0];
  seen = [from, to];
  clearTimeout(resting);
  if (far) resting = window.setTimeout(() => fetchRows(from, to), resting_ms);
  else fetchRows(from, to);
}

function fetchRows(from: number, to: number): void {
  for (let index = Math.floor(from / page); index <= Math.floor(to / page); index++) {
    if (!asked.has(index)) void load(index);
  }
}

async function load(index: number): Promise<void> {
  const mine = generation;
  asked.add(index);
  try {
    const result = await fetchPage(shownQuery.value, index);
    if (mine !== generation) return;
    const next = new Map(pages.value).set(index, result.tracks);
    for (const old of next.keys()) {
      if (next.size <= keptPages) break;
      if (Math.abs(old - index) > keptPages / 2) {
        next.delete(old);
        asked.delete(old);
      }
    }
    pages.value = next;
    total.value = result.total;
  } catch {
    asked.delete(index);
  }
}

export const trackAt = (row: number): Track | undefined => pages.value.get(Math.floor(row / page))?.[row % page];

// ---- the scan

let stale: number | undefined;
on('library.changed', () => {
  // A scan changes the library many times a second; looking once a second is enough.
  if (total.value === null) return;
  stale ??= window.setTimeout(() => {
    stale = undefined;
    void freshen();
  }, 1_000);
});

/** Fetches again what is shown, without taking it away meanwhile. */
async function freshen(): Promise<void> {
  const mine = generation;
  for (const index of [...pages.value.keys()]) {
    try {
      const result = await fetchPage(shownQuery.value, index);
      if (mine !== generation) return;
      pages.value = new Map(pages.value).set(index, result.tracks);
      total.value = result.total;
    } catch {
      return;
    }
  }
  if (pages.value.size === 0) void restart(query.value);
}

const silent_ms = 6_000;
let over: number | undefined;

on('library.progress', (value) => {
  progress.value = value;
  clearTimeout(over);
  // Nobody tells the end of a scan that somebody else began: no more progress is the end.
  if (!scanning.peek()) over = window.setTimeout(() => (progress.value = null), silent_ms);
});

export async function scan(): Promise<void> {
  const control = new AbortController();
  scanning.value = control;
  try {
    const result = await call(
      'library.scan',
      {},
      { signal: control.signal, onGauge: (value) => (progress.value = value) },
    );
    if (!result.cancelled) notify(s.scanDone(result));
  } catch (error) {
    if (!control.signal.aborted) failed(s.failed.scan, error);
  } finally {
    clearTimeout(over);
    scanning.value = null;
    progress.value = null;
  }
}
