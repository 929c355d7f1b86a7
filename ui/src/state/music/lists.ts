// SPDX-License-Identifier: Apache-2.0
// Playlists by name, and the one that is looked at: shown with our own changes at once, true again when the server
// has told.
import { effect, signal } from '@preact/signals';
import type { Track } from '../../api';
import type { Load } from '../../parts/carry';
import { m } from '../../strings/music';
import { also, onOnline } from '../connection';
import { failed, notify, offer } from '../notices';
import { go, place, to } from '../place';
import { station } from '../steering';
import { type ListInfo, remote } from './remote';

export const playlists = signal<ListInfo[] | null>(null);

let stale: number | undefined;
export function refreshLists(): void {
  stale ??= window.setTimeout(async () => {
    stale = undefined;
    try {
      playlists.value = await remote.lists();
    } catch {
      // The next connection or change asks again.
    }
  }, 60);
}

export interface Opened {
  name: string;
  tracks: Track[];
}
/** The list that is looked at, and how it is with our own changes. */
export const opened = signal<Opened | null>(null);
export const openProblem = signal<unknown>(null);
let generation = 0;
let busy = 0;

export async function open(name: string): Promise<void> {
  if (opened.value?.name !== name) opened.value = null;
  openProblem.value = null;
  const mine = ++generation;
  try {
    const tracks = await remote.entries(name);
    if (mine === generation && busy === 0) opened.value = { name, tracks };
  } catch (error) {
    if (mine === generation && !opened.value) openProblem.value = error;
  }
}

let watching = false;
export function watchLists(): void {
  if (watching) return;
  watching = true;
  const changed = () => {
    refreshLists();
    if (opened.value && busy === 0) void open(opened.value.name);
  };
  remote.onListsChanged(changed);
  // The list that the station plays is its queue.
  also('queue.changed', () => {
    const active = playlists.value?.find((list) => list.active)?.name;
    if (active !== undefined && opened.value?.name === active) changed();
  });
  let loaded = station.peek()?.list;
  effect(() => {
    if (station.value?.list !== loaded) refreshLists();
    loaded = station.value?.list;
  });
  onOnline(changed);
  also('library.changed', changed);
  refreshLists();
}

/** A change of the list that is looked at: shown now, sent, and taken back if it is refused. */
async function edit(tracks: Track[], send: () => Promise<unknown>, sentence: (why: string) => string): Promise<boolean> {
  const before = opened.value;
  if (!before) return false;
  const mine = { name: before.name, tracks };
  opened.value = mine;
  busy++;
  generation++;
  try {
    await send();
    return true;
  } catch (error) {
    if (opened.value === mine) opened.value = before;
    failed(sentence, error);
    return false;
  } finally {
    busy--;
    refreshLists();
    if (busy === 0 && opened.value?.name === before.name) void open(before.name);
  }
}

const without = (tracks: Track[], at: number) => [...tracks.slice(0, at), ...tracks.slice(at + 1)];
const having = (tracks: Track[], at: number, more: Track[]) => [...tracks.slice(0, at), ...more, ...tracks.slice(at)];

export async function addTo(name: string, load: Load, at: number | null = null, quietly = false): Promise<void> {
  let tracks: Track[];
  try {
    tracks = await load.tracks();
  } catch (error) {
    return failed(m.failed.list, error);
  }
  if (tracks.length === 0) return;
  const send = () => remote.add(name, tracks.map((track) => track.id), at);
  const list = opened.value;
  let place = at;
  if (list?.name === name) {
    place ??= list.tracks.length;
    if (!(await edit(having(list.tracks, place, tracks), send, m.failed.list))) return;
  } else {
    try {
      const before = playlists.value?.find((one) => one.name === name);
      await send();
      place ??= before?.entries ?? null;
      refreshLists();
    } catch (error) {
      return failed(m.failed.list, error);
    }
  }
  if (quietly || place === null) return;
  const from = place;
  notify(m.addedTo(load.label, name), () => void take(name, from, tracks.length));
}

async function take(name: string, at: number, count: number): Promise<void> {
  const list = opened.value;
  const send = () => remote.remove(name, at, count);
  if (list?.name === name) await edit([...list.tracks.slice(0, at), ...list.tracks.slice(at + count)], send, m.failed.list);
  else await send().then(refreshLists, (error) => failed(m.failed.list, error));
}

export function removeAt(at: number): void {
  const list = opened.value;
  const track = list?.tracks[at];
  if (!list || !track) return;
  const done = edit(without(list.tracks, at), () => remote.remove(list.name, at, 1), m.failed.list);
  offer(m.removedFrom(track.title, list.name), done, () => void addTo(list.name, { label: track.title, tracks: async () => [track] }, at, true));
}

export function moveIn(from: number, target: number, undoable = true): void {
  const list = opened.value;
  const track = list?.tracks[from];
  if (!list || !track || from === target || target < 0 || target >= list.tracks.length) return;
  const done = edit(having(without(list.tracks, from), target, [track]), () => remote.move(list.name, from, target), m.failed.list);
  if (undoable) offer(m.movedIn(track.title), done, () => moveIn(target, from, false));
}

export async function create(name: string, load: Load | null = null): Promise<boolean> {
  try {
    const tracks = load ? await load.tracks() : [];
    await remote.create(name, tracks.map((track) => track.id));
    refreshLists();
    if (load) notify(m.addedTo(load.label, name), () => void erase(name, true));
    return true;
  } catch (error) {
    failed(m.failed.list, error);
    return false;
  }
}

export async function rename(name: string, wanted: string): Promise<boolean> {
  try {
    await remote.rename(name, wanted);
    refreshLists();
    if (place.value.view === 'playlist' && place.value.id === name) {
      if (opened.value) opened.value = { ...opened.value, name: wanted };
      go(to('playlist', wanted));
    }
    return true;
  } catch (error) {
    failed(m.failed.list, error);
    return false;
  }
}

export async function erase(name: string, quietly = false): Promise<void> {
  const before = playlists.value;
  try {
    playlists.value = (playlists.value ?? []).filter((one) => one.name !== name);
    const was = await remote.erase(name);
    if (place.value.view === 'playlist' && place.value.id === name) go(to('albums'));
    if (!quietly) notify(m.erased(name), () => void remote.create(name, was.tracks, was.query ?? '').then(refreshLists, (error) => failed(m.failed.list, error)));
  } catch (error) {
    playlists.value = before;
    failed(m.failed.list, error);
  }
  refreshLists();
}

export async function loadOnStation(name: string): Promise<void> {
  const active = playlists.value?.find((one) => one.active)?.name;
  try {
    await remote.load(name);
    refreshLists();
    notify(m.loaded(name), active && active !== name ? () => void loadOnStation(active) : null);
  } catch (error) {
    failed(m.failed.load, error);
  }
}

export const listLoad = (name: string): Load => ({ label: name, tracks: () => remote.entries(name) });
