// SPDX-License-Identifier: Apache-2.0
// The queue as the server has it, and our own changes on top of it until the server has acknowledged them.
// A change that is refused is taken away again, with a sentence that says why.
import { computed, signal } from '@preact/signals';
import type { Entry, QueueOp, Result, Track } from '../api';
import { s } from '../strings';
import { also, call, on, onOnline, slug } from './connection';
import { dismiss, failed, notify, offer, say } from './notices';
import { session } from './session';
import { now } from './station';

export interface ShownEntry extends Entry {
  pending: boolean;
  /** When it plays, in stream time, if what is before it plays to its end; `starts_at_ms` when certain. */
  about_ms: number | null;
}

type Change =
  | { kind: 'add'; entries: Entry[]; at: number | null }
  | { kind: 'remove'; ids: Set<number> }
  | { kind: 'move'; id: number; to: number };

interface Pending {
  change: Change;
  version: number | null; // of the acknowledgement; it goes when the server's queue is at least that new
}

const page = 500;
const mostAtOnce = 1_000;
const entries = signal<Entry[] | null>(null);
const cursor = signal(-1);
const pending = signal<Pending[]>([]);
let version: number | null = null;
let fetching = false;
let nextTemporary = -1;

/** Entry ids that somebody else has just added: they light up for a moment. */
export const fresh = signal<ReadonlySet<number>>(new Set());

const all = computed<ShownEntry[] | null>(() => {
  if (!entries.value) return null;
  let list: ShownEntry[] = entries.value.map((entry) => ({ ...entry, pending: false, about_ms: null }));
  for (const { change } of pending.value) list = applied(list, change);
  return list;
});

/**
 * What waits after the cursor. Null until the first answer. Starts are added up from the item on air: an entry's own
 * `starts_at_ms` is of the time when it was told, and what was moved before it since has shifted it. That it has one
 * says that its length is exact.
 */
export const upNext = computed<ShownEntry[] | null>(() => {
  if (!all.value) return null;
  const entry = all.value[cursor.value];
  const told = now.value?.current;
  const onAir = told && told.entry === entry?.id ? told : entry;
  let at = onAir?.starts_at_ms != null ? onAir.starts_at_ms + onAir.duration_ms : null;
  let certain = true;
  return all.value.slice(first.value).map((one) => {
    certain &&= one.starts_at_ms !== null && !one.pending;
    if (!one.pending) at ??= one.starts_at_ms;
    const about_ms = at;
    if (at !== null) at += one.duration_ms;
    return { ...one, starts_at_ms: certain ? about_ms : null, about_ms };
  });
});
const first = computed(() => Math.max(0, cursor.value + 1));

function applied(list: ShownEntry[], change: Change): ShownEntry[] {
  switch (change.kind) {
    case 'add': {
      const added = change.entries.map((entry) => ({ ...entry, pending: true, about_ms: null }));
      const at = Math.min(change.at ?? behindRequests(list), list.length);
      return [...list.slice(0, at), ...added, ...list.slice(at)];
    }
    case 'remove':
      return list.filter((entry) => !change.ids.has(entry.id));
    case 'move': {
      const entry = list.find((one) => one.id === change.id);
      if (!entry) return list;
      const rest = list.filter((one) => one !== entry);
      return [...rest.slice(0, change.to), { ...entry, pending: true }, ...rest.slice(change.to)];
    }
  }
}

const isDrawn = (entry: Entry) => entry.reason?.rule.startsWith('autodj') ?? false;

/** Where the server puts what is added without a place: before what the AutoDJ has drawn. */
function behindRequests(list: Entry[]): number {
  let index = list.length;
  while (index > first.value && isDrawn(list[index - 1]!)) index--;
  return index;
}

// ---- what the server tells

on('queue.changed', (change) => {
  const ops = change.ops as QueueOp[];
  const isReset = ops.some((op) => op.op === 'reset');
  if (!isReset) {
    if (version === null || entries.value === null) return void refetch();
    if (change.version <= version) return;
    if (change.version > version + 1) return void refetch();
  }
  const light: number[] = [];
  let list = entries.value ?? [];
  for (const op of ops) list = told(list, op, light);
  settle(list, change.cursor, change.version);
  if (list.length < change.total) void refetch();
  if (light.length > 0) lightUp(light);
});

// As for what is on air (station.ts): once now, and once when the server shows the new everywhere.
let touched = false;
also('track.changed', ({ tracks }) => {
  if (!entries.value?.some((entry) => tracks.includes(entry.track.id))) return;
  touched = true;
  void refetch();
});
also('library.changed', () => {
  if (touched) void refetch();
  touched = false;
});

function told(list: Entry[], op: QueueOp, light: number[]): Entry[] {
  switch (op.op) {
    case 'reset':
      return op.entries;
    case 'insert': {
      if (list.some((entry) => entry.id === op.entry.id)) return list;
      if (!claim(op.entry)) {
        light.push(op.entry.id);
        if (op.entry.added_by) say(s.otherAdded(op.entry.added_by, op.entry.track.title));
      }
      return [...list.slice(0, op.at), op.entry, ...list.slice(op.at)];
    }
    case 'remove':
      return list.filter((entry) => entry.id !== op.entry);
    case 'move': {
      const entry = list.find((one) => one.id === op.entry);
      if (!entry) return list;
      const rest = list.filter((one) => one !== entry);
      return [...rest.slice(0, op.to), entry, ...rest.slice(op.to)];
    }
    case 'update':
      return list.map((entry) => (entry.id === op.entry.id ? op.entry : entry));
  }
}

/** Whether an entry that came from the server is one that we are just adding: ours then gives way to it. */
function claim(entry: Entry): boolean {
  for (const one of pending.value) {
    if (one.change.kind !== 'add') continue;
    const ours = one.change.entries.find((mine) => mine.track.id === entry.track.id);
    if (!ours) continue;
    one.change.entries = one.change.entries.filter((mine) => mine !== ours);
    pending.value = [...pending.value];
    return true;
  }
  return false;
}

function settle(list: Entry[], at: number, newVersion: number): void {
  entries.value = list;
  cursor.value = at;
  version = newVersion;
  pending.value = pending.value.filter((one) => one.version === null || one.version > newVersion);
}

function lightUp(ids: number[]): void {
  fresh.value = new Set([...fresh.value, ...ids]);
  setTimeout(() => {
    fresh.value = new Set([...fresh.value].filter((id) => !ids.includes(id)));
  }, 2_400);
}

/** The whole queue, page by page, of one version; begins again if it changes meanwhile. */
async function refetch(): Promise<void> {
  if (fetching) return;
  fetching = true;
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      const list: Entry[] = [];
      let head: Result<'queue.list'>;
      do {
        head = await call('queue.list', { station: slug, offset: list.length, limit: page });
        list.push(...head.entries);
        if (head.entries.length === 0) break;
      } while (list.length < head.total);
      if (version === null || head.version >= version) {
        settle(list, head.cursor, head.version);
        return;
      }
    }
  } catch {
    // Offline: the next connection begins with a reset.
  } finally {
    fetching = false;
  }
}

onOnline(() => {
  if (entries.value === null) void refetch();
});

// ---- what we change

async function change<Answer extends { version: number }>(
  what: Change,
  send: () => Promise<Answer>,
  sentence: (why: string) => string,
): Promise<Answer | null> {
  const mine: Pending = { change: what, version: null };
  pending.value = [...pending.value, mine];
  try {
    const result = await send();
    mine.version = result.version;
    pending.value = pending.value.filter((one) => one !== mine || version === null || version < result.version);
    return result;
  } catch (error) {
    pending.value = pending.value.filter((one) => one !== mine);
    failed(sentence, error);
    return null;
  }
}

export async function add(tracks: Track[], at: number | null = null, quietly = false): Promise<void> {
  await addMany(tracks, at, quietly ? null : s.addedOne(tracks[0]!.title));
}

/** Index of the first entry that waits, in the whole queue. */
export const firstWaiting = (): number => first.value;

/** `at` counts from the beginning of the whole queue; without `sentence` nothing is told, and nothing can be undone. */
export async function addMany(tracks: Track[], at: number | null, sentence: string | null): Promise<void> {
  const added: Entry[] = tracks.map((track) => ({
    id: nextTemporary--,
    track,
    starts_at_ms: null,
    duration_ms: track.duration_ms,
    added_by: session.value?.name || null,
    reason: { rule: 'request', text: '' },
  }));
  const ids = tracks.map((track) => track.id);
  const send = async () => {
    const entries: number[] = [];
    for (let from = 0; ; from += mostAtOnce) {
      const place = at === null ? {} : { at: at + from };
      const part = await call('queue.add', { station: slug, tracks: ids.slice(from, from + mostAtOnce), ...place });
      entries.push(...part.entries);
      if (from + mostAtOnce >= ids.length) return { entries, version: part.version };
    }
  };
  const done = change({ kind: 'add', entries: added, at }, send, s.failed.add);
  if (sentence !== null) offer(sentence, done, ({ entries }) => removeIds(entries));
  await done;
}

/** Each at a place of its own, by chance: the server says where. */
export async function addAtRandom(tracks: Track[], sentence: string): Promise<void> {
  try {
    const done = await call('queue.add', { station: slug, tracks: tracks.slice(0, mostAtOnce).map((track) => track.id), where: 'random' });
    notify(sentence, () => void removeIds(done.entries));
  } catch (error) {
    failed(s.failed.add, error);
  }
}

function removeIds(ids: number[]): void {
  for (const id of ids) {
    void change(
      { kind: 'remove', ids: new Set([id]) },
      () => call('queue.remove', { station: slug, entry: id }),
      s.failed.remove,
    );
  }
}

export async function remove(entry: ShownEntry): Promise<void> {
  const at = all.value?.findIndex((one) => one.id === entry.id) ?? -1;
  if (at < 0 || entry.id < 0) return;
  const notice = notify(s.removed(entry.track.title), () => void add([entry.track], at, true));
  const done = await change(
    { kind: 'remove', ids: new Set([entry.id]) },
    () => call('queue.remove', { station: slug, entry: entry.id }),
    s.failed.remove,
  );
  if (!done) dismiss(notice);
}

/** `to` counts from the first waiting entry. */
export async function move(entry: ShownEntry, to: number, undoable = true): Promise<void> {
  const list = upNext.value ?? [];
  const from = list.findIndex((one) => one.id === entry.id);
  const target = Math.min(Math.max(0, to), list.length - 1);
  if (from < 0 || target === from || entry.id < 0) return;
  const notice = undoable ? notify(s.moved(entry.track.title), () => void move(entry, from, false)) : 0;
  const absolute = target + first.value;
  const done = await change(
    { kind: 'move', id: entry.id, to: absolute },
    () => call('queue.move', { station: slug, entry: entry.id, to: absolute }),
    s.failed.move,
  );
  if (!done) dismiss(notice);
}

export async function clear(): Promise<void> {
  const gone = (upNext.value ?? []).filter((entry) => entry.id > 0);
  if (gone.length === 0) return;
  const done = change(
    { kind: 'remove', ids: new Set(gone.map((entry) => entry.id)) },
    () => call('queue.clear', { station: slug }),
    s.failed.clear,
  );
  offer(s.cleared(gone.length), done, () => void add(gone.map((entry) => entry.track), null, true));
  await done;
}
