// SPDX-License-Identifier: Apache-2.0

/** Typed events. A listener that throws keeps nobody else from hearing; its error goes to `report`. */
export class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<(value: never) => void>>();

  constructor(private readonly report: (error: unknown) => void = rethrow) {}

  /** Returns the function that takes the listener away again. */
  on<K extends keyof Events>(event: K, listener: (value: Events[K]) => void): () => void {
    let all = this.listeners.get(event);
    if (!all) this.listeners.set(event, (all = new Set()));
    all.add(listener as (value: never) => void);
    return () => void all.delete(listener as (value: never) => void);
  }

  emit<K extends keyof Events>(event: K, value: Events[K]): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) {
      try {
        (listener as (value: Events[K]) => void)(value);
      } catch (error) {
        this.report(error);
      }
    }
  }

  has(event: keyof Events): boolean {
    return (this.listeners.get(event)?.size ?? 0) > 0;
  }
}

/** As an uncaught error of the program, after what is being done now. */
export function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
