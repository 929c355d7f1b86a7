// SPDX-License-Identifier: Apache-2.0
// What the operator's page knows of the fleet: the scheduler's own monitoring, asked for while somebody looks. A process
// that schedules no fleet says so once; then it is asked seldom, and nothing is shown.
import { RpcError } from '@longwave/client';
import { effect, signal } from '@preact/signals';
import { call, link } from './connection';
import { isAdmin } from './session';

export interface Status {
  state: string;
  role: 'active' | 'standby';
  node: string;
  lease_holder: string | null;
  term: number | null;
  streamers: number;
  radios: number;
  streaming_radios: number;
  broken_radios: number;
  listeners: number;
  events_queued: number;
  reports_waiting: number;
  messages: number;
  messages_refused: number;
  messages_unsent: number;
  streamers_lost: number;
  radios_handed_over: number;
  writes_failed: number;
  lateness_ms?: { p99: number; max: number };
  threads: { thread: string; running: boolean }[];
}

export interface Streamer {
  streamer: string;
  status: 'ok' | 'waiting';
  prepares: boolean;
  address: string | null;
  radios: number;
}

export interface Radio {
  '#': number;
  radio: string;
  streaming: boolean;
  broken: boolean;
  master: string | null;
  song: number | null;
  play_time: string | null;
  end_time: string | null;
}

export interface FleetListener {
  '#': number;
  radio: string;
  user: number | null;
  session: string;
  streamer: string | null;
  start: string | null;
}

interface Pages {
  status: Status;
  streamers: Streamer[];
  radios: Radio[];
  streaming_radios: Radio[];
  broken_radios: Radio[];
  listeners: FleetListener[];
}
export type FleetList = Exclude<keyof Pages, 'status'>;

/** Undefined: not asked yet; null: there is no fleet here. */
export const status = signal<Status | null | undefined>(undefined);
export const fleetList = signal<FleetList>('streamers');
export const rows = signal<{ list: FleetList; rows: Pages[FleetList] } | null>(null);
export const offset = signal(0);
export const pageSize = 1_000;
/** Messages that were read per second, between the last two answers. */
export const messageRate = signal(0);

const every_ms = 2_000;
const seldom = 15; // of those
let turns = 0;

const ask = async <P extends keyof Pages>(page: P, from = 0): Promise<Pages[P]> =>
  (await (call as unknown as (method: string, params: object) => Promise<{ page: Pages[P] }>)('platform.fleet', { page, offset: from })).page;

let last: { messages: number; at: number } | null = null;

function counted({ messages }: Status): void {
  const at = performance.now();
  messageRate.value = last && messages >= last.messages && at > last.at ? ((messages - last.messages) * 1_000) / (at - last.at) : 0;
  last = { messages, at };
}

export async function lookAtFleet(): Promise<void> {
  try {
    const now = await ask('status');
    counted(now);
    status.value = now;
  } catch (error) {
    if (error instanceof RpcError) status.value = null;
    return;
  }
  await lookAtRows();
}

async function lookAtRows(): Promise<void> {
  const [list, from] = [fleetList.value, offset.value];
  try {
    const found = await ask(list, from);
    if (list === fleetList.value && from === offset.value) rows.value = { list, rows: found };
  } catch {
    // It is asked again soon.
  }
}

export function startFleet(): void {
  effect(() => {
    if (isAdmin.value && link.value === 'online') void lookAtFleet();
  });
  effect(() => {
    void [fleetList.value, offset.value];
    if (status.peek()) void lookAtRows();
  });
  setInterval(() => {
    if (!isAdmin.value || link.value !== 'online' || document.hidden) return;
    if (status.value !== null || turns++ % seldom === 0) void lookAtFleet();
  }, every_ms);
}

/** What an operator must know first, in words of the page; nothing is nothing. */
export type Trouble = 'broken' | 'waiting' | 'bus' | 'standby' | 'writes' | 'reports';

const manyReports = 1_000;

export function troubles(now: Status, streamers: readonly Streamer[]): Trouble[] {
  const found: Trouble[] = [];
  if (now.threads.some(({ thread, running }) => thread === 'bus' && !running)) found.push('bus');
  if (now.role === 'standby' && now.lease_holder === null) found.push('standby');
  if (now.broken_radios > 0) found.push('broken');
  if (streamers.some((one) => one.status === 'waiting')) found.push('waiting');
  if (now.writes_failed > 0) found.push('writes');
  if (now.reports_waiting >= manyReports) found.push('reports');
  return found;
}
