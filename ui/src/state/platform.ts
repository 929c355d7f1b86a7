// SPDX-License-Identifier: Apache-2.0
// What the operator's page knows: samples that are pushed once a second, and lists that are asked for again while
// somebody looks at them.
import { computed, effect, signal } from '@preact/signals';
import type { Subscription } from '@longwave/client';
import type { Events, Result } from '../api';
import { p } from '../strings/platform';
import { call, link, onOnline, subscribe } from './connection';
import { because, notify } from './notices';
import { isAdmin } from './session';

export type Sample = Events['platform.sampled'];
export type Node = Result<'platform.nodes'>['nodes'][number];
export type Connection = Result<'platform.connections'>['connections'][number];
export type Channel = Result<'platform.channels'>['channels'][number];
export type Rule = Result<'platform.rules'>['rules'][number];
export type List = 'connections' | 'channels' | 'users' | 'rules';

export const nodes = signal<Node[] | null>(null);
export const samples = signal<ReadonlyMap<string, Sample[]>>(new Map());
export const connections = signal<Result<'platform.connections'> | null>(null);
export const channels = signal<Result<'platform.channels'> | null>(null);
export const users = signal<Result<'platform.users'> | null>(null);
export const rules = signal<Rule[] | null>(null);
/** Publications per second of a channel, between the last two answers. */
export const rates = signal<ReadonlyMap<string, number>>(new Map());

export const list = signal<List>('connections');
export const search = signal('');
/** Connections that we have just closed: they go from the list before the server says so. */
const closing = signal<ReadonlySet<string>>(new Set());

const every_ms = 2_000;
const kept = 120; // samples: two minutes
const most = 200; // rows

export const idOf = (one: { node: string; connection: number }) => `${one.node} ${one.connection}`;
export const shownConnections = computed<Connection[] | null>(
  () => connections.value?.connections.filter((one) => !closing.value.has(idOf(one))) ?? null,
);

export const lostBrokers = computed(() => (nodes.value ?? []).filter((node) => !node.broker_well));

let watch: Subscription<Events> | null = null;

/** Only who may see it asks: for others the page is a door. */
export function startPlatform(): void {
  effect(() => {
    if (!isAdmin.value || link.value !== 'online') return;
    if (watch === null) {
      watch = subscribe('platform');
      watch.on('publication', ({ method, data }) => method === 'platform.sampled' && sampled(data as Sample));
      watch.on('error', () => (watch = null));
    }
    void look();
  });
  effect(() => {
    if (isAdmin.value) return;
    watch?.close();
    watch = null;
  });
  effect(() => {
    void [list.value, search.value];
    if (isAdmin.peek()) void lookAtList();
  });
  setInterval(() => isAdmin.value && link.value === 'online' && !document.hidden && void look(), every_ms);
  onOnline(() => (closing.value = new Set()));
}

function sampled(sample: Sample): void {
  const before = samples.value.get(sample.node) ?? [];
  samples.value = new Map(samples.value).set(sample.node, [...before.slice(1 - kept), sample]);
}

let looking = false;
async function look(): Promise<void> {
  if (looking) return;
  looking = true;
  try {
    const [answer] = await Promise.all([call('platform.nodes', {}), lookAtList()]);
    nodes.value = answer.nodes;
  } catch {
    // It is asked again soon.
  } finally {
    looking = false;
  }
}

async function lookAtList(): Promise<void> {
  const wanted = { limit: most, ...(search.value ? { search: search.value } : {}) };
  const [asked, text] = [list.value, search.value];
  const current = () => asked === list.value && text === search.value;
  try {
    if (asked === 'connections') {
      const answer = await call('platform.connections', wanted);
      if (current()) connections.value = answer;
    } else if (asked === 'channels') {
      const answer = await call('platform.channels', wanted);
      if (!current()) return;
      count(answer.channels);
      channels.value = answer;
    } else if (asked === 'users') {
      users.value = await call('platform.users', {});
    } else {
      rules.value = (await call('platform.rules', {})).rules;
    }
  } catch {
    // It is asked again soon.
  }
}

const counted = new Map<string, { offset: number; at: number }>();
function count(rows: Channel[]): void {
  const now = performance.now();
  const next = new Map<string, number>();
  for (const { channel, offset } of rows) {
    const before = counted.get(channel);
    if (before && before.at === now) continue;
    const since = before && offset >= before.offset ? ((offset - before.offset) * 1_000) / (now - before.at) : 0;
    next.set(channel, since);
    counted.set(channel, { offset, at: now });
  }
  rates.value = next;
}

// ---- what an operator does

export async function close(one: Connection, who: string): Promise<void> {
  const id = idOf(one);
  closing.value = new Set(closing.value).add(id);
  try {
    await call('platform.close', { node: one.node, connection: one.connection });
    notify(p.closed(who));
  } catch (error) {
    const left = new Set(closing.value);
    left.delete(id);
    closing.value = left;
    notify(p.notClosed(because(error)), null, true);
  }
}

export type Config = Rule['config'];

/** Null: back to how it was configured. Undo sets what was there before. */
export async function configure(pattern: string, config: Config | null, before: Config | null, undoable = true): Promise<void> {
  try {
    await call('platform.configure', { pattern, ...(config ? { config } : {}) });
    notify(p.changed(pattern), undoable ? () => void configure(pattern, before, config, false) : null);
    void lookAtList();
  } catch (error) {
    notify(p.notChanged(because(error)), null, true);
  }
}
