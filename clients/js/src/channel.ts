// SPDX-License-Identifier: Apache-2.0
import { Disconnected } from './errors.js';
import type { Position, SubscribeOptions, Subscription } from './subscription.js';
import type { AnyEvents } from './types.js';

/** A key that nobody else uses. Node 18 has no global `crypto`, pages without TLS no `randomUUID`; it is no secret. */
function freshKey(): string {
  const bytes = new Uint8Array(16);
  if (globalThis.crypto) globalThis.crypto.getRandomValues(bytes);
  else bytes.forEach((_, i) => (bytes[i] = Math.random() * 256));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Something said on a channel. */
export interface Message<D = any> {
  id: string;
  /** Null: nobody who has logged in. */
  user: string | null;
  name: string;
  at_ms: number;
  edited_ms: number | null;
  data: D;
  extra?: Record<string, unknown>;
}

export interface HistoryOptions {
  /** At most so many; 50 if not set, 500 at most. */
  limit?: number;
  /** Only what came after it. */
  since?: Position;
  newest_first?: boolean;
}

export interface History<D = any> extends Position {
  messages: { offset: number; method: string; data: Message<D> }[];
  /** Nothing after `since` was forgotten. */
  complete: boolean;
}

export interface Presence {
  users: { user: string | null; name: string; connections: number }[];
  /** People, those without login and name included. */
  total: number;
  connections: number;
}

export interface ChannelInfo extends Position {
  channel: string;
  subscribers: number;
  people: number;
  connections: number;
  last_active_ms: number | null;
  config: Record<string, unknown>;
}

interface ChannelHost {
  call(method: string, params: unknown): Promise<unknown>;
  subscribe(channel: string, options?: SubscribeOptions): Subscription<any>;
}

const tries = 5;

/** What can be done with a channel: `client.channel('chat:main')`. Costs nothing to make. */
export class Channel<E = AnyEvents> {
  constructor(
    readonly name: string,
    private readonly host: ChannelHost,
  ) {}

  subscribe(options?: SubscribeOptions): Subscription<E> {
    return this.host.subscribe(this.name, options) as Subscription<E>;
  }

  /**
   * Says something. It is published exactly once, also when the connection breaks before the answer comes: then it is
   * sent again with the same key, which the server knows for five minutes.
   */
  async publish(data: unknown, { key = freshKey() } = {}): Promise<Position & { id: string; repeated: boolean }> {
    for (let i = 1; ; i++) {
      try {
        return (await this.call('publish', { data, key })) as Position & { id: string; repeated: boolean };
      } catch (error) {
        if (!(error instanceof Disconnected) || !error.sent || i === tries) throw error;
      }
    }
  }

  history<D = any>(options: HistoryOptions = {}): Promise<History<D>> {
    return this.call('history', { ...options }) as Promise<History<D>>;
  }

  presence(): Promise<Presence> {
    return this.call('presence', {}) as Promise<Presence>;
  }

  info(): Promise<ChannelInfo> {
    return this.call('info', {}) as Promise<ChannelInfo>;
  }

  /** Of one's own message, or of anybody's for who may. */
  edit(id: string, data: unknown): Promise<Position> {
    return this.call('edit', { id, data }) as Promise<Position>;
  }

  delete(id: string): Promise<Position> {
    return this.call('delete', { id }) as Promise<Position>;
  }

  private call(verb: string, params: object): Promise<unknown> {
    return this.host.call(`channel.${verb}`, { channel: this.name, ...params });
  }
}
