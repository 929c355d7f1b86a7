// SPDX-License-Identifier: Apache-2.0
import type { Transport, TransportEvents } from './transport.js';

/** What is used of a WebSocket: those of browsers, of Node >= 22, and of the npm package `ws` all have it. */
export interface WebSocketLike {
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  readonly bufferedAmount: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}
export type WebSocketClass = new (url: string, protocols?: string | string[], options?: any) => WebSocketLike;

export class WebSocketTransport implements Transport {
  readonly kind = 'websocket';
  private readonly socket: WebSocketLike;
  private done = false;

  constructor(make: () => WebSocketLike, events: TransportEvents) {
    this.socket = make();
    this.socket.onopen = () => {
      if (!this.done) events.open();
    };
    this.socket.onmessage = (event) => {
      if (!this.done && typeof event.data === 'string') events.message(event.data);
    };
    this.socket.onerror = () => undefined; // onclose follows, and says more
    this.socket.onclose = (event) => {
      if (this.done) return;
      this.done = true;
      events.close({ code: event.code || 1006, reason: event.reason || '' });
    };
  }

  send(text: string): void {
    if (!this.done) this.socket.send(text);
  }

  queued(): number {
    return this.socket.bufferedAmount;
  }

  /** The close handshake may take long on a dead network: nobody waits for it. */
  close(code = 1000, reason = ''): void {
    if (this.done) return;
    this.done = true;
    try {
      this.socket.close(code, reason);
    } catch {
      this.socket.close();
    }
  }
}
