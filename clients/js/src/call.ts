// SPDX-License-Identifier: Apache-2.0
import { Disconnected, TimedOut } from './errors.js';
import type { Peer } from './peer.js';
import type { Surroundings } from './time.js';
import type { CallOptions } from './types.js';

export interface CallHooks {
  done(result: unknown): void;
  failed(error: unknown): void;
  item?(item: unknown): void;
}

/** One call of ours, from the moment it is made until exactly one of done() and failed(). */
export class Call {
  /** The connection that carries it, and its id there. */
  peer: Peer | null = null;
  id = 0;
  settled = false;
  private disarm: (() => void) | null = null;
  private readonly signal: AbortSignal | undefined;

  constructor(
    readonly method: string,
    readonly params: unknown,
    private readonly options: CallOptions,
    private readonly hooks: CallHooks,
    time: Surroundings,
  ) {
    const { signal, timeout } = options;
    this.signal = signal;
    if (timeout) {
      this.disarm = time.after(timeout, () => this.giveUp(new TimedOut(`${method}: no answer within ${timeout} ms`)));
    }
    if (signal?.aborted) this.giveUp(signal.reason);
    else signal?.addEventListener('abort', this.aborted);
  }

  /** We don't want the answer any more; the server is told. */
  giveUp(error: unknown): void {
    if (this.settled) return;
    this.peer?.abandon(this);
    this.fail(error);
  }

  more(value: unknown, kind: unknown): void {
    if (kind === 'gauge') this.options.onGauge?.(value);
    else this.hooks.item?.(value);
  }

  finish(result: unknown): void {
    if (this.settle()) this.hooks.done(result);
  }

  fail(error: unknown): void {
    if (this.settle()) this.hooks.failed(error);
  }

  lost(reason: string): void {
    this.fail(new Disconnected(`${this.method}: ${reason}`, this.peer !== null));
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.disarm?.();
    this.signal?.removeEventListener('abort', this.aborted);
    return true;
  }

  private readonly aborted = () => this.giveUp(this.signal?.reason);
}
