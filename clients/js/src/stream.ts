// SPDX-License-Identifier: Apache-2.0
import { code, Overflow, RpcError } from './errors.js';
import { Mailbox } from './mailbox.js';

/**
 * The many answers to one call. `for await (const item of stream)` reads the items in order; leaving the loop cancels
 * the call. `stream.result` is the final answer. An error is thrown by the loop, after the items that came before it.
 */
export class Stream<Item, Result> implements AsyncIterableIterator<Item, Result> {
  readonly result: Promise<Result>;
  private readonly items: Mailbox<Item, Result>;
  private resolve!: (result: Result) => void;
  private reject!: (error: unknown) => void;

  /** @internal */
  constructor(
    buffer: number,
    private readonly cancel: (error: unknown) => void,
  ) {
    this.items = new Mailbox(buffer);
    this.result = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.result.catch(() => undefined); // the loop tells it too
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Item, Result>> {
    return this.items.take();
  }

  /** What a loop calls when it is left by `break`, `return` or an error. */
  return(value?: Result): Promise<IteratorResult<Item, Result>> {
    this.items.drain();
    this.items.finish(value as Result);
    this.cancel(new RpcError(code.cancelled, 'cancelled'));
    return Promise.resolve({ done: true, value: value as Result });
  }

  /** @internal */
  put(item: Item): void {
    if (!this.items.put(item)) this.cancel(new Overflow(`more than ${this.items.limit} items wait to be read`));
  }

  /** @internal */
  finish(result: Result): void {
    this.items.finish(result);
    this.resolve(result);
  }

  /** @internal */
  fail(error: unknown): void {
    this.items.fail(error);
    this.reject(error);
  }
}
