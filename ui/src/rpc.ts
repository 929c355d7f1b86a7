// SPDX-License-Identifier: Apache-2.0
// A JSON-RPC 2.0 peer over one WebSocket. A call may be answered many times: answers that carry
// `more: true` are items (`kind` absent) or gauges (`kind: "gauge"`); the one without `more` is the last.
// Reconnecting is the business of state/connection.ts: an object of this class lives as long as its socket.

import type { Method, Methods, Params, Result } from './api';

export interface RpcFailure {
  code: number;
  message: string;
  data?: unknown;
}

export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** The socket went away before the answer came. Nobody knows whether the call was done. */
export class Disconnected extends Error {}

type More<M extends Method> = Methods[M] extends { more: infer T } ? T : unknown;

export interface CallOptions<M extends Method> {
  onItem?: (item: More<M>) => void;
  onGauge?: (gauge: More<M>) => void;
  /** Aborting sends rpc.cancel; the promise is then rejected by the server's answer. */
  signal?: AbortSignal;
}

interface Message {
  id?: number | string | null;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: RpcFailure;
  more?: boolean;
  kind?: string;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  options: { onItem?: (value: unknown) => void; onGauge?: (value: unknown) => void };
}

export interface RpcEvents {
  onOpen: () => void;
  onClose: (code: number, reason: string, wasOpen: boolean) => void;
  onNotification: (method: string, params: unknown) => void;
}

export class RpcSocket {
  private readonly socket: WebSocket;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private opened = false;
  private done = false;

  constructor(
    url: string,
    private readonly events: RpcEvents,
  ) {
    this.socket = new WebSocket(url);
    this.socket.onopen = () => {
      this.opened = true;
      events.onOpen();
    };
    this.socket.onmessage = (event) => this.receive(event.data);
    this.socket.onclose = (event) => this.finish(event.code, event.reason);
  }

  get open(): boolean {
    return this.opened && !this.done;
  }

  call<M extends Method>(method: M, params: Params<M>, options: CallOptions<M> = {}): Promise<Result<M>> {
    if (!this.open) return Promise.reject(new Disconnected(method));
    const id = this.nextId++;
    return new Promise<Result<M>>((resolve, reject) => {
      this.waiting.set(id, {
        resolve: resolve as (value: unknown) => void,
        reject,
        options: options as Waiting['options'],
      });
      options.signal?.addEventListener('abort', () => {
        if (this.waiting.has(id)) this.notify('rpc.cancel', [id]);
      });
      this.send({ jsonrpc: '2.0', id, method, params });
    });
  }

  notify(method: string, params: unknown): void {
    if (this.open) this.send({ jsonrpc: '2.0', method, params });
  }

  /** Ends the connection at once; a browser's close handshake may take long on a dead network. */
  close(): void {
    this.socket.close(1000);
    this.finish(1000, '');
  }

  private send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  private receive(data: unknown): void {
    if (this.done || typeof data !== 'string') return;
    let parsed: Message | Message[];
    try {
      parsed = JSON.parse(data) as Message | Message[];
    } catch {
      return;
    }
    for (const message of Array.isArray(parsed) ? parsed : [parsed]) this.dispatch(message);
  }

  private dispatch(message: Message): void {
    const isAnswer = 'result' in message || 'error' in message;
    if (!isAnswer) {
      if (message.method) this.events.onNotification(message.method, message.params);
      return;
    }
    const call = typeof message.id === 'number' ? this.waiting.get(message.id) : undefined;
    if (!call) return;
    if (message.more && !message.error) {
      if (message.kind === 'gauge') call.options.onGauge?.(message.result);
      else call.options.onItem?.(message.result);
      return;
    }
    this.waiting.delete(message.id as number);
    if (message.error) call.reject(new RpcError(message.error.code, message.error.message, message.error.data));
    else call.resolve(message.result);
  }

  private finish(code: number, reason: string): void {
    if (this.done) return;
    this.done = true;
    const calls = [...this.waiting.values()];
    this.waiting.clear();
    for (const call of calls) call.reject(new Disconnected(reason || String(code)));
    this.events.onClose(code, reason, this.opened);
  }
}

/** One call over HTTP: used for login, which sets a cookie, and to learn why a socket is refused. */
export async function callOverHttp<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
  const response = await fetch('/rpc', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    credentials: 'same-origin',
  });
  let message: Message | null = null;
  try {
    message = (await response.json()) as Message;
  } catch {
    message = null;
  }
  if (message?.error) throw new RpcError(message.error.code, message.error.message, message.error.data);
  if (!response.ok || !message) throw new RpcError(response.status, response.statusText);
  return message.result as Result<M>;
}
