// SPDX-License-Identifier: Apache-2.0
// All stations and what they play. The list is asked for again now and then; of the first of them the server tells
// each change at once.
import { computed, signal } from '@preact/signals';
import type { Subscription } from '@longwave/client';
import type { Events, Result, StationNow } from '../api';
import { call, link, onOnline, subscribe } from './connection';

export type Entry = Result<'station.list'>['stations'][number] & { accent: string | null };

export const stations = signal<Entry[] | null>(null);
export const problem = signal<unknown>(null);
export const search = signal('');

const every_ms = 15_000;
const mostWatched = 40;
const watched = new Map<string, Subscription<Events>>();

export const matches = (entry: Entry, text: string): boolean => {
  const all = `${entry.name} ${entry.station} ${entry.now?.title ?? ''} ${entry.now?.artist ?? ''}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
};

export const shown = computed(() => stations.value?.filter((entry) => matches(entry, search.value.trim())) ?? null);

/** The new list, with what is known only from what was told. */
export const merged = (before: readonly Entry[], list: readonly Omit<Entry, 'accent'>[]): Entry[] =>
  list.map((one) => ({ ...one, accent: before.find((old) => old.station === one.station && old.now?.id === one.now?.id)?.accent ?? null }));

export const told = (list: readonly Entry[], now: StationNow): Entry[] =>
  list.map((one) => (one.station === now.station ? { ...one, name: now.name, now: now.current?.track ?? null, accent: now.current?.accent ?? null, listeners: now.listeners } : one));

async function look(): Promise<void> {
  try {
    const list = (await call('station.list', {})).stations;
    stations.value = merged(stations.value ?? [], list);
    problem.value = null;
    watch(list.slice(0, mostWatched).map((one) => one.station));
  } catch (error) {
    problem.value = error;
  }
}

function watch(names: string[]): void {
  for (const [name, subscription] of watched) {
    if (names.includes(name)) continue;
    subscription.close();
    watched.delete(name);
  }
  for (const name of names) {
    if (watched.has(name)) continue;
    const subscription = subscribe(`station:${name}`);
    subscription.on('publication', ({ method, data }) => {
      if (!stations.value) return;
      if (method === 'station.now') stations.value = told(stations.value, data as StationNow);
      else if (method === 'listeners.changed') stations.value = stations.value.map((one) => (one.station === name ? { ...one, listeners: (data as Events['listeners.changed']).total } : one));
    });
    subscription.on('error', () => watched.delete(name));
    watched.set(name, subscription);
  }
}

export function startDirectory(): void {
  onOnline(() => void look());
  subscribe('server').on('publication', ({ method }) => method === 'stations.changed' && void look());
  setInterval(() => link.value === 'online' && !document.hidden && void look(), every_ms);
}
