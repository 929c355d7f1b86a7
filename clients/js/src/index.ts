// SPDX-License-Identifier: Apache-2.0
export type { Channel, ChannelInfo, History, HistoryOptions, Message, Presence } from './channel.js';
export { Client, type ClientEvents, type ClientOptions } from './client.js';
export { code, Disconnected, Overflow, RpcError, TimedOut } from './errors.js';
export type { LinkState } from './link.js';
export type { Stream } from './stream.js';
export type { Position, Publication, Reset, SubscribeOptions, Subscription, SubscriptionEvents } from './subscription.js';
export { backoff_ms, reconnects, type Surroundings } from './time.js';
export type { TokenSource } from './token.js';
export type { TransportKind } from './transport.js';
export type { AnyEvents, AnyMethods, CallOptions, Handler, MethodShape, More, Params, Result, ServerCall, StreamOptions } from './types.js';
export type { WebSocketClass, WebSocketLike } from './websocket.js';
