// SPDX-License-Identifier: Apache-2.0
// The one connection of the page: connects, subscribes, notices gaps, comes back by itself.
// Other state registers for notifications with on() and for every (re)connection with onOnline().
import { signal } from '@preact/signals';
import { ErrorCode, type Event, type Events, type Method, type Notification, type Params, type Result } from '../api';
import { backoff_ms } from '../backoff';
import { type CallOptions, callOverHttp, Disconnected, RpcError, RpcSocket } from '../rpc';

export type Link = 'connecting' | 'online' | 'offline' | 'refused';

/** The station of this page: `/` is main, `/s/<slug>` any other. */
export const slug = /^\/s\/([^/]+)/.exec(location.pathname)?.[1] ?? 'main';
export const stationChannel = `station:${slug}`;

export const link = signal<Link>('connecting');
/** performance.now() of the next attempt; null while one is being made. */
export const retryAt = signal<number | null>(null);
export const refusedStatus = signal(0);
export const wasOnline = signal(false);

const quiet_ms = 40_000; // the server pings every 25 s, but a page can't see pings: ask after a longer silence
const answer_ms = 8_000;

type Handler = (data: unknown) => void;
const handlers = new Map<string, Handler>();
const onlineHooks: (() => void)[] = [];
const places = new Map<string, { offset: number; epoch: string }>();

let socket: RpcSocket | null = null;
let failures = 0;
let timer: number | undefined;
let lastHeard = 0;
let subscribed = false;

export function on<E extends Event>(method: E, handler: (data: Events[E]) => void): void {
  handlers.set(method, handler as Handler);
}

export function onOnline(hook: () => void): void {
  onlineHooks.push(hook);
}

export function call<M extends Method>(method: M, params: Params<M>, options: CallOptions<M> = {}): Promise<Result<M>> {
  if (!socket) return Promise.reject(new Disconnected(method));
  return socket.call(method, params, options);
}

export function start(): void {
  connect();
  addEventListener('online', retryNow);
  addEventListener('offline', () => socket?.close());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && link.value === 'offline') retryNow();
  });
  setInterval(probe, 5_000);
}

export function retryNow(): void {
  if (link.value === 'online' || (socket && link.value === 'connecting')) return;
  connect();
}

/** A new connection with the identity that a login or logout has just given this browser. */
export function reconnect(): void {
  failures = 0;
  connect();
}

function connect(): void {
  clearTimeout(timer);
  retryAt.value = null;
  const old = socket;
  socket = null; // what it still says is nobody's business
  old?.close();
  if (link.value !== 'offline') link.value = 'connecting';
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const mine: RpcSocket = new RpcSocket(`${scheme}//${location.host}/rpc`, {
    onOpen: () => void opened(mine),
    onClose: (_code, _reason, wasOpen) => {
      if (socket === mine) closed(wasOpen);
    },
    onNotification: (method, params) => notified(method, params as Notification | undefined),
  });
  socket = mine;
}

async function opened(mine: RpcSocket): Promise<void> {
  lastHeard = performance.now();
  subscribed = false;
  try {
    // Anybody may subscribe to a channel that doesn't exist yet; only this tells whether there is a station.
    const known = wasOnline.value ? null : mine.call('station.now', { station: slug });
    await Promise.all([subscribe(mine), known]);
  } catch (error) {
    if (!(error instanceof RpcError)) return; // Disconnected: closed() has already seen to it
    if (error.code === ErrorCode.not_found) refuse(404);
    else mine.close();
    return;
  }
  failures = 0;
  subscribed = true;
  refusedStatus.value = 0;
  wasOnline.value = true;
  link.value = 'online';
  for (const hook of onlineHooks) hook();
}

async function subscribe(mine: RpcSocket): Promise<void> {
  const channels = [stationChannel, 'library'];
  const since = Object.fromEntries([...places].filter(([channel]) => channels.includes(channel)));
  const params = places.size > 0 ? { channels, since } : { channels };
  const answer = await mine.call('channel.subscribe', params);
  const own = answer.channels[stationChannel];
  if (own?.error) throw new RpcError(ErrorCode.not_found, own.error);
  for (const [channel, place] of Object.entries(answer.channels)) {
    if (place.offset === undefined || place.epoch === undefined) continue;
    const seen = places.get(channel);
    if (!seen || seen.epoch !== place.epoch || seen.offset < place.offset) {
      places.set(channel, { offset: place.offset, epoch: place.epoch });
    }
  }
}

function notified(method: string, params: Notification | undefined): void {
  lastHeard = performance.now();
  if (params?.channel !== undefined && typeof params.offset === 'number' && params.epoch !== undefined) {
    const seen = places.get(params.channel);
    const gap = subscribed && seen && seen.epoch === params.epoch && params.offset > seen.offset + 1;
    if (!gap) places.set(params.channel, { offset: params.offset, epoch: params.epoch });
    // What is missing is asked for, and comes again in order with this one.
    if (gap && socket) return void subscribe(socket).catch(() => undefined);
  }
  const data = params && 'data' in params ? params.data : params;
  handlers.get(method)?.(data);
}

function closed(wasOpen: boolean): void {
  socket = null;
  subscribed = false;
  if (!wasOpen && failures >= 1) void learnWhy();
  if (link.value !== 'refused') link.value = 'offline';
  schedule();
}

function schedule(): void {
  const wait = backoff_ms(failures++);
  retryAt.value = performance.now() + wait;
  clearTimeout(timer);
  timer = window.setTimeout(connect, wait);
}

/** A browser doesn't tell a page why an upgrade was refused; the same request over HTTP does. */
async function learnWhy(): Promise<void> {
  try {
    await callOverHttp('session.info', {});
  } catch (error) {
    if (error instanceof RpcError && error.code >= 400 && error.code < 500) refuse(error.code);
  }
}

function refuse(status: number): void {
  refusedStatus.value = status;
  link.value = 'refused';
}

/** Finds a connection that is dead without having been closed. */
function probe(): void {
  const mine = socket;
  if (!mine?.open || performance.now() - lastHeard < quiet_ms) return;
  lastHeard = performance.now();
  const late = setTimeout(() => mine.close(), answer_ms);
  mine
    .call('session.info', {})
    .catch(() => undefined)
    .finally(() => clearTimeout(late));
}
