// SPDX-License-Identifier: Apache-2.0

export type TransportKind = 'websocket' | 'sse';

/** Why a connection ended, or did not come to be. */
export interface Ending {
  /** A close code of WebSockets; 1006 if the connection just broke. */
  code: number;
  reason: string;
  /** The HTTP status, when the server refused by one. */
  status?: number;
  /** Milliseconds that the server asked to wait. */
  retryAfter?: number;
}

/** What a transport tells, in this order: open at most once, then messages and signs of life, close exactly once. */
export interface TransportEvents {
  open(): void;
  message(text: string): void;
  /** Something came that is no message: the other end is there. */
  alive(): void;
  close(ending: Ending): void;
}

/** A way to exchange texts with the server, in order. It is being opened when it is made. */
export interface Transport {
  readonly kind: TransportKind;
  /** Silence (ms) after which the connection is dead; undefined: it may be silent, so ask. */
  readonly silence?: number;
  /** `refused`: the server took this one text not; over HTTP only. */
  send(text: string, refused?: (status: number, words: string) => void): void;
  /** Bytes or characters that were given to send() and haven't left. */
  queued(): number;
  /** Ends it at once; close() of the events isn't called any more. */
  close(code?: number, reason?: string): void;
}
