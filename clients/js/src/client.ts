// SPDX-License-Identifier: Apache-2.0
import { watchPage } from './browser.js';
import { Call, type CallHooks } from './call.js';
import { Channel } from './channel.js';
import { Channels } from './channels.js';
import { Emitter } from './emitter.js';
import { code, Disconnected, RpcError } from './errors.js';
import { post } from './http.js';
import { Link, type LinkState } from './link.js';
import { Peer } from './peer.js';
import { SseTransport } from './sse.js';
import { Stream } from './stream.js';
import type { SubscribeOptions, Subscription } from './subscription.js';
import { real, type Surroundings } from './time.js';
import { type Ask, TokenKeeper, type TokenSource } from './token.js';
import type { Ending, Transport, TransportKind } from './transport.js';
import type { AnyEvents, AnyMethods, Arguments, CallOptions, Handler, MethodsLike, More, Name, Params, Result, StreamOptions } from './types.js';
import { type WebSocketClass, WebSocketTransport } from './websocket.js';

export interface ClientOptions {
  /** Needed where there is no global one (Node before 22) and WebSockets are wanted: `import WebSocket from 'ws'`. */
  WebSocket?: WebSocketClass;
  fetch?: typeof globalThis.fetch;
  /** In order of preference; `['websocket', 'sse']` if not set. What can't be used here is left out. */
  transports?: TransportKind[];
  /**
   * Sent with every HTTP request, and as `{ headers }` to a WebSocket class that was given. The WebSocket of a browser
   * can't send headers: with `headers` and no class given, only SSE is used.
   */
  headers?: Record<string, string>;
  credentials?: RequestCredentials;
  /**
   * Says who we are, after every connection and before anything else (`auth.token`); asked again before the token's time
   * is over, so that the connection lasts.
   */
  token?: TokenSource;
  /** Milliseconds for calls that don't say; none if not set. */
  timeout?: number;
  /** How many calls and notifications wait while there is no connection; 100 if not set. 0: they fail at once. */
  queue?: number;
  /** False: nothing happens before connect(). */
  connect?: boolean;
  /** Milliseconds until a connection that doesn't open is given up; 10,000 if not set. */
  connectTimeout?: number;
  /** Milliseconds until WebSocket is tried again while SSE is used (doubles up to 10 minutes); 60,000. 0: never. */
  upgradeAfter?: number;
  /** For tests. */
  surroundings?: Surroundings;
}

export interface ClientEvents {
  state: LinkState;
  /** A notification that belongs to no channel read here and to no exposed handler. */
  notification: { method: string; params: unknown };
  /** What no call can tell: an exposed handler threw, the server sent what can't be understood. */
  error: unknown;
}

interface Session {
  transport: Transport;
  peer: Peer;
}

interface Waiting {
  call?: Call;
  notification?: { method: string; params: unknown };
}

const drain_ms = 30_000; // how long a connection that was replaced may still answer

/** A lasting conversation with a Longwave server. It connects by itself, and comes back by itself. */
export class Client<M extends MethodsLike<M> = AnyMethods, E extends object = AnyEvents> {
  /** Where POST goes; streams are at `<url>/stream`. */
  readonly url: string;
  private readonly options: ClientOptions;
  private readonly http: { fetch: typeof globalThis.fetch; headers: Record<string, string>; credentials?: RequestCredentials };
  private readonly time: Surroundings;
  private readonly events = new Emitter<ClientEvents>();
  private readonly handlers = new Map<string, Handler>();
  private readonly sessions = new Map<Transport, Session>();
  private readonly channels: Channels;
  private readonly link: Link;
  private readonly keeper: TokenKeeper | null;
  private session: Session | null = null; // the one for what is new
  private waiting: Waiting[] = [];
  private unwatch = () => {};

  constructor(url: string | URL, options: ClientOptions = {}) {
    this.options = options;
    this.url = rpcUrl(url);
    this.time = options.surroundings ?? real;
    const fetch = options.fetch ?? globalThis.fetch?.bind(globalThis);
    this.http = { fetch, headers: options.headers ?? {}, ...(options.credentials ? { credentials: options.credentials } : {}) };
    this.keeper = options.token ? new TokenKeeper(options.token, this.time, (error) => this.problem(error)) : null;
    this.channels = new Channels({
      time: this.time,
      call: (method, params) => this.now(method, params),
      isOnline: () => this.session !== null,
      problem: (error) => this.problem(error),
    });
    this.link = new Link(this.linkOptions(), {
      state: (state) => this.stateChanged(state),
      opened: (transport, old) => this.opened(transport, old),
      message: (transport, text) => this.sessions.get(transport)?.peer.receive(text),
      lost: (transport, ending) => this.lost(transport, ending),
      ask: () => void this.now('rpc.ping', {}).catch(() => undefined), // any answer is a sign of life, also an error
    });
    if (options.connect !== false) queueMicrotask(() => this.unstarted && this.connect());
  }

  get state(): LinkState {
    return this.link.state;
  }

  /** Connects now, whatever the back-off says; also after close() or a refusal. */
  connect(): void {
    this.unstarted = false;
    this.unwatch();
    this.unwatch = watchPage(
      () => this.state.state === 'waiting' && this.link.connect(),
      () => this.link.cut('the network is away'),
    );
    this.link.connect();
  }

  /** Ends the connection. Calls in flight and waiting ones fail; subscriptions end, their loops without an error. */
  close(): void {
    this.unstarted = false;
    this.link.close(1000, 'closed');
    this.keeper?.end();
    for (const { transport, peer } of this.sessions.values()) {
      transport.close();
      peer.end('closed');
    }
    this.sessions.clear();
    this.channels.close();
  }

  /** A new connection at once, with subscriptions going on: after a login, which changes who we are. */
  reconnect(): void {
    if (this.state.state === 'closed') this.connect();
    else this.link.again('reconnecting');
  }

  /** Listens; returns the function that ends it. */
  on<K extends keyof ClientEvents>(event: K, listener: (value: ClientEvents[K]) => void): () => void {
    return this.events.on(event, listener);
  }

  /** Rejects with RpcError, TimedOut, Disconnected, or the reason of the signal. */
  call<K extends Name<M>>(method: K, ...args: Arguments<Params<M, K>, CallOptions<More<M, K>>>): Promise<Result<M, K>> {
    const [params, options] = args;
    return new Promise((resolve, reject) => {
      this.begin(method, params, { timeout: this.options.timeout, ...options }, { done: resolve as (result: unknown) => void, failed: reject });
    });
  }

  /** A call that is answered many times: `for await (const item of client.stream(…))`, then `await stream.result`. */
  stream<K extends Name<M>>(method: K, ...args: Arguments<Params<M, K>, StreamOptions<More<M, K>>>): Stream<More<M, K>, Result<M, K>> {
    const [params, options = {}] = args;
    let call: Call | null = null;
    const stream = new Stream<More<M, K>, Result<M, K>>(options.buffer ?? 10_000, (error) => call?.giveUp(error));
    call = this.begin(method, params, options, {
      done: (result) => stream.finish(result as Result<M, K>),
      failed: (error) => stream.fail(error),
      item: (item) => stream.put(item as More<M, K>),
    });
    return stream;
  }

  /** A call without an answer. Throws Disconnected when it can neither be sent nor wait. */
  notify<K extends Name<M>>(method: K, ...args: Arguments<Params<M, K>, never>): void {
    const [params] = args;
    if (this.session) return this.session.peer.notify(method, params);
    if (!this.wait({ notification: { method, params } })) throw new Disconnected(`${method}: ${this.words()}`, false);
  }

  /** One call by a POST of its own, without the connection: for a login that sets a cookie, or for a script. */
  post<K extends Name<M>>(method: K, ...args: Arguments<Params<M, K>, { signal?: AbortSignal }>): Promise<Result<M, K>> {
    const [params = {}, options] = args;
    return post(this.url, this.http, method, params, options?.signal) as Promise<Result<M, K>>;
  }

  /** Answers calls, and hears notifications, that the server sends under this name. Returns the end of it. */
  expose(method: string, handler: Handler): () => void {
    this.handlers.set(method, handler);
    return () => {
      if (this.handlers.get(method) === handler) this.handlers.delete(method);
    };
  }

  subscribe(channel: string, options: SubscribeOptions = {}): Subscription<E> {
    return this.channels.subscribe(channel, options) as unknown as Subscription<E>;
  }

  /** Publishes, reads what was said, who is there: `client.channel('chat:main').publish({ text: 'hi' })`. */
  channel(name: string): Channel<E> {
    const call = (method: string, params: unknown) =>
      new Promise<unknown>((done, failed) => {
        this.begin(method, params, this.options.timeout ? { timeout: this.options.timeout } : {}, { done, failed });
      });
    return new Channel<E>(name, { call, subscribe: (channel, options) => this.channels.subscribe(channel, options ?? {}) });
  }

  // ---- inside

  private unstarted = true;

  private linkOptions() {
    const { headers, transports = ['websocket', 'sse'], connectTimeout = 10_000, upgradeAfter = 60_000 } = this.options;
    const given = this.options.WebSocket;
    const global = (globalThis as { WebSocket?: WebSocketClass }).WebSocket;
    const Socket = given ?? (headers ? undefined : global);
    const usable = { websocket: Socket !== undefined, sse: typeof this.http.fetch === 'function' };
    const address = this.url.replace(/^http/, 'ws');
    return {
      transports: transports.filter((kind) => usable[kind]),
      connectTimeout,
      upgradeAfter,
      time: this.time,
      make: (kind: TransportKind, events: ConstructorParameters<typeof WebSocketTransport>[1]): Transport => {
        if (kind === 'sse') return new SseTransport(this.url, this.http, events, (ms, task) => this.time.after(ms, task));
        const open = Socket as WebSocketClass;
        return new WebSocketTransport(() => (given && headers ? new open(address, [], { headers }) : new open(address)), events);
      },
    };
  }

  private begin(method: string, params: unknown, options: CallOptions, hooks: CallHooks): Call {
    const call = new Call(method, params, options, hooks, this.time);
    if (call.settled) return call;
    if (this.session) this.session.peer.call(call);
    else if (!this.wait({ call })) call.lost(this.words());
    return call;
  }

  /** A call on the connection that is there; it never waits for one. */
  private now(method: string, params: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = new Call(method, params, {}, { done: resolve, failed: reject }, this.time);
      if (this.session) this.session.peer.call(call);
      else call.lost(this.words());
    });
  }

  private wait(one: Waiting): boolean {
    const { state } = this.state;
    if (state === 'closed' && !this.unstarted) return false;
    this.waiting = this.waiting.filter((other) => !other.call?.settled);
    if (this.waiting.length >= (this.options.queue ?? 100)) return false;
    this.waiting.push(one);
    return true;
  }

  private words(): string {
    const { state } = this.state;
    return state === 'closed' ? this.state.reason || 'closed' : 'not connected, and no more calls may wait';
  }

  private opened(transport: Transport, old: Transport | null): void {
    const peer = new Peer({
      time: this.time,
      send: (text, refused) => transport.send(text, refused),
      queued: () => transport.queued(),
      handler: (method) => this.handlers.get(method),
      notified: (method, params) => this.notified(transport, method, params),
      problem: (error) => this.problem(error),
    });
    const session = { transport, peer };
    this.sessions.set(transport, session);
    if (!this.keeper) return this.use(session, old);
    const ask: Ask = (method, params) =>
      new Promise((done, failed) => peer.call(new Call(method, params, {}, { done, failed }, this.time)));
    this.keeper.introduce(ask).then(
      () => this.sessions.get(transport) === session && this.use(session, old),
      (error) => this.unknown(session, error),
    );
  }

  /** The connection is for use; before that only the server knew of it. */
  private use(session: Session, old: Transport | null): void {
    const { peer } = session;
    this.session = session;
    if (old) this.retire(old, this.time.now() + drain_ms);
    this.channels.online();
    const waiting = this.waiting;
    this.waiting = [];
    for (const { call, notification } of waiting) {
      if (call) peer.call(call);
      else if (notification) peer.notify(notification.method, notification.params);
    }
  }

  /** We couldn't say who we are: refused for good, or another try later. */
  private unknown(session: Session, error: unknown): void {
    if (this.sessions.get(session.transport) !== session) return;
    this.problem(error);
    if (error instanceof RpcError && error.code === code.refused) this.link.close(3500, error.message);
    else this.link.cut('there is no token');
  }

  /** A connection that was replaced stays until what was asked on it is answered. */
  private retire(old: Transport, end: number): void {
    const session = this.sessions.get(old);
    if (!session) return;
    if (session.peer.busy && this.time.now() < end) return void this.time.after(200, () => this.retire(old, end));
    this.sessions.delete(old);
    old.close();
    session.peer.end('replaced by a better connection');
  }

  private lost(transport: Transport, { code, reason }: Ending): void {
    const session = this.sessions.get(transport);
    this.sessions.delete(transport);
    if (this.session === session) this.session = null;
    if (!this.session) this.keeper?.end();
    session?.peer.end(`connection lost (${reason || code})`);
  }

  private notified(transport: Transport, method: string, params: unknown): void {
    const current = transport === this.session?.transport;
    if (this.channels.reads(params)) {
      if (current) this.channels.notified(method, params);
    } else if (method === 'channel.ended' && this.channels.ended(params)) {
      return;
    } else {
      this.events.emit('notification', { method, params });
    }
  }

  private stateChanged(state: LinkState): void {
    if (state.state === 'closed') {
      this.unwatch();
      const waiting = this.waiting;
      this.waiting = [];
      for (const { call } of waiting) call?.lost(state.reason || `closed (${state.code})`);
    }
    this.events.emit('state', state);
  }

  private problem(error: unknown): void {
    if (this.events.has('error')) this.events.emit('error', error);
    else console.error(error);
  }
}

/** The address for POST. Of `http://host` it is /rpc there; `ws://host/path` is taken as it is; a page may give a path. */
function rpcUrl(url: string | URL): string {
  const base = (globalThis as { location?: { href: string } }).location?.href;
  const whole = /^wss?:/.test(String(url));
  const parsed = new URL(String(url).replace(/^ws/, 'http'), base);
  if (parsed.pathname === '/' && !whole) parsed.pathname = '/rpc';
  parsed.hash = '';
  return parsed.href.replace(/\/$/, '');
}
