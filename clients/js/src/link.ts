// SPDX-License-Identifier: Apache-2.0
// Keeps one connection to the server: which transport, when to try again, when it is dead, and a better transport when
// there is one. Knows nothing of calls.
import { backoff_ms, reconnects, type Surroundings } from './time.js';
import type { Ending, Transport, TransportEvents, TransportKind } from './transport.js';

export type LinkState =
  | { state: 'connecting' }
  | { state: 'online'; transport: TransportKind }
  /** Not connected; the next try is in `retryIn` milliseconds. */
  | { state: 'waiting'; retryIn: number; code: number; reason: string; status?: number }
  /** Not connected, and it stays so until connect() is called: closed by us, or refused for good. */
  | { state: 'closed'; code: number; reason: string; status?: number };

export interface LinkOptions {
  transports: TransportKind[];
  make(kind: TransportKind, events: TransportEvents): Transport;
  connectTimeout: number;
  /** First wait until a WebSocket is tried again while SSE is used; doubles up to ten minutes. 0: never. */
  upgradeAfter: number;
  time: Surroundings;
}

export interface LinkEvents {
  state(state: LinkState): void;
  /** A connection is open, or an open one was exchanged for a better one: then `old` may still be used a while. */
  opened(transport: Transport, old: Transport | null): void;
  message(transport: Transport, text: string): void;
  lost(transport: Transport, ending: Ending): void;
  /** Nothing was heard for long: ask for any sign of life. */
  ask(): void;
}

const final_status = [400, 401, 403, 421]; // the server has answered, and asking again changes nothing
const stable_ms = 5_000;
const quiet_ms = 40_000; // servers ping every 25 s, but a page can't see pings
const answer_ms = 8_000;
const longest_upgrade_wait_ms = 600_000;

export class Link {
  state: LinkState = { state: 'closed', code: 1000, reason: 'not started' };
  private transport: Transport | null = null; // the one that is open, or being opened
  private trial: Transport | null = null; // a WebSocket that may replace an open SSE
  private failures = 0;
  private socketFailures = 0; // WebSockets in a row that brought nothing
  private socketWorked = false;
  private preferred: TransportKind;
  private upgradeWait: number;
  private openedAt = 0;
  private heard = 0;
  private stopRetry = () => {};
  private stopWatch = () => {};
  private stopUpgrade = () => {};

  constructor(
    private readonly options: LinkOptions,
    private readonly events: LinkEvents,
  ) {
    if (options.transports.length === 0) throw new TypeError('no transport can be used here');
    this.preferred = options.transports[0] as TransportKind;
    this.upgradeWait = options.upgradeAfter;
  }

  get online(): Transport | null {
    return this.state.state === 'online' ? this.transport : null;
  }

  /** Now, whatever the back-off says; does nothing while it is connected or connecting. */
  connect(): void {
    if (this.state.state === 'online' || this.state.state === 'connecting') return;
    this.stopRetry();
    this.tell({ state: 'connecting' });
    this.attempt(this.preferred, [this.preferred]);
  }

  /** Ends the connection, and it stays so. */
  close(code: number, reason: string): void {
    this.drop(code, reason);
    this.stopRetry();
    this.tell({ state: 'closed', code, reason });
  }

  /** A new connection in place of the present one, at once. */
  again(reason: string): void {
    this.drop(1000, reason);
    this.stopRetry();
    this.failures = 0;
    this.tell({ state: 'connecting' });
    this.attempt(this.preferred, [this.preferred]);
  }

  /** As if the network had cut the connection: back-off and another try follow. */
  cut(reason: string): void {
    const transport = this.online;
    if (!transport) return;
    transport.close(1000, '');
    this.ended(transport, { code: 1006, reason });
  }

  private tell(state: LinkState): void {
    this.state = state;
    this.events.state(state);
  }

  /** Tries one transport; `tried` are those of this attempt. */
  private attempt(kind: TransportKind, tried: TransportKind[]): void {
    const { time, connectTimeout } = this.options;
    let opened = false;
    let late = () => {};
    const failed = (ending: Ending) => {
      late();
      this.transport = null;
      this.notOpened(kind, tried, ending);
    };
    const transport = this.make(kind, {
      open: () => {
        late();
        opened = true;
        if (transport) this.opened(transport, null);
      },
      message: (text) => transport && this.told(transport, text),
      alive: () => (this.heard = time.now()),
      close: (ending) => (opened && transport ? this.ended(transport, ending) : failed(ending)),
    });
    if (!transport) return this.notOpened(kind, tried, { code: 1006, reason: `${kind} can't be used here` });
    this.transport = transport;
    late = time.after(connectTimeout, () => {
      transport.close();
      failed({ code: 1006, reason: `not open within ${connectTimeout} ms` });
    });
    const disarm = late;
    this.stopRetry = () => disarm();
  }

  /** Null where it can't even be begun: a page that came by https may not open ws:. */
  private make(kind: TransportKind, events: TransportEvents): Transport | null {
    try {
      return this.options.make(kind, events);
    } catch {
      return null;
    }
  }

  private notOpened(kind: TransportKind, tried: TransportKind[], ending: Ending): void {
    if (kind === 'websocket') this.socketFailures++;
    const patient = kind === 'websocket' && this.socketWorked && this.socketFailures < 2;
    const other = this.options.transports.find((one) => !tried.includes(one));
    if (other && !patient && this.hopeful(ending)) return this.attempt(other, [...tried, other]);
    this.retry(ending);
  }

  private hopeful({ code, status }: Ending): boolean {
    return reconnects(code) && !(status && final_status.includes(status));
  }

  private retry(ending: Ending): void {
    const { code, reason, status } = ending;
    if (!this.hopeful(ending)) return this.tell({ state: 'closed', code, reason, ...(status ? { status } : {}) });
    const wait = Math.max(backoff_ms(this.failures++, this.options.time.random), ending.retryAfter ?? 0);
    this.stopRetry = this.options.time.after(wait, () => this.connect());
    this.tell({ state: 'waiting', retryIn: wait, code, reason, ...(status ? { status } : {}) });
  }

  private opened(transport: Transport, old: Transport | null): void {
    this.transport = transport;
    this.preferred = transport.kind;
    this.openedAt = this.heard = this.options.time.now();
    this.stopUpgrade();
    if (transport.kind === 'sse') this.upgradeLater();
    this.state = { state: 'online', transport: transport.kind };
    this.events.opened(transport, old);
    this.watch();
    this.events.state(this.state);
  }

  private told(transport: Transport, text: string): void {
    if (transport === this.transport) this.heard = this.options.time.now();
    if (transport.kind === 'websocket') {
      this.socketWorked = true;
      this.socketFailures = 0;
    }
    this.events.message(transport, text);
  }

  private ended(transport: Transport, ending: Ending): void {
    if (transport !== this.transport) return this.events.lost(transport, ending); // one that was replaced
    const silent = transport.kind === 'websocket' && !this.socketWorked;
    if (silent && ++this.socketFailures >= 2 && this.options.transports.includes('sse')) this.preferred = 'sse';
    if (this.options.time.now() - this.openedAt >= stable_ms) this.failures = 0;
    this.quiet();
    this.transport = null;
    this.state = { state: 'connecting' };
    this.events.lost(transport, ending);
    this.retry(ending);
  }

  private drop(code: number, reason: string): void {
    const transport = this.transport;
    const wasOnline = this.online !== null;
    this.quiet();
    this.transport = null;
    transport?.close(code, reason);
    if (transport && wasOnline) this.events.lost(transport, { code, reason });
  }

  private quiet(): void {
    this.stopWatch();
    this.stopUpgrade();
    this.trial?.close();
    this.trial = null;
  }

  // ---- finds a connection that is dead without having been closed

  private watch(): void {
    const { time } = this.options;
    this.stopWatch();
    const transport = this.transport;
    const limit = transport?.silence ?? quiet_ms;
    const silent = time.now() - this.heard;
    if (silent < limit) {
      this.stopWatch = time.after(limit - silent, () => this.watch());
    } else if (transport?.silence) {
      this.cut('no sign of life');
    } else {
      const asked = time.now();
      this.stopWatch = time.after(answer_ms, () => (this.heard >= asked ? this.watch() : this.cut('no sign of life')));
      this.events.ask();
    }
  }

  // ---- from SSE back to a WebSocket, without a gap

  private upgradeLater(): void {
    const { transports, upgradeAfter, time } = this.options;
    if (upgradeAfter <= 0 || !transports.includes('websocket')) return;
    this.stopUpgrade = time.after(this.upgradeWait, () => this.tryUpgrade());
    this.upgradeWait = Math.min(this.upgradeWait * 2, Math.max(longest_upgrade_wait_ms, upgradeAfter));
  }

  private tryUpgrade(): void {
    const { time, connectTimeout } = this.options;
    const given = () => {
      this.stopUpgrade();
      this.trial?.close();
      this.trial = null;
      if (this.online?.kind === 'sse') this.upgradeLater();
    };
    const trial = this.make('websocket', {
      open: () => {
        const old = this.transport;
        this.trial = null;
        this.upgradeWait = this.options.upgradeAfter;
        if (trial) this.opened(trial, old);
      },
      message: (text) => trial && this.told(trial, text),
      alive: () => undefined,
      close: (ending) => (trial && this.transport === trial ? this.ended(trial, ending) : given()),
    });
    if (!trial) return;
    this.trial = trial;
    this.stopUpgrade = time.after(connectTimeout, given);
  }
}
