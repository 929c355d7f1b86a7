// SPDX-License-Identifier: Apache-2.0
// The shape of what `longwave-types` writes, so that calls and events are checked by the compiler.

export interface MethodShape {
  params: any;
  result: any;
  /** What comes before the result of a call with many answers. */
  more?: any;
}

export interface AnyMethods {
  [method: string]: MethodShape;
}
export interface AnyEvents {
  [event: string]: any;
}

export type MethodsLike<M> = { [K in keyof M]: MethodShape };
export type Name<M> = keyof M & string;
export type Params<M, K extends keyof M> = M[K] extends { params: infer P } ? P : never;
export type Result<M, K extends keyof M> = M[K] extends { result: infer R } ? R : never;
export type More<M, K extends keyof M> = M[K] extends { more: infer T } ? T : M[K] extends { more?: any } ? any : unknown;

/** `params` may be left out where every parameter is optional. */
export type Arguments<P, O> = {} extends P ? [params?: P, options?: O] : [params: P, options?: O];

export interface CallOptions<T = any> {
  /** Aborting rejects the call at once with the signal's reason, and tells the server by `rpc.cancel`. */
  signal?: AbortSignal;
  /** Milliseconds, counted from the call, waiting in the queue included. None if not set here or for the client. */
  timeout?: number;
  /** Answers of which only the newest matters, for example how far a scan is. */
  onGauge?: (gauge: T) => void;
}

export interface StreamOptions<T = any> extends CallOptions<T> {
  /** How many items may wait for the reader; 10,000 if not set. When it is full the call is cancelled and fails. */
  buffer?: number;
}

/** What a handler given to `expose` may use. */
export interface ServerCall {
  /** The id of the call; undefined for a notification, which gets no answer. */
  readonly id: number | string | undefined;
  readonly method: string;
  /** Aborted when the server cancels the call, or when the connection is lost. */
  readonly signal: AbortSignal;
  /** Sends an answer of which only the newest matters. */
  gauge(value: unknown): void;
}

/**
 * Answers calls of the server: the value, a promise of it, or, for many answers, an async generator that yields items
 * and returns the final value. An `RpcError` that it throws is the answer; any other error is answered as "internal
 * error" and reported by the client's `error` event.
 */
export type Handler = (params: any, call: ServerCall) => unknown;
