// SPDX-License-Identifier: Apache-2.0
import { Emitter, rethrow } from './emitter.js';
import { Mailbox } from './mailbox.js';
import type { AnyEvents } from './types.js';

/** Where in a channel something stands. Offsets count within one epoch; a new epoch means a new history. */
export interface Position {
  offset: number;
  epoch: string;
}

/** Something that was published on a channel. */
export type Publication<E = AnyEvents> = {
  [K in keyof E & string]: { kind: 'publication'; channel: string; method: K; data: E[K] } & Position;
}[keyof E & string];

/**
 * Start over: what was published since the last known position can't be told any more (or this reader was too slow
 * for its buffer). Forget what you built from this channel; its present values follow.
 */
export interface Reset {
  kind: 'reset';
  channel: string;
  reason: string;
}

export interface SubscriptionEvents<E> {
  publication: Publication<E>;
  reset: Reset;
  /** It is up to date: after each (re)connection, when what was missed or the present values have been told. */
  live: { recovered: boolean };
  /** The server refuses this channel; the subscription is over. */
  error: unknown;
}

export interface SubscribeOptions {
  /** How many publications may wait for a reader; 1,000 if not set. When full: `reset`, then the present values. */
  buffer?: number;
  /** Goes on where an earlier program stopped, if the server still knows what came since; otherwise `reset`. */
  since?: Position;
  /** For a private channel (`$…`): gives a token that names it. Asked for with every (new) subscription. */
  token?: (channel: string) => string | Promise<string>;
}

/**
 * One reader of a channel, as an async iterator or by events (use one of the two). What arrives before the first
 * `for await` or `on('publication')` waits in the buffer.
 */
export class Subscription<E = AnyEvents> implements AsyncIterable<Publication<E> | Reset> {
  /** Settled when the server has accepted or refused the subscription for the first time. */
  readonly ready: Promise<void>;
  /** @internal The present values are still to come to this reader. */
  fresh = true;
  private readonly events: Emitter<SubscriptionEvents<E>>;
  private readonly box: Mailbox<Publication<E> | Reset>;
  private byEvents = false;
  private closed = false;
  private settle!: { resolve: () => void; reject: (error: unknown) => void };

  /** @internal */
  constructor(
    readonly channel: string,
    buffer: number,
    private readonly host: { leave(one: Subscription<any>): void; startOver(one: Subscription<any>): void; position(): Position | undefined },
    report: (error: unknown) => void = rethrow,
  ) {
    this.events = new Emitter(report);
    this.box = new Mailbox(buffer);
    this.ready = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
    this.ready.catch(() => undefined);
  }

  /** The last position that was told; give it as `since` to go on from there later. */
  get position(): Position | undefined {
    return this.host.position();
  }

  on<K extends keyof SubscriptionEvents<E>>(event: K, listener: (value: SubscriptionEvents<E>[K]) => void): () => void {
    const stop = this.events.on(event, listener);
    if (event !== 'publication' || this.byEvents) return stop;
    this.byEvents = true;
    queueMicrotask(() => this.box.drain().forEach((item) => this.tell(item)));
    return stop;
  }

  [Symbol.asyncIterator](): AsyncIterator<Publication<E> | Reset, void> {
    return {
      next: () => this.box.take(),
      return: () => {
        this.close();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  /** Ends this subscription; the channel is left when nobody here reads it any more. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.settle.resolve();
    this.box.drain();
    this.box.finish();
    this.host.leave(this);
  }

  /** @internal */
  accepted(recovered: boolean): void {
    this.settle.resolve();
    if (!this.closed) this.events.emit('live', { recovered });
  }

  /** @internal */
  fail(error: unknown): void {
    if (this.closed) return;
    this.closed = true;
    this.settle.reject(error);
    this.box.fail(error);
    this.events.emit('error', error);
  }

  /** @internal */
  put(item: Publication<E> | Reset): void {
    if (this.closed) return;
    if (this.byEvents && this.box.size === 0) return this.tell(item);
    if (this.box.put(item)) return;
    this.box.drain();
    this.fresh = true;
    this.box.put({ kind: 'reset', channel: this.channel, reason: 'the reader is too slow for its buffer' });
    this.host.startOver(this);
  }

  private tell(item: Publication<E> | Reset): void {
    if (item.kind === 'reset') this.events.emit('reset', item);
    else this.events.emit('publication', item);
  }
}
