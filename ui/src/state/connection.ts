// SPDX-License-Identifier: Apache-2.0
// The one connection of the page, kept by @longwave/client: it comes back by itself, and goes on where it was.
// Other state registers for notifications with on() and for every (re)connection with onOnline().
import { Client, type LinkState, RpcError } from '@longwave/client';
import { signal } from '@preact/signals';
import { ErrorCode, type Event, type Events, type Methods } from '../api';

export type Link = 'connecting' | 'online' | 'offline' | 'refused';

/** The station of this page: `/` is main, `/s/<slug>` any other. */
export const slug = /^\/s\/([^/]+)/.exec(location.pathname)?.[1] ?? 'main';
export const stationChannel = `station:${slug}`;

export const link = signal<Link>('connecting');
/** How it is connected, for those who look: `websocket`, or `sse` where that is blocked. */
export const transport = signal('');
/** performance.now() of the next attempt; null while one is being made. */
export const retryAt = signal<number | null>(null);
export const refusedStatus = signal(0);
export const wasOnline = signal(false);
/** Calls can be made, since the first connection; what the page shows may still be on its way. */
export const reached = signal(false);

type Handler = (data: unknown, channel?: string) => void;
const handlers = new Map<string, Handler>();
const further: [string, Handler][] = [];
const onlineHooks: (() => void)[] = [];
const ofStation = [stationChannel, 'library'];
let channels: string[] = [];
const live = new Set<string>();
let stationTold = false;

// A change that can't be sent now is taken back at once, with a sentence; so nothing waits for a connection.
const client = new Client<Methods, Events>(`${location.protocol}//${location.host}`, { connect: false, queue: 0 });

export const call: typeof client.call = (method, ...rest) => client.call(method, ...rest);
/** A call that is answered many times. */
export const stream: typeof client.stream = (method, ...rest) => client.stream(method, ...rest);
/** By a request of its own: a login sets a cookie. */
export const post: typeof client.post = (method, ...rest) => client.post(method, ...rest);

export function on<E extends Event>(method: E, handler: (data: Events[E], channel?: string) => void): void {
  handlers.set(method, handler as Handler);
}

/** As on(), for those who come after the first, and may go; the answer ends it. */
export function also<E extends Event>(method: E, handler: (data: Events[E]) => void): () => void {
  const one: [string, Handler] = [method, handler as Handler];
  further.push(one);
  return () => further.splice(further.indexOf(one), 1);
}

function tell(method: string, data: unknown, channel?: string): void {
  if (method === 'station.now') stationTold = true;
  handlers.get(method)?.(data, channel);
  for (const [name, handler] of [...further]) if (name === method) handler(data, channel);
}

/** A channel beside those of the page itself: whether it is there doesn't decide whether the page is online. */
export const subscribe: typeof client.subscribe = (channel, options) => client.subscribe(channel, options);

export function onOnline(hook: () => void): void {
  onlineHooks.push(hook);
}

/** The page is online when it has these channels; those of a station are there only if the station is. */
export function start(names: string[] = ofStation): void {
  channels = names;
  client.on('state', follow);
  client.on('error', (error) => console.warn(error));
  client.on('notification', ({ method, params }) => {
    const said = params as { data?: unknown; channel?: string } | undefined;
    tell(method, said && 'data' in said ? said.data : said, said?.channel);
  });
  for (const channel of channels) {
    const subscription = client.subscribe(channel);
    subscription.on('publication', ({ method, data }) => tell(method, data, channel));
    subscription.on('live', () => void arrived(channel));
    subscription.on('error', (error) => refuse(error instanceof RpcError && error.code === ErrorCode.not_found ? 404 : 503));
  }
  client.connect();
}

export function retryNow(): void {
  client.connect();
}

/** A new connection with the identity that a login or logout has just given this browser. */
export function reconnect(): void {
  client.reconnect();
}

function follow(state: LinkState): void {
  retryAt.value = null;
  if (state.state === 'online') {
    transport.value = state.transport;
    reached.value = true;
    if (channels.length === 0) isOnline();
    return;
  }
  live.clear();
  if (state.state === 'connecting') {
    if (link.value !== 'offline') link.value = 'connecting';
  } else if (state.state === 'waiting') {
    link.value = 'offline';
    retryAt.value = performance.now() + state.retryIn;
  } else if (refusedStatus.value === 0) {
    refuse(state.status ?? state.code);
  }
}

/** A channel is up to date; with all of them, so is the page. */
async function arrived(channel: string): Promise<void> {
  live.add(channel);
  if (live.size < channels.length) return;
  try {
    // Anybody may subscribe to a channel that doesn't exist yet; a station tells of itself, and otherwise is asked for.
    if (!wasOnline.value && !stationTold) await client.call('station.now', { station: slug });
  } catch (error) {
    if (!(error instanceof RpcError)) return; // the connection is lost, and will be found again
    if (error.code === ErrorCode.not_found) refuse(404);
    return client.close();
  }
  isOnline();
}

function isOnline(): void {
  refusedStatus.value = 0;
  wasOnline.value = true;
  link.value = 'online';
  for (const hook of onlineHooks) hook();
}

function refuse(status: number): void {
  refusedStatus.value = status;
  link.value = 'refused';
}
