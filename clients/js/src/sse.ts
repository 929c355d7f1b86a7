// SPDX-License-Identifier: Apache-2.0
// A session over plain HTTP: what the server says comes as Server-Sent Events of one long answer, what we say goes by
// POST with the token of the session. docs/protocols/jsonrpc.md has the wire format.
import type { Ending, Transport, TransportEvents } from './transport.js';

export interface HttpOptions {
  fetch: typeof globalThis.fetch;
  headers: Record<string, string>;
  credentials?: RequestCredentials;
}

const event_limit = 16 * 1024 * 1024; // characters of one event

/** Bytes of an event stream in, events out (HTML standard, section 9.2.6). */
export class EventParser {
  private rest = '';
  private data: string[] = [];
  private size = 0;
  private type = '';

  constructor(
    private readonly event: (type: string, data: string) => void,
    private readonly comment: () => void,
  ) {}

  /** Throws when an event is larger than any honest one. */
  feed(text: string): void {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
    if (this.rest.length + this.size > event_limit) throw new Error('an event is too large');
  }

  private line(line: string): void {
    if (line === '') {
      if (this.data.length > 0) this.event(this.type || 'message', this.data.join('\n'));
      this.data = [];
      this.size = 0;
      this.type = '';
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return this.comment();
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.type = value;
    if (field !== 'data') return;
    this.data.push(value);
    this.size += value.length;
  }
}

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  return seconds >= 0 ? seconds * 1000 : undefined;
}

interface Outgoing {
  text: string;
  refused?: (status: number, words: string) => void;
}

const most_wait_ms = 60_000;

export class SseTransport implements Transport {
  readonly kind = 'sse';
  silence: number | undefined;
  private readonly control = new AbortController();
  private readonly waiting: Outgoing[] = [];
  private waitingSize = 0;
  private posting = false;
  private token = '';
  private done = false;
  private wake: (() => void)[] = []; // disarms a wait, and ends it

  constructor(
    private readonly url: string,
    private readonly http: HttpOptions,
    private readonly events: TransportEvents,
    private readonly after: (ms: number, task: () => void) => () => void,
  ) {
    void this.listen();
  }

  send(text: string, refused?: Outgoing['refused']): void {
    if (this.done) return;
    this.waiting.push({ text, refused });
    this.waitingSize += text.length;
    if (!this.posting) void this.post();
  }

  queued(): number {
    return this.waitingSize;
  }

  close(): void {
    this.done = true;
    this.control.abort();
    for (const act of this.wake) act();
  }

  private end(ending: Ending): void {
    if (this.done) return;
    this.close();
    this.events.close(ending);
  }

  private request(path: string, init: RequestInit): Promise<Response> {
    const { fetch, headers, credentials } = this.http;
    return fetch(this.url + path, {
      ...init,
      headers: { ...headers, ...(init.headers as Record<string, string>) },
      signal: this.control.signal,
      cache: 'no-store',
      ...(credentials ? { credentials } : {}),
    });
  }

  private async listen(): Promise<void> {
    try {
      const response = await this.request('/stream', { headers: { Accept: 'text/event-stream' } });
      const type = response.headers.get('Content-Type') ?? '';
      if (response.status !== 200 || !type.startsWith('text/event-stream') || !response.body) {
        const words = response.status === 200 ? `no event stream but ${type}` : (await response.text()).trim();
        return this.end({
          code: 1006,
          reason: words.slice(0, 200) || response.statusText,
          status: response.status,
          retryAfter: retryAfter(response),
        });
      }
      const parser = new EventParser(
        (event, data) => this.event(event, data),
        () => this.done || this.events.alive(),
      );
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.done) break;
        parser.feed(decoder.decode(value, { stream: true }));
      }
      this.end({ code: 1006, reason: 'the stream ended' });
    } catch (error) {
      this.end({ code: 1006, reason: String(error) });
    }
  }

  private event(type: string, data: string): void {
    if (this.done) return;
    if (type === 'message') return this.events.message(data);
    const said = JSON.parse(data) as { session?: string; ping_ms?: number; code?: number; reason?: string };
    if (type === 'open' && said.session && !this.token) {
      this.token = said.session;
      if (said.ping_ms) this.silence = said.ping_ms + 8_000;
      this.events.open();
    } else if (type === 'close') {
      this.end({ code: said.code ?? 1006, reason: said.reason ?? '' });
    }
  }

  /** One after the other: calls are begun in the order in which they were made. */
  private async post(): Promise<void> {
    this.posting = true;
    try {
      for (let next = this.waiting[0]; next && !this.done; next = this.waiting[0]) {
        const response = await this.request('', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Longwave-Session': this.token },
          body: next.text,
        });
        const words = (await response.text()).trim().slice(0, 200);
        if (response.status === 404) return this.end({ code: 3010, reason: 'the session is gone' });
        if (response.status === 429) {
          const wait = Math.min(retryAfter(response) ?? 1_000, most_wait_ms);
          await new Promise<void>((resolve) => (this.wake = [this.after(wait, resolve), resolve]));
          continue;
        }
        this.waiting.shift();
        this.waitingSize -= next.text.length;
        if (response.status >= 300) next.refused?.(response.status, words || response.statusText);
      }
    } catch (error) {
      this.end({ code: 1006, reason: String(error) });
    } finally {
      this.posting = false;
    }
  }
}
