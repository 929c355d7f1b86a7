// SPDX-License-Identifier: Apache-2.0
// JSON-RPC 2.0 over one connection, in both directions: our calls and their answers, the server's calls and ours. It
// lives as long as its connection. docs/protocols/jsonrpc.md.
import type { Call } from './call.js';
import { code, RpcError } from './errors.js';
import type { Surroundings } from './time.js';
import type { Handler } from './types.js';

type Id = number | string;

interface Message {
  jsonrpc?: string;
  id?: Id | null;
  method?: unknown;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
  more?: boolean;
  kind?: string;
}

export interface PeerHost {
  time: Surroundings;
  send(text: string, refused?: (status: number, words: string) => void): void;
  queued(): number;
  handler(method: string): Handler | undefined;
  /** A notification for which there is no handler. */
  notified(method: string, params: unknown): void;
  /** A handler threw what is no RpcError, or the server sent what is no JSON. */
  problem(error: unknown): void;
}

const calls_at_once = 64;
const soft_limit = 256 * 1024; // unsent characters above which items wait
const look_again_ms = 20;

export class Peer {
  private readonly calls = new Map<Id, Call>();
  private readonly serving = new Map<Id, AbortController>();
  private readonly notifications = new Set<AbortController>();
  private nextId = 1;
  private ended = false;

  constructor(private readonly host: PeerHost) {}

  /** Whether somebody still waits for an answer here. */
  get busy(): boolean {
    return this.calls.size > 0 || this.serving.size > 0;
  }

  call(call: Call): void {
    if (call.settled) return;
    call.peer = this;
    call.id = this.nextId++;
    this.calls.set(call.id, call);
    const { id, method, params } = call;
    this.send({ id, method, params }, (status, words) => {
      if (this.calls.delete(id)) call.fail(new RpcError(status, words));
    });
  }

  notify(method: string, params: unknown): void {
    this.send({ method, params });
  }

  abandon(call: Call): void {
    if (this.calls.delete(call.id)) this.notify('rpc.cancel', [call.id]);
  }

  receive(text: string): void {
    let message: Message | Message[];
    try {
      message = JSON.parse(text) as Message | Message[];
    } catch (error) {
      return this.host.problem(error);
    }
    if (!Array.isArray(message)) {
      const answer = this.take(message);
      if (answer) void answer.then((said) => this.send(said));
      return;
    }
    const answers = message.map((one) => this.take(one)).filter((one) => one !== null);
    if (answers.length === 0) return;
    void Promise.all(answers).then((said) => {
      if (!this.ended) this.host.send(JSON.stringify(said.map((one) => ({ jsonrpc: '2.0', ...one }))));
    });
  }

  /** The connection is gone: nothing is sent any more, and nothing is left open. */
  end(reason: string): void {
    this.ended = true;
    const calls = [...this.calls.values()];
    this.calls.clear();
    for (const call of calls) call.lost(reason);
    for (const control of [...this.serving.values(), ...this.notifications]) control.abort();
    this.serving.clear();
  }

  private send(message: Message, refused?: (status: number, words: string) => void): void {
    if (!this.ended) this.host.send(JSON.stringify({ jsonrpc: '2.0', ...message }), refused);
  }

  /** The promise of the answer that a call of the server gets; null for all other messages. */
  private take(message: Message): Promise<Message> | null {
    if (typeof message !== 'object' || message === null) return null;
    if (typeof message.method !== 'string') {
      this.answered(message);
      return null;
    }
    const { id, method, params } = message;
    const handler = this.host.handler(method);
    if (id !== undefined && id !== null) return this.serve(id, method, params, handler);
    if (method === 'rpc.cancel') this.cancelled(params);
    else if (handler) void this.hear(method, params, handler);
    else this.host.notified(method, params);
    return null;
  }

  private answered({ id, result, error, more, kind }: Message): void {
    const call = this.calls.get(id as Id);
    if (!call) {
      // Without an id: something that we sent was not understood. With one: an answer that nobody wants any more.
      if (error && id === null) this.host.problem(new RpcError(error.code, error.message, error.data));
      return;
    }
    if (more && !error) return call.more(result, kind);
    this.calls.delete(id as Id);
    if (error) call.fail(new RpcError(error.code, error.message, error.data));
    else call.finish(result);
  }

  private cancelled(params: unknown): void {
    const id = Array.isArray(params) ? params[0] : (params as { id?: unknown } | undefined)?.id;
    this.serving.get(id as Id)?.abort(new RpcError(code.cancelled, 'cancelled'));
  }

  private async hear(method: string, params: unknown, handler: Handler): Promise<void> {
    const control = new AbortController();
    this.notifications.add(control);
    try {
      await this.run(handler, method, params, undefined, control.signal);
    } catch (error) {
      this.host.problem(error);
    } finally {
      this.notifications.delete(control);
    }
  }

  private async serve(id: Id, method: string, params: unknown, handler: Handler | undefined): Promise<Message> {
    const fault = (number: number, message: string, data?: unknown): Message => ({
      id,
      error: { code: number, message, ...(data === undefined ? {} : { data }) },
    });
    if (!handler) return fault(code.method_not_found, 'method not found');
    if (this.serving.has(id)) return fault(code.invalid_request, 'a call with this id is being served');
    if (this.serving.size >= calls_at_once) return fault(code.too_many_calls, 'too many calls');
    const control = new AbortController();
    this.serving.set(id, control);
    try {
      const result = await this.run(handler, method, params, id, control.signal);
      return control.signal.aborted ? fault(code.cancelled, 'cancelled') : { id, result: result ?? null };
    } catch (error) {
      if (control.signal.aborted) return fault(code.cancelled, 'cancelled');
      if (error instanceof RpcError) return fault(error.code, error.message, error.data);
      this.host.problem(error);
      return fault(code.internal_error, 'internal error');
    } finally {
      if (this.serving.get(id) === control) this.serving.delete(id);
    }
  }

  private async run(handler: Handler, method: string, params: unknown, id: Id | undefined, signal: AbortSignal) {
    const gauge = (value: unknown) => {
      const full = this.host.queued() > soft_limit;
      if (id !== undefined && !signal.aborted && !full) this.send({ id, more: true, kind: 'gauge', result: value });
    };
    const value = await handler(params, { id, method, signal, gauge });
    if (!isGenerator(value)) return value;
    for (;;) {
      const next = await value.next();
      if (next.done) return next.value;
      if (signal.aborted) return void (await value.return(undefined));
      if (id !== undefined) this.send({ id, more: true, result: next.value });
      while (this.host.queued() > soft_limit && !signal.aborted) {
        await new Promise<void>((resolve) => this.host.time.after(look_again_ms, resolve));
      }
    }
  }
}

function isGenerator(value: unknown): value is AsyncGenerator<unknown, unknown> {
  return typeof (value as AsyncGenerator | null)?.[Symbol.asyncIterator] === 'function' && 'next' in (value as object);
}
