// SPDX-License-Identifier: Apache-2.0
// The coming week as the programme would play it now, and what would go wrong.
import { signal } from '@preact/signals';
import type { Track } from '../../api';
import { remote } from './remote';
import type { Preview, PreviewItem, Violation, ViolationKind } from './types';

export const preview = signal<Preview | null>(null);
export const previewProblem = signal<unknown>(null);
export const previewing = signal(false);
export const seed = signal(1);
/** Of those that are shown; asked for as they are seen. */
export const titles = signal<ReadonlyMap<number, Track | null>>(new Map());

const day_ms = 86_400_000;
let asked = 0;

export async function look(days: number, from_ms = Date.now()): Promise<void> {
  const mine = ++asked;
  previewing.value = true;
  try {
    const answer = await remote.preview(from_ms, from_ms + days * day_ms, seed.value);
    if (mine !== asked) return;
    preview.value = answer;
    previewProblem.value = null;
  } catch (error) {
    if (mine === asked) previewProblem.value = error;
  } finally {
    if (mine === asked) previewing.value = false;
  }
}

const asking = new Set<number>();
export function needTitles(tracks: readonly number[]): void {
  for (const id of tracks) {
    if (titles.value.has(id) || asking.has(id)) continue;
    asking.add(id);
    remote
      .track(id)
      .catch(() => null)
      .then((track) => {
        asking.delete(id);
        titles.value = new Map(titles.value).set(id, track);
      });
  }
}

/** The worst first: silence is worse than a show that is late. */
const order: ViolationKind[] = ['silence', 'empty', 'missed', 'late', 'cut', 'limit', 'separation'];

export interface Group {
  kind: ViolationKind;
  list: Violation[];
}

export const grouped = (violations: readonly Violation[]): Group[] =>
  order.map((kind) => ({ kind, list: violations.filter((one) => one.kind === kind) })).filter(({ list }) => list.length > 0);

/** The items of each hour, for the scale of the day: hour of the wall clock (whole hours since 1970) → items. */
export function byHour(items: readonly PreviewItem[]): Map<number, PreviewItem[]> {
  const hours = new Map<number, PreviewItem[]>();
  for (const item of items) {
    const hour = Math.floor(item.at_ms / 3_600_000);
    const list = hours.get(hour);
    if (list) list.push(item);
    else hours.set(hour, [item]);
  }
  return hours;
}

/** The first item that isn't over at that moment. */
export function indexAt(items: readonly PreviewItem[], at_ms: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle]!.until_ms > at_ms) high = middle;
    else low = middle + 1;
  }
  return low;
}
