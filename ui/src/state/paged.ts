// SPDX-License-Identifier: Apache-2.0
// A list of any length of which only the pages that are looked at, and those near, are fetched; what is only flown
// over isn't. A row that is shown follows its own page alone.
import { batch, type Signal, signal } from '@preact/signals';
import { because } from './notices';
import { s } from '../strings';

const page = 60;
const keptPages = 40;
const resting_ms = 80;

export type Fetch<T> = (offset: number, limit: number) => Promise<{ items: T[]; total: number }>;

export class Paged<T> {
  /** Null until the first page is there. */
  readonly total = signal<number | null>(null);
  readonly problem = signal<string | null>(null);
  private readonly pages = new Map<number, Signal<T[] | null>>();
  private generation = 0;
  private readonly asked = new Set<number>();
  private seen: [number, number] = [0, 0];
  private resting: number | undefined;

  constructor(private readonly fetch: Fetch<T>) {}

  at(row: number): T | undefined {
    return this.slot(Math.floor(row / page)).value?.[row % page];
  }

  private slot(index: number): Signal<T[] | null> {
    const known = this.pages.get(index);
    if (known) return known;
    const fresh = signal<T[] | null>(null);
    this.pages.set(index, fresh);
    return fresh;
  }

  /** Rows from..to are about to be seen. */
  readonly need = (from: number, to: number): void => {
    const far = from > this.seen[1] || to < this.seen[0];
    this.seen = [from, to];
    clearTimeout(this.resting);
    if (far && this.total.value !== null) this.resting = window.setTimeout(() => this.rows(from, to), resting_ms);
    else this.rows(from, to);
  };

  private rows(from: number, to: number): void {
    const pageOf = (row: number) => Math.floor(Math.min(Math.max(0, row), Math.max(to, (this.total.peek() ?? 0) - 1)) / page);
    for (let index = pageOf(from); index <= pageOf(to); index++) this.want(index);
    if (this.total.peek() === null) return;
    for (const index of [pageOf(to + page / 2), pageOf(from - page / 2)]) this.want(index);
  }

  private want(index: number): void {
    if (!this.asked.has(index)) void this.load(index);
  }

  private async load(index: number): Promise<void> {
    const mine = this.generation;
    this.asked.add(index);
    try {
      const { items, total } = await this.fetch(index * page, page);
      if (mine !== this.generation) return;
      batch(() => {
        this.slot(index).value = items;
        this.total.value = total;
      });
      this.forget(index);
      this.problem.value = null;
    } catch (error) {
      if (mine !== this.generation) return;
      this.asked.delete(index);
      if (this.total.value === null) this.problem.value = s.failed.search(because(error));
    }
  }

  /** What is far from page `index` is let go of when there is too much. */
  private forget(index: number): void {
    for (const [old, slot] of this.pages) {
      if (this.pages.size <= keptPages) break;
      if (Math.abs(old - index) <= keptPages / 2) continue;
      slot.value = null;
      this.pages.delete(old);
      this.asked.delete(old);
    }
  }

  /** What is shown may be old: it is fetched again, and stays until the new is there. */
  freshen(): void {
    this.generation++;
    this.asked.clear();
    const [from, to] = this.seen;
    const near = (index: number) => index >= Math.floor(from / page) && index <= Math.floor(to / page);
    for (const [index, slot] of this.pages) if (!near(index)) slot.value = null;
    this.rows(from, to);
  }
}

const kept = new Map<string, Paged<unknown>>();
const mostKept = 12;

/** The list of an address: who comes back finds it as it was. */
export function paged<T>(key: string, fetch: Fetch<T>): Paged<T> {
  const known = kept.get(key) as Paged<T> | undefined;
  const list = known ?? new Paged(fetch);
  kept.delete(key);
  kept.set(key, list as Paged<unknown>);
  for (const old of kept.keys()) {
    if (kept.size <= mostKept) break;
    kept.delete(old);
  }
  return list;
}

/** The library has changed, or the connection is back: everything that was fetched may be old. */
export function freshenAll(): void {
  for (const list of kept.values()) list.freshen();
}
