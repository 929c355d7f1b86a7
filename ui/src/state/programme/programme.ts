// SPDX-License-Identifier: Apache-2.0
// The programme that is looked at: what the server has, with our own changes on it until it has them, too. Changes are
// sent one after the other; one that is refused is taken away again, and the others stay. What somebody else changed
// meanwhile is fetched, and ours is sent again unless both are about the same thing.
import { RpcError } from '@longwave/client';
import { computed, signal } from '@preact/signals';
import { ErrorCode, type Track } from '../../api';
import { g } from '../../strings/programme';
import { also, onOnline } from '../connection';
import { failed, notify } from '../notices';
import { session } from '../session';
import { titles } from './preview';
import { type Changed, remote } from './remote';
import type { PartName, Parts, Programme, Settings } from './types';

interface Change {
  apply: (programme: Programme) => Programme;
  send: (base: number) => Promise<Changed & { id?: number }>;
  /** What it is about, to see whether somebody else changed that, too. */
  about: (programme: Programme) => unknown;
}

const server = signal<Programme | null>(null);
const pending = signal<Change[]>([]);
export const problem = signal<unknown>(null);

export const programme = computed<Programme | null>(() => server.value && pending.value.reduce((now, change) => change.apply(now), server.value));
export const isSaving = computed(() => pending.value.length > 0);

let asked = 0;
export async function refresh(): Promise<void> {
  const mine = ++asked;
  try {
    const fresh = await remote.get();
    if (mine !== asked || fresh.version < (server.value?.version ?? 0)) return;
    if (fresh.version !== server.value?.version) server.value = fresh;
    problem.value = null;
  } catch (error) {
    if (mine === asked && !server.value) problem.value = error;
  }
}

let watchers = 0;
let queue: Promise<unknown> = Promise.resolve();
// Of our own change the event comes before the answer: what is under way is waited for.
also('programme.changed', ({ version }) => void queue.then(() => (watchers > 0 && version > (server.value?.version ?? 0) ? refresh() : undefined)));
onOnline(() => watchers > 0 && void refresh());

/** While somebody looks; the answer ends it. */
export function watchProgramme(): () => void {
  watchers++;
  void refresh();
  return () => void watchers--;
}

const isConflict = (error: unknown) => error instanceof RpcError && error.code === ErrorCode.conflict;
const plain = (value: unknown) => JSON.stringify(value ?? null);

async function deliver(change: Change): Promise<{ id?: number }> {
  for (let again = 0; ; again++) {
    const now = server.value!;
    const before = plain(change.about(now));
    try {
      const done = await change.send(now.version);
      asked++; // an answer that is under way doesn't know this yet
      const mine = done.version === now.version + 1;
      server.value = { ...change.apply(server.value!), version: mine ? done.version : now.version };
      if (!mine) void refresh(); // somebody else's came between
      return done;
    } catch (error) {
      if (!isConflict(error) || again > 2) throw error;
      await refresh();
      // Nobody was faster: it is refused for what it says itself.
      if (server.value!.version === now.version) throw error;
      if (plain(change.about(server.value!)) !== before) throw new RpcError(ErrorCode.conflict, g.changedMeanwhile);
    }
  }
}

/** Null when it was refused, which has then been said. */
function make(change: Change, sentence: (why: string) => string): Promise<{ id?: number } | null> {
  pending.value = [...pending.value, change];
  const turn = queue.then(async () => {
    try {
      const done = await deliver(change);
      pending.value = pending.value.filter((one) => one !== change);
      return done;
    } catch (error) {
      pending.value = pending.value.filter((one) => one !== change);
      failed(sentence, error);
      return null;
    }
  });
  queue = turn;
  return turn;
}

type Item<P extends PartName> = Parts[P];
const itemsOf = <P extends PartName>(now: Programme, part: P): Item<P>[] => now[part] as Item<P>[];
const find = <P extends PartName>(now: Programme, part: P, id: number): Item<P> | undefined => itemsOf(now, part).find((one) => one.id === id);

let temporary = -1;

export const nameOf = (item: Parts[PartName]): string => ('name' in item && item.name) || g.unnamed;

/** Changes it, or makes it (id 0); the answer is its id, null if it was refused. */
export async function put<P extends PartName>(part: P, item: Item<P>, undoable = true): Promise<number | null> {
  const now = programme.value;
  if (!now) return null;
  const isNew = item.id <= 0;
  const before = find(now, part, item.id);
  if (before && plain(before) === plain(item)) return item.id;
  let id = isNew ? temporary-- : item.id;
  const done = await make(
    {
      apply: (on) => {
        const shown = { ...item, id };
        const list = itemsOf(on, part);
        return { ...on, [part]: list.some((one) => one.id === id) ? list.map((one) => (one.id === id ? shown : one)) : [...list, shown] };
      },
      send: async (base) => {
        const answer = await remote.put(part, { ...item, id: isNew ? 0 : item.id }, base);
        if (answer.id) id = answer.id;
        return answer;
      },
      about: (on) => (isNew ? null : find(on, part, item.id)),
    },
    g.failed.change,
  );
  if (!done) return null;
  if (undoable) {
    if (isNew) notify(g.made(nameOf(item)), () => void remove(part, id, false));
    else if (before) notify(g.changed(nameOf(item)), () => void put(part, before, false));
  }
  return id;
}

export async function remove(part: PartName, id: number, undoable = true): Promise<boolean> {
  const now = programme.value;
  const before = now && find(now, part, id);
  if (!before) return false;
  const done = await make(
    {
      apply: (on) => ({ ...on, [part]: itemsOf(on, part).filter((one) => one.id !== id) }),
      send: (base) => remote.remove(part, id, base),
      about: (on) => find(on, part, id),
    },
    g.failed.change,
  );
  if (done && undoable) notify(g.removed(nameOf(before)), () => void put(part, { ...before, id: 0 }, false));
  return done !== null;
}

export async function change(settings: Partial<Settings>, undoable = true): Promise<boolean> {
  const now = programme.value;
  if (!now) return false;
  const names = Object.keys(settings) as (keyof Settings)[];
  const pick = (from: Settings) => Object.fromEntries(names.map((name) => [name, from[name]])) as Partial<Settings>;
  const before = pick(now);
  if (plain(before) === plain(settings)) return true;
  const done = await make(
    {
      apply: (on) => ({ ...on, ...settings }),
      send: (base) => remote.set(settings, base),
      about: (on) => pick(on),
    },
    g.failed.change,
  );
  if (done && undoable) notify(g.settingsChanged, () => void change(before, false));
  return done !== null;
}

/** Asks for a song, to be played when the rules let it. */
export async function request(track: Track): Promise<void> {
  const id = temporary--;
  let made = id;
  const done = await make(
    {
      apply: (on) => (on.pending.some((one) => one.song === track.id) ? on : { ...on, pending: [...on.pending, { id: made, song: track.id, asked_ms: Date.now(), by: session.value?.name || session.value?.user || '' }] }),
      send: async () => {
        const answer = await remote.request(track.id);
        made = answer.id;
        return answer;
      },
      about: () => null,
    },
    g.failed.request,
  );
  if (done) notify(g.requested(track.title), () => void withdraw({ id: made }, track.title, false));
}

/** Takes it back. */
export async function withdraw({ id, song }: { id: number; song?: number }, title: string, undoable = true): Promise<void> {
  const done = await make(
    {
      apply: (on) => ({ ...on, pending: on.pending.filter((one) => one.id !== id) }),
      send: () => remote.withdraw(id),
      about: () => null,
    },
    g.failed.change,
  );
  const track = song === undefined ? undefined : titles.value.get(song);
  if (done && undoable && track) notify(g.withdrawn(title), () => void request(track));
}

/** For what isn't part of the programme's own picture (songs): sent in turn with the others. */
export const inTurn = (send: (base: number) => Promise<Changed>, sentence: (why: string) => string): Promise<boolean> =>
  make({ apply: (on) => on, send, about: () => null }, sentence).then((done) => done !== null);
