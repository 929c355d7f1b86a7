// SPDX-License-Identifier: Apache-2.0
// What was played, newest first, with the reason; older pages come when they are scrolled to.
import { signal } from '@preact/signals';
import type { HistoryItem } from '../api';
import { call, link, on, onOnline, slug } from './connection';

export const items = signal<HistoryItem[] | null>(null);
export const complete = signal(false);

const page = 50;
let loading = false;

on('history.added', ({ item }) => {
  if (items.value === null) return;
  items.value = [item, ...items.value.filter((old) => old.id !== item.id)];
});

/** Nothing is fetched before somebody looks. */
let opened = false;
export function openHistory(): void {
  if (opened) return;
  opened = true;
  if (link.value === 'online') void newest();
}
onOnline(() => void (opened && newest()));

async function newest(): Promise<void> {
  try {
    const answer = await call('station.history', { station: slug, limit: page });
    const oldest = answer.items.at(-1)?.id;
    const known = items.value ?? [];
    // After a gap longer than a page the older rows are fetched again by scrolling.
    const joined = oldest !== undefined && known.some((item) => item.id >= oldest);
    items.value = joined ? [...answer.items, ...known.filter((item) => item.id < oldest!)] : answer.items;
    if (!joined) complete.value = answer.items.length < page;
  } catch {
    // The next connection asks again.
  }
}

export async function more(): Promise<void> {
  const last = items.value?.at(-1);
  if (loading || complete.value || !last) return;
  loading = true;
  try {
    const answer = await call('station.history', {
      station: slug,
      limit: page,
      before: last.id,
    });
    complete.value = answer.items.length < page;
    items.value = [...(items.value ?? []), ...answer.items.filter((item) => item.id < last.id)];
  } catch {
    // Scrolling again asks again.
  } finally {
    loading = false;
  }
}
