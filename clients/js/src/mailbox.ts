// SPDX-License-Identifier: Apache-2.0

/** A bounded queue between somebody who tells and one reader who awaits. */
export class Mailbox<T, R = void> {
  private items: T[] = [];
  private readers: { resolve: (value: IteratorResult<T, R>) => void; reject: (error: unknown) => void }[] = [];
  private end: { value: R } | { error: unknown } | null = null;

  constructor(readonly limit: number) {}

  get size(): number {
    return this.items.length;
  }

  /** False: it is full, and the item was not taken. */
  put(item: T): boolean {
    if (this.end) return true;
    const reader = this.readers.shift();
    if (reader) reader.resolve({ done: false, value: item });
    else if (this.items.length >= this.limit) return false;
    else this.items.push(item);
    return true;
  }

  /** What was put before is still read; then comes the end. */
  finish(value: R): void {
    this.close({ value });
  }

  fail(error: unknown): void {
    this.close({ error });
  }

  take(): Promise<IteratorResult<T, R>> {
    if (this.items.length > 0) return Promise.resolve({ done: false, value: this.items.shift() as T });
    if (this.end) return this.ended();
    return new Promise((resolve, reject) => this.readers.push({ resolve, reject }));
  }

  /** Everything that waits, at once. */
  drain(): T[] {
    const items = this.items;
    this.items = [];
    return items;
  }

  private close(end: { value: R } | { error: unknown }): void {
    if (this.end) return;
    this.end = end;
    const readers = this.readers;
    this.readers = [];
    for (const reader of readers) this.ended().then(reader.resolve, reader.reject);
  }

  /** An error is thrown once; who reads on finds nothing more. */
  private ended(): Promise<IteratorResult<T, R>> {
    const end = this.end as { value: R } | { error: unknown };
    if (!('error' in end)) return Promise.resolve({ done: true, value: end.value });
    this.end = { value: undefined as R };
    return Promise.reject(end.error);
  }
}
