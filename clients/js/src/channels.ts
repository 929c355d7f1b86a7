// SPDX-License-Identifier: Apache-2.0
// The channels that this client reads: subscribing, noticing gaps, and going on after a break without losing or
// repeating a publication.
import { code, Disconnected, RpcError } from './errors.js';
import { type Position, type Publication, type Reset, type SubscribeOptions, Subscription } from './subscription.js';
import { backoff_ms, type Surroundings } from './time.js';

export interface ChannelsHost {
  time: Surroundings;
  /** Rejects with Disconnected when the connection goes; then all channels are asked for again by online(). */
  call(method: string, params: unknown): Promise<unknown>;
  isOnline(): boolean;
  problem(error: unknown): void;
}

/** What the params of a publication may say. */
type Said = Position & { channel: string; data: unknown; present?: boolean; after?: number; reason?: string };

interface Place {
  offset?: number;
  epoch?: string;
  recovered?: boolean;
  reason?: string;
  error?: string;
  code?: number;
}

/** A subscription that the server hasn't answered. What comes meanwhile is held until it is known what it is. */
interface Pending {
  asked: boolean; // with `since`
  held: Publication[];
}

interface Channel {
  name: string;
  readers: Set<Subscription<any>>;
  position: Position | undefined;
  pending: Pending | null;
  /** Nothing is missing since `position` on the present connection. */
  whole: boolean;
  failures: number;
  token: SubscribeOptions['token'];
}

const most_per_call = 128;
const passing: number[] = [code.unavailable, code.too_many_calls, 429, 503];

export class Channels {
  private readonly channels = new Map<string, Channel>();
  private readonly wanted = new Set<Channel>();

  constructor(private readonly host: ChannelsHost) {}

  subscribe(name: string, { buffer = 1_000, since, token }: SubscribeOptions): Subscription<any> {
    let channel = this.channels.get(name);
    if (!channel) {
      channel = { name, readers: new Set(), position: since && { ...since }, pending: null, whole: false, failures: 0, token };
      this.channels.set(name, channel);
    }
    channel.token ??= token;
    const mine = channel;
    const reader: Subscription<any> = new Subscription(
      name,
      buffer,
      {
        leave: (one) => this.leave(mine, one),
        startOver: () => this.want(mine),
        position: () => mine.position && { ...mine.position },
      },
      (error) => this.host.problem(error),
    );
    if (since && channel.readers.size === 0) reader.fresh = false;
    channel.readers.add(reader);
    this.want(channel);
    return reader;
  }

  /** There is a connection, and it knows of no subscription. */
  online(): void {
    this.wanted.clear();
    for (const channel of this.channels.values()) Object.assign(channel, { pending: null, whole: false });
    this.ask([...this.channels.values()]);
  }

  /** Whether it is a publication of a channel that is read here. */
  reads(params: unknown): boolean {
    const said = params as Partial<Position> & { channel?: string } | undefined;
    return this.channels.has(said?.channel as string) && typeof said?.offset === 'number' && typeof said.epoch === 'string';
  }

  /** What reads() said yes to. */
  notified(method: string, params: unknown): void {
    const { channel: name, offset, epoch, data, present, after, reason } = params as Said;
    const channel = this.channels.get(name);
    if (!channel) return;
    if (method === 'channel.reset') return this.reset(channel, reason ?? 'publications were lost');
    const publication: Publication = { kind: 'publication', channel: channel.name, method, data, offset, epoch };
    if (channel.pending) channel.pending.held.push(publication);
    else if (present) for (const reader of [...channel.readers]) reader.fresh || reader.put(publication); // at no place of its own
    else this.live(channel, publication, after);
  }

  /** The server has ended a subscription: with a new token it may go on. True if it is one of ours. */
  ended(params: unknown): boolean {
    const channel = this.channels.get((params as { channel?: string } | undefined)?.channel as string);
    if (!channel) return false;
    channel.whole = false;
    this.want(channel);
    return true;
  }

  /** The client is over. */
  close(): void {
    for (const { readers } of [...this.channels.values()]) for (const reader of [...readers]) reader.close();
  }

  /** The server has lost something, and says so: everybody starts over with the present values. */
  private reset(channel: Channel, reason: string): void {
    for (const reader of [...channel.readers]) {
      if (!reader.fresh) reader.put({ kind: 'reset', channel: channel.name, reason });
      reader.fresh = true;
    }
    channel.whole = false;
    this.want(channel);
  }

  /** `after`: what came between there and this publication was for others. */
  private live(channel: Channel, publication: Publication, after = publication.offset - 1): void {
    const at = channel.position;
    const follows = at?.epoch === publication.epoch && publication.offset > at.offset && after <= at.offset;
    if (!follows && at?.epoch === publication.epoch && publication.offset <= at.offset) return; // known
    if (!follows) {
      channel.whole = false; // what is missing comes again, in order with this one
      return this.want(channel);
    }
    this.deliver(channel, publication);
  }

  private deliver(channel: Channel, publication: Publication): void {
    channel.position = { offset: publication.offset, epoch: publication.epoch };
    for (const reader of [...channel.readers]) if (!reader.fresh) reader.put(publication);
  }

  private leave(channel: Channel, reader: Subscription<any>): void {
    channel.readers.delete(reader);
    if (channel.readers.size > 0 || this.channels.get(channel.name) !== channel) return;
    this.channels.delete(channel.name);
    this.wanted.delete(channel);
    if (!this.host.isOnline()) return;
    this.host.call('channel.unsubscribe', { channels: [channel.name] }).catch(() => undefined);
  }

  /** Several of one turn become one call. */
  private want(channel: Channel): void {
    if (this.channels.get(channel.name) !== channel || this.wanted.has(channel)) return;
    this.wanted.add(channel);
    if (this.wanted.size > 1) return;
    queueMicrotask(() => {
      const wanted = [...this.wanted];
      this.wanted.clear();
      if (this.host.isOnline()) this.ask(wanted);
    });
  }

  private ask(channels: Channel[]): void {
    for (let i = 0; i < channels.length; i += most_per_call) void this.askTogether(channels.slice(i, i + most_per_call));
  }

  private async askTogether(channels: Channel[]): Promise<void> {
    const since: Record<string, Position> = {};
    const pending = new Map<Channel, Pending>();
    for (const channel of channels) {
      if ([...channel.readers].every((one) => one.fresh)) channel.position = undefined;
      const asked = channel.position !== undefined && !channel.whole;
      if (asked) since[channel.name] = channel.position as Position;
      channel.pending = { asked, held: channel.pending?.held ?? [] };
      pending.set(channel, channel.pending);
    }
    const current = (channel: Channel) =>
      this.channels.get(channel.name) === channel && channel.pending === pending.get(channel);
    const params: Record<string, unknown> = { channels: channels.map((channel) => channel.name) };
    if (Object.keys(since).length > 0) params.since = since;
    try {
      if (channels.some((channel) => channel.token)) {
        params.tokens = await this.tokens(channels);
        if (!channels.some(current)) return; // asked for again meanwhile, on another connection
      }
      const answer = (await this.host.call('channel.subscribe', params)) as { channels: Record<string, Place> };
      for (const channel of channels.filter(current)) this.answered(channel, answer.channels[channel.name] ?? {});
    } catch (error) {
      if (error instanceof Disconnected) return;
      const mine = channels.filter(current);
      const later = error instanceof RpcError && passing.includes(error.code);
      if (mine.length > 1 && !later) for (const one of mine) void this.askTogether([one]); // one of them is at fault
      else for (const one of mine) this.refused(one, error, later);
    }
  }

  private async tokens(channels: Channel[]): Promise<Record<string, string>> {
    const tokens: Record<string, string> = {};
    for (const { name, token } of channels) if (token) tokens[name] = await token(name);
    return tokens;
  }

  private refused(channel: Channel, error: unknown, later: boolean): void {
    const held = channel.pending;
    if (later) {
      const again = () => channel.pending === held && this.host.isOnline() && void this.askTogether([channel]);
      this.host.time.after(backoff_ms(channel.failures++, this.host.time.random), again);
      return;
    }
    this.channels.delete(channel.name);
    for (const reader of channel.readers) reader.fail(error);
  }

  private answered(channel: Channel, place: Place): void {
    if (place.error !== undefined || place.offset === undefined || place.epoch === undefined) {
      const error = new RpcError(place.code ?? code.internal_error, place.error ?? 'no position');
      return this.refused(channel, error, passing.includes(error.code));
    }
    const { asked, held } = channel.pending as Pending;
    const to: Position = { offset: place.offset, epoch: place.epoch };
    channel.pending = null;
    channel.failures = 0;
    channel.whole = true;
    if (asked && place.recovered) for (const publication of held) this.live(channel, publication);
    else if (asked) this.startOver(channel, held, to, place.reason ?? 'what was missed is not known any more');
    else if (!channel.position) this.startOver(channel, held, to, '');
    else if (!this.joins(channel.position, held, to)) this.startOver(channel, held, to, 'the channel began anew');
    else this.present(channel, held, to);
    for (const reader of [...channel.readers]) reader.accepted(asked && place.recovered === true);
    if ([...channel.readers].some((reader) => reader.fresh)) this.want(channel);
  }

  /** Present values for all; who has read before is told so first. */
  private startOver(channel: Channel, held: Publication[], to: Position, reason: string): void {
    const reset: Reset = { kind: 'reset', channel: channel.name, reason };
    for (const reader of [...channel.readers]) {
      if (!reader.fresh) reader.put(reset);
      reader.fresh = false;
    }
    channel.position = to;
    for (const publication of held) {
      if (publication.epoch === to.epoch && publication.offset >= to.offset) this.deliver(channel, publication);
    }
  }

  /** Whether who has read up to `from` misses nothing with what is held. */
  private joins(from: Position, held: Publication[], to: Position): boolean {
    const seen = new Set(held.map((one) => one.offset));
    for (let offset = from.offset + 1; offset <= to.offset; offset++) if (!seen.has(offset)) return false;
    return from.epoch === to.epoch;
  }

  /**
   * Present values for new readers beside old ones: they stand at the offset of the answer, after the publication
   * with that offset itself, which is for the old ones.
   */
  private present(channel: Channel, held: Publication[], to: Position): void {
    const fresh = [...channel.readers].filter((reader) => reader.fresh);
    const settled = () => fresh.forEach((reader) => (reader.fresh = false));
    for (const publication of held) {
      if (publication.offset > to.offset) settled();
      if (publication.offset > (channel.position as Position).offset) this.deliver(channel, publication);
      else if (publication.offset === to.offset) for (const reader of fresh) reader.put(publication);
    }
    settled();
  }
}
